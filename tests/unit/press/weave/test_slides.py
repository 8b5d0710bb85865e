"""Headings begin frames, and all that stands under them is in one."""

from treadle.press.latex.fragment import Line, lines_at, text_of
from treadle.press.weave.slides import framed

OPTIONS = "[fragile,allowframebreaks]"


def frames(text: str) -> str:
    return text_of(framed(lines_at(text, 1))).strip()


def test_each_heading_begins_a_frame_and_stays_itself() -> None:
    tex = frames("First.\n\n\\section{One}\\label{sec:one}\n\nA.\n\n\\subsection{Two}\n\nB.")
    assert [line for line in tex.split("\n") if line] == [
        rf"\begin{{frame}}{OPTIONS}{{}}",
        "First.",
        r"\end{frame}",
        r"\section{One}\label{sec:one}",
        rf"\begin{{frame}}{OPTIONS}{{One}}",
        "A.",
        r"\end{frame}",
        r"\subsection{Two}",
        rf"\begin{{frame}}{OPTIONS}{{Two}}",
        "B.",
        r"\end{frame}",
    ]


def test_a_heading_with_nothing_under_it_begins_none() -> None:
    assert frames("\\section{One}\n\n\\subsection{Two}\n\nB.").count(r"\begin{frame}") == 1


def test_overlays_and_breaks_do_not_go_together() -> None:
    assert r"\begin{frame}[fragile]{One}" in frames("\\section{One}\nA \\pause B.")
    assert r"\begin{frame}[fragile]{One}" in frames("\\section{One}\n\\only<2>{A}")
    assert "allowframebreaks" in frames("\\section{One}\n$1 < 2$ and $3 > 2$.")


def test_the_authors_frames_stay() -> None:
    own = "\\begin{frame}[plain]{Mine}\n\\section{No heading}\n\\end{frame}"
    tex = frames(f"\\section{{One}}\nBefore.\n{own}\nAfter.")
    assert own in tex
    assert tex.count(r"\begin{frame}") == 3


def test_a_frame_in_printed_code_is_none() -> None:
    code = "\\begin{chunkcode}\n\\begin{frame}\n\\section{x}\n\\end{chunkcode}"
    assert frames(f"\\section{{One}}\n{code}").count(r"\end{frame}") == 1


def test_a_deeper_heading_in_shown_code_stays() -> None:
    code = "\\begin{verbatim}\n\\subsubsection{x}\n\\end{verbatim}"
    assert code in frames(f"\\section{{One}}\n{code}")


def test_references_have_a_frame_and_deeper_headings_are_words() -> None:
    tex = frames("\\section{One}\nA.\n\\subsubsection{Deep}\nB.\n\\bibliography{x}")
    assert r"\structure{\textbf{Deep}}" in tex
    assert "{\\refname}\n\\bibliography{x}\n\\end{frame}" in tex


def test_the_label_of_an_unnumbered_heading_stays_and_its_line_in_the_contents_goes() -> None:
    tex = frames("\\section*{A}\n\\addcontentsline{toc}{section}{A}\\namedlabel{A}{sec:a}\nB.")
    assert "addcontentsline" not in tex
    assert r"\namedlabel{A}{sec:a}" in tex


def test_the_references_have_one_frame_under_the_name_that_is_theirs() -> None:
    said = "\\bibliographystyle{s}\n\\def\\refname{Works}\\def\\bibname{Works}"
    label = "\\bibliographylabel{Works}{sec:refs}"
    for last in ("\\bibliography{x}", "\\printbibliography"):
        tex = frames(f"\\section{{One}}\nA.\n\n{said}\n{label}\n{last}\n\\section{{Two}}\nB.")
        head = "\\begin{frame}[allowframebreaks]{\\refname}"
        assert f"{said}\n{head}\n{label}\n{last}\n\\end{{frame}}" in tex
        assert tex.count(r"\begin{frame}") == 3


def test_three_dots_apart_are_a_pause_but_in_code() -> None:
    tex = frames("\\section{One}\nA.\n\n. . .\n\nB.")
    assert "\\begin{frame}[fragile]{One}\nA.\n\n\\pause\n\nB." in tex
    code = "\\begin{chunkoutput}\n. . .\n\\end{chunkoutput}"
    assert code in frames(f"\\section{{One}}\n{code}")


def test_the_notes_of_a_title_are_on_its_first_slide() -> None:
    made = framed((Line(r"\section[{One}]{One\footnote{A note.}}", 1), Line("Words.", 3)))
    assert [line.text for line in made[:4]] == [
        r"\section[{One}]{One}",
        r"\begin{frame}[fragile,allowframebreaks]{One\titlemarks}",
        r"\firsttitlemark\notetext{A note.}\addtitlemark",
        "Words.",
    ]


def test_a_slide_does_not_begin_with_a_break() -> None:
    made = framed((Line(r"\section{One}", 1), Line("", 2), Line(r"\framebreak", 3), Line("a", 3)))
    assert [line.text for line in made[2:4]] == ["a", ""]
