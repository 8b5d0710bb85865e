"""Divs as pandoc and Quarto have them, references, shortcodes; what means nothing is told."""

import re
from pathlib import Path

import pytest

from treadle.press.latex.figures import Float, Graphic, figures_in_place, float_of_rows
from treadle.press.latex.fragment import Line, text_of
from treadle.press.markdown.parser import place
from treadle.press.markdown.render import render_markdown
from treadle.press.markdown.text_context import ReadyLatex, RenderOptions, TextContext


@pytest.fixture
def image(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")


def test_a_callout_has_its_kind_and_its_title(latex):
    text = "::: {.callout-note}\n## A *title*\nWords.\n:::"
    assert latex(text) == (
        "\\begin{quote}\n  \\textbf{Note: A \\emph{title}}\\par\n  Words.\n\\end{quote}"
    )
    assert r"\textbf{Tip.}\par" in latex("::: callout-tip\nWords.\n:::")
    assert r"\textbf{Warning: T}" in latex('::: {.callout-warning title="T"}\nWords.\n:::')
    assert r"\textbf{Caution.}\par" in latex("> [!CAUTION]\n> Words.")


@pytest.mark.parametrize(
    "opening",
    ["::: admonition", '::: {.admonition title=""}', ":::{admonition}", "::: admonition :::"],
)
def test_a_note_without_a_title_has_none(latex, findings, opening):
    assert latex(f"{opening}\nWords.\n:::") == "\\begin{quote}\n  Words.\n\\end{quote}"
    assert findings.problems == []


def test_columns_stand_side_by_side(latex):
    text = (
        "::: columns\n:::: {.column width=30%}\nLeft.\n::::\n:::: {.column width=70%}\nRight.\n"
        "::::\n:::"
    )
    assert latex(text) == (
        "\\noindent\n\\begin{minipage}[t]{0.288\\linewidth}\n  \\vspace{0pt}\n  Left.\n"
        "\\end{minipage}\\hfill\n"
        "\\begin{minipage}[t]{0.672\\linewidth}\n  \\vspace{0pt}\n  Right.\n\\end{minipage}"
    )


def test_what_floats_elsewhere_does_not_in_a_column(latex, image):
    made = latex("::: columns\n:::: column\n![A](a.png){#fig:a}\n::::\n:::")
    assert r"\begin{figure}[H]" in made
    assert r"\begin{figure}[htbp]" in latex("![A](a.png){#fig:a}")


@pytest.mark.parametrize("label", ["fig:a", "fig-a"])
def test_a_figure_div(latex, image, label):
    made = latex(f"::: {{#{label}}}\n![](a.png)\n\nIts *caption*.\n:::")
    assert made == (
        "\\begin{figure}[htbp]\n  \\centering\n"
        "  \\includegraphics[max size={\\linewidth}{0.9\\textheight}]{report/images/a.png}\n"
        f"  \\caption{{Its \\emph{{caption}}.}}\n  \\label{{{label}}}\n\\end{{figure}}"
    )


def test_a_figure_div_of_several_images_has_parts(latex, image):
    made = latex("::: {#fig-x}\n![A](a.png){#fig-a}\n\n![B](b.png){#fig-b}\n\nBoth.\n:::")
    assert made.count(r"\begin{subfigure}[t]{0.48\linewidth}") == 2
    assert made.index(r"\caption{A}") < made.index(r"\label{fig-a}") < made.index(r"\caption{B}")
    assert made.endswith("\\caption{Both.}\n  \\label{fig-x}\n\\end{figure}")


def test_a_layout_of_columns(latex, image):
    images = "![A](a.png){#fig:a}\n\n![B](b.png){#fig:b}"
    made = latex(f"::: {{layout-ncol=2}}\n{images}\n:::")
    assert made.count(r"\begin{minipage}[t]{0.48\linewidth}") == 2
    assert made.count(r"\begin{figure}") == 1
    assert made.index(r"\caption{A}") < made.index(r"\label{fig:a}")
    three = latex("::: {layout-ncol=2}\nOne.\n\nTwo.\n\nThree.\n:::")
    assert three.count(r"\hfill") == 1
    assert three.count("\n\n\\noindent") == 1


@pytest.fixture
def grid(findings, tmp_path):
    """A div of two columns that holds what chunks have shown, and its last paragraph."""

    def grid(label, *shown, last="Both.", layout=" layout-ncol=2"):
        inner = [
            place(number) if isinstance(each, ReadyLatex) else each
            for number, each in enumerate(shown)
        ]
        text = "\n\n".join((f"::: {{#{label}{layout}}}", *inner, f"{last}\n:::"))
        origins = range(1, text.count("\n") + 2)
        context = TextContext(RenderOptions(tmp_path / "report.pmd", "report"), findings)
        return text_of(render_markdown(text, origins, context, shown))

    return grid


FIGURE = ReadyLatex(figures_in_place([Graphic("c.pdf")], 3))


def captioned(kind: str, words: str, label: str = "") -> ReadyLatex:
    return ReadyLatex(float_of_rows([(Line("[x]", 3),)], Float(words, label, kind)))


def test_figures_of_chunks_stand_in_rows_under_one_caption(grid):
    made = grid("fig-x", FIGURE, FIGURE)
    assert made.startswith("\\begin{figure}[htbp]")
    assert made.count(r"\begin{subfigure}[t]{0.48\linewidth}") == 2
    assert made.endswith("\\caption{Both.}\n  \\label{fig-x}\n\\end{figure}")


@pytest.mark.parametrize("kind", ["figure", "table"])
def test_what_would_float_by_itself_is_a_panel(grid, kind):
    made = grid(
        f"{kind[:3]}-x".replace("tab", "tbl"), captioned(kind, "A", "own"), captioned(kind, "B")
    )
    assert made.count(rf"\begin{{{kind}}}") == 1
    assert made.count(rf"\begin{{sub{kind}}}") == 2
    assert made.index(r"\caption{A}") < made.index(r"\label{own}") < made.index(r"\caption{B}")
    assert r"-x-b}" in made
    assert r"-x-a}" not in made


def test_panels_of_chunks_beside_images_and_text(grid, image):
    made = grid("fig-x", FIGURE, "![A](a.png)", captioned("figure", "B"), "Words.", last="All.")
    labels = [made.index(text) for text in (r"\caption{A}", r"\label{fig-x-a}", r"\label{fig-x-b}")]
    assert labels == sorted(labels)
    assert made.count(r"\begin{figure}") == 1
    assert made.index("Words.") < made.index(r"\caption{All.}")


def test_footnotes_of_panels_follow_the_float_in_their_order(grid):
    noted = (captioned("figure", rf"{name}\footnote{{Of {name}}}") for name in "AB")
    made = grid("fig-x", *noted)
    assert made.index(r"A\protect\notemark{1}") < made.index(r"B\protect\notemark{2}")
    assert made.endswith("\\end{figure}\n\\notetext{Of A}\n\\notetext{Of B}")


@pytest.mark.parametrize("div", ["#tbl-x layout-ncol=2", "#tab-x layout-nrow=1"])
@pytest.mark.parametrize("after", ["Both.", ""])
def test_tables_in_rows_keep_their_captions(latex, div, after):
    table = "| a |\n|---|\n| 1 |"
    text = f"::: {{{div}}}\n{table}\n\n: One {{#tbl-o}}\n\n{table}\n\n: Two\n\n{after}\n:::"
    made = latex(text)
    labels = (r"\caption{One}", r"\label{tbl-o}", r"\caption{Two}", "-x-b}")
    assert sorted(labels, key=made.index) == list(labels)
    assert made.count(r"\begin{table}") == 1
    assert (r"\caption{Both.}" in made) == bool(after)


def test_a_figure_div_of_chunks_with_captions_has_panels(grid):
    made = grid("fig-x", captioned("figure", "A"), captioned("figure", "B"), layout="")
    assert made.count(r"\begin{figure}") == 1
    assert made.count(r"\begin{subfigure}") == 2
    assert made.endswith("\\caption{Both.}\n  \\label{fig-x}\n\\end{figure}")


def test_several_floats_in_one_place_stay_what_they_are(grid):
    two = ReadyLatex((*captioned("figure", "A").lines, *captioned("figure", "B").lines))
    made = grid("fig-x", two, FIGURE)
    assert made.count(r"\begin{figure}[H]") == 2


def test_a_table_div(latex):
    made = latex("::: {#tbl-x}\n| a |\n|---|\n| 1 |\n\nIts caption.\n:::")
    assert made.startswith("\\begin{table}[htbp]\n  \\centering\n  \\caption{Its caption.}\n")
    assert r"\label{tbl-x}" in made


@pytest.mark.parametrize(
    ("label", "name"),
    [("thm-a", "theorem"), ("lem-a", "lemma"), ("def-a", "definition"), ("exm-a", "example")],
)
def test_theorems_by_their_labels(latex, label, name):
    made = latex(f"::: {{#{label}}}\n## Line\nWords.\n:::")
    assert made == f"\\begin{{{name}}}[{{Line}}]\\label{{{label}}}\n  Words.\n\\end{{{name}}}"


def test_an_environment_of_the_author_s(latex, findings):
    made = latex("::: {.claim #c}\nWords.\n:::", environments=frozenset({"claim"}))
    assert made == "\\begin{claim}\\label{c}\n  Words.\n\\end{claim}"
    assert findings.problems == []


@pytest.mark.parametrize(
    ("opening", "shown"),
    [
        ('.content-visible when-format="html"', False),
        ('.content-visible when-format="pdf"', True),
        ('.content-visible unless-format="pdf"', False),
        ('.content-hidden when-format="pdf"', False),
        ('.content-hidden when-format="html"', True),
        (".content-hidden", False),
    ],
)
def test_what_is_for_one_format(latex, findings, opening, shown):
    assert latex(f"a\n\n::: {{{opening}}}\nb\n:::") == ("a\n\nb" if shown else "a")
    assert findings.problems == []


@pytest.mark.parametrize(
    "place", ["::: {#refs}\n:::", "\\bibliography{own}", "\\printbibliography[title=A]"]
)
def test_there_is_one_bibliography(latex, place):
    made = latex(f"# References\n\n{place}", bibliography=(r"\bibliography{a}",))
    assert len(re.findall(r"\\(?:print)?bibliography\b", made)) == 1


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        ("{note} A *title*", r"\textbf{Note: A \emph{title}}\par"),
        ("warning", r"\textbf{Warning.}\par"),
        ("{.tip} So", r"\textbf{Tip: So}\par"),
        ("{admonition} Task", r"\textbf{Task}\par"),
        ("theorem {#thm:a} Of Bayes", r"\begin{theorem}[{Of Bayes}]\label{thm:a}"),
    ],
)
def test_words_behind_the_name_of_a_div_are_its_title(latex, findings, opening, words):
    assert words in latex(f"::: {opening}\nb\n:::")
    assert findings.problems == []


def test_a_div_that_means_nothing_keeps_its_title(latex, findings):
    assert latex("::: {.box title='A *b*'}\nc\n:::") == "\\textbf{A \\emph{b}}\\par\nc"
    assert [item.message for item in findings.problems] == ["`::: box` means nothing"]


def test_the_place_of_the_bibliography(latex):
    given = (r"\bibliography{x}",)
    text = latex("a\n\n::: {#refs}\n:::\n\nb\n\n# References", bibliography=given)
    assert text == "a\n\n\\bibliography{x}\n\nb\n\n\\section{References}"


@pytest.mark.parametrize(
    ("title", "head"),
    [("References", ""), ("Quellen", "\\def\\refname{Quellen}\\def\\bibname{Quellen}\n")],
)
def test_the_bibliography_stands_once_under_its_heading(latex, title, head):
    text = latex(f"# {title}\n\n::: {{#refs}}\n:::\n\nb", bibliography=(r"\bibliography{x}",))
    assert text == head + "\\bibliography{x}\n\nb"


@pytest.mark.parametrize("place", ["", "\n\n::: {#refs}\n:::"])
@pytest.mark.parametrize("marks", ["{#sec:refs}", "{- #sec:refs}"])
def test_the_bibliography_has_the_label_of_its_heading(latex, place, marks):
    text = latex(f"# References {marks}{place}\n\nb", bibliography=(r"\bibliography{x}",))
    assert text == "\\bibliographylabel{References}{sec:refs}\n\\bibliography{x}\n\nb"


@pytest.mark.parametrize(
    "words", ["**References**", "*References*", "~~References~~", "References^[a]"]
)
def test_the_bibliography_s_heading_is_so_by_its_plain_words(latex, words):
    text = latex(f"# {words}\n\nb", bibliography=(r"\bibliography{x}",))
    assert r"\section" not in text
    assert text.startswith(r"\def\refname{")
    assert "}\n\\bibliography{x}\n\nb" in text


@pytest.mark.parametrize(
    ("title", "usual"), [("Bibliography", "References"), ("References", "Bibliography")]
)
def test_the_bibliography_has_the_words_of_its_heading(latex, title, usual):
    made = latex(f"# {title}\n\nb", bibliography=(r"\bibliography{x}",), references=usual)
    assert rf"\def\refname{{{title}}}" in made


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("@fig-a", r"\cref{fig-a}"),
        ("@Sec-a", r"\Cref{sec-a}"),
        ("[@fig-a; @tbl-b]", r"\cref{fig-a,tbl-b}"),
        ("[-@fig:a]", r"\ref{fig:a}"),
        ("-@eq-a", r"\ref{eq-a}"),
        ("@smith-a", r"\citet{smith-a}"),
        (r"Figure \@ref(fig:a), \@ref(tab:b)", r"Figure \ref{fig:a}, \ref{tbl:b}"),
    ],
)
def test_references(latex, markdown, expected):
    assert latex(markdown) == expected


def test_a_reference_to_a_chunk_by_quarto_s_name(latex):
    aliases = {"fig-loss": "fig:fig-loss"}
    assert latex("@fig-loss, @Fig-loss", aliases=aliases) == (
        r"\cref{fig:fig-loss}, \Cref{fig:fig-loss}"
    )


def test_shortcodes(latex, findings):
    assert latex("a\n\n{{< pagebreak >}}\n\nb {{{< pagebreak >}}}") == (
        "a\n\n\\newpage{}\n\nb \\{\\{< pagebreak >\\}\\}"
    )
    assert findings.problems == []
    assert latex("a\nb {{< include c.md >}} d") == "a\nb  d"
    ((line, message),) = [(item.span.line, item.message) for item in findings.problems]
    assert (line, "`{{< include c.md >}}` is left out" in message) == (2, True)


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("a\n\n::: {.foo}\nb\n:::", "`::: foo` means nothing"),
        ("a\n\n::: {.theorem bar=1}\nb\n:::", "`bar=` means nothing to a `:::`"),
        ("a\n\n::: {#fig-a}\n| a |\n|---|\n:::", "`fig-a` has no caption"),
        ("a\n::: columns\nb\n:::", "this stands in no column"),
        ("a\n\n# H {.foo}", "`foo` means nothing to a heading"),
        ("a\n\nb `r 1 + 1`", "inline code of `r` is printed, and not run"),
        ("a\n\n`{julia} x`", "inline code of `julia` is printed, and not run"),
    ],
)
def test_what_means_nothing_is_told_at_its_line(latex, findings, markdown, words):
    latex(markdown)
    ((line, message),) = [(item.span.line, item.message) for item in findings.problems]
    assert (line, words in message) == (3, True)


def test_a_table_right_below_text_is_told(latex, findings):
    latex("a\n\nb\n+---+---+\n| c | d |\n+---+---+\n")
    ((line, message),) = [(item.span.line, item.message) for item in findings.problems]
    assert (line, "looks like a table" in message) == (4, True)


@pytest.mark.parametrize("code", ["r = 2", "r", "{python} x", "rx y"])
def test_inline_code_that_only_looks_like_r_s(latex, findings, code):
    latex(f"a `` `{code}` `` and `{code}`")
    assert findings.problems == []


def test_numbered_lines(latex):
    text = '``` {.json .numberLines startFrom="7"}\n1\n```'
    assert latex(text).startswith("\\begin{listing}[numbers=left,firstnumber=7]\n")
    assert latex("``` {.json}\n1\n```").startswith("\\begin{listing}\n")


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("Ctrl-C", "Ctrl-C"),
        ('"Ctrl Shift P"', "Ctrl Shift P"),
        ("mac=Cmd-O win=Ctrl-O", "Cmd-O (mac), Ctrl-O (win)"),
        ("Ctrl->", "Ctrl->"),
        ("Ctrl-{", r"Ctrl-\{"),
        ("<", "<"),
    ],
)
def test_keys_to_press_are_printed(latex, findings, keys, shown):
    assert latex(f"Press {{{{< kbd {keys} >}}}} now.") == rf"Press \texttt{{{shown}}} now."
    assert findings.problems == []


@pytest.mark.parametrize("shortcode", ["{{< kbd >}}", "{{<kbd>}}", '{{< kbd "" >}}'])
def test_a_shortcode_that_names_no_key_is_told(latex, findings, shortcode):
    assert latex(f"Press {shortcode} now.") == "Press  now."
    assert [item.message for item in findings.problems] == [
        f"the shortcode `{shortcode}` is left out"
    ]
    assert "names no key" in findings.problems[0].hint


@pytest.mark.parametrize(
    ("markdown", "way"),
    [
        ("::: {.column-margin}\nA word.\n:::", r"\marginpar"),
        ("::: aside\nA word.\n:::", r"\marginpar"),
        ("[A word.]{.aside}", r"\marginpar"),
        ("::: {.landscape}\nA word.\n:::", "pdflscape"),
        ("::: {.column-page}\nA word.\n:::", "figure*"),
        ("::: {.notes}\nA word.\n:::", r"\note"),
    ],
)
def test_what_stands_elsewhere_is_shown_and_its_way_out_told(latex, findings, markdown, way):
    assert latex(f"a\n\n{markdown}").endswith("A word.")
    ((line, hint),) = [(item.span.line, item.hint) for item in findings.problems]
    assert (line, way in hint) == (3, True)


@pytest.mark.parametrize(
    ("attributes", "label"),
    [
        ("{.claim #claim:one}", "claim:one"),
        ("{.claim .wide #one-claim}", "one-claim"),
        ('{.claim title="Of #all, one" #c}', "c"),
        ("{title='x' .claim #claim_1}", "claim_1"),
        ("{#first .claim}", "first"),
    ],
)
def test_a_label_behind_classes_is_one_of_the_document(latex, attributes, label):
    own = frozenset({"claim"})
    made = latex(f"See @{label}.\n\n::: {attributes}\nIt holds.\n:::", environments=own)
    assert rf"\cref{{{label}}}" in made
    assert rf"\label{{{label}}}" in made


def test_a_number_sign_in_a_title_is_no_label(latex):
    made = latex('::: {.proof title="Step #knuth"}\nIt holds.\n:::\n\nAs @knuth says.')
    assert r"\citet{knuth}" in made


def test_divs_of_slides(latex, findings):
    assert latex("::: notes\nSay *a*.\n\n- b\n:::", slides=True) == (
        "\\note{%\nSay \\emph{a}.\n\n\\begin{itemize}\n  \\item b\n\\end{itemize}\n}"
    )
    steps = latex("::: incremental\n- a\n:::\n\n::: nonincremental\n- b\n:::", slides=True)
    assert steps.startswith("\\begingroup\\beamerdefaultoverlayspecification{<+->}\n\\begin{item")
    assert "\\end{itemize}\n\\endgroup" in steps
    assert "\\beamerdefaultoverlayspecification{}" in steps
    assert findings.problems == []
    assert "note" not in latex("::: notes\na\n:::")
    assert [item.message for item in findings.problems] == ["`::: notes` means nothing"]


def test_lists_of_several_slides_are_shown_item_by_item_each_for_itself(latex, findings):
    text = "::: incremental\n## A\n\n- a\n  - b\n\n---\n\nWords.\n\n## B\n\nc\n: d\n:::\n\n- e"
    made = latex(text, slides=True)
    begin = "\\begingroup\\beamerdefaultoverlayspecification{<+->}\n"
    assert made.count(begin + r"\begin{itemize}") == made.count(begin + r"\begin{description}") == 1
    assert made.count(r"\begingroup") == made.count("}\n\\endgroup") == 2
    assert made.index(r"\endgroup") < made.index("Words.")
    assert findings.problems == []


def test_a_list_in_latex_and_one_in_columns_are_shown_item_by_item(latex):
    made = latex(
        "::: incremental\n\\begin{itemize}\n\\item a\n\\end{itemize}\n\n"
        ":::: columns\n::::: {.column width=50%}\n1. b\n\n"
        "      ::: nonincremental\n      - c\n      :::\n:::::\n::::\n:::",
        slides=True,
    )
    assert made.count(r"specification{<+->}") == 2
    assert made.count(r"\begingroup") == made.count(r"\endgroup")


def test_code_in_the_notes_of_a_slide_is_set_as_in_a_footnote(latex, findings):
    made = latex("::: notes\n- a\n\n  ```\n  b_1\n  c\n  ```\n:::", slides=True)
    assert r"\codetext{b\_1}" in made
    assert "listing" not in made
    assert findings.problems == []


@pytest.mark.parametrize("around", ["{}", "- {}", "> {}"])
def test_a_chunk_in_the_notes_of_a_slide_is_an_error(findings, around):
    shown = ReadyLatex((Line(r"\begin{chunkcode}", 7), Line(r"\end{chunkcode}", 8)))
    text = f"::: notes\n{around.format(place(0))}\n:::"
    context = TextContext(RenderOptions(Path("report.pmd"), "report", slides=True), findings)
    render_markdown(text, (6, 7, 9), context, [shown])
    (problem,) = findings.problems
    assert (problem.severity.value, problem.span.line) == ("error", 7)
    assert "speaker's notes" in problem.message


@pytest.mark.parametrize(
    ("opening", "words", "message"),
    [
        ("{.notes .small}", "A.\n", "`small` means nothing to a speaker's notes"),
        ("notes", "", "these notes are empty"),
    ],
)
def test_what_notes_of_slides_do_not_mean_is_told(latex, findings, opening, words, message):
    made = latex(f"::: {opening}\n{words}:::", slides=True)
    assert made == ("\\note{%\nA.\n}" if words else "")
    assert [item.message for item in findings.problems] == [message]


def test_an_image_on_a_slide_leaves_room_for_its_caption(latex, tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    assert r"[max size={\linewidth}{0.56\textheight}]" in latex("![A](a.png)", slides=True)
    wide = latex("![A](a.png){width=70%}", slides=True)
    assert r"[width=0.7\linewidth,max height=0.56\textheight]" in wide
    own = latex("![A](a.png){width=70% height=8cm}", slides=True)
    assert r"[width=0.7\linewidth,height=8cm]" in own
