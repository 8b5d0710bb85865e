import datetime
import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.unit.displays import figure

from treadle.engine.trace import Failure, Stream
from treadle.press.document.model import Inline, Prose
from treadle.press.results import ChunkResult, InlineResult
from treadle.press.weave.page import Page
from treadle.press.weave.weave import weave
from treadle.problem import Span


def prose(text, line=1, inlines=()):
    return Prose(text, Span("report.pmd", line, line + text.count("\n")), inlines)


def body(woven):
    return woven.tex.split("\\begin{document}\n")[1].split("\n\\end{document}")[0].strip("\n")


def origin(woven, text):
    """The line of the document of the one line of LaTeX that holds `text`."""
    (line,) = [n for n, tex in enumerate(woven.tex.split("\n")) if text in tex]
    return woven.lines[line]


def test_prose_and_chunks_in_order(make_document, make_chunk):
    document = make_document(prose("one\n"), make_chunk("f()", line=2), prose("two\n", 5))
    woven = weave(document, [None, ChunkResult((Stream("stdout", "out\n"),)), None])
    assert body(woven) == (
        "one\n\n\\begin{chunkcode}\nf()\n\\end{chunkcode}\n\n"
        "\\begin{chunkoutput}\nout\n\\end{chunkoutput}\n\ntwo"
    )
    assert woven.problems == ()


def test_every_line_has_its_line(make_document, make_chunk):
    text = "first\nsecond\n\n# Head\n\n$$\nxyz\n$$\n\n- a\n- b\n"
    document = make_document(
        prose(text, 5), make_chunk("f()\ng()", line=16), prose("the last\n", 20)
    )
    woven = weave(document, [None, ChunkResult(), None])
    assert len(woven.lines) == woven.tex.count("\n")
    found = {mark: origin(woven, mark) for mark in ("first", "second", "{Head}", "  xyz", "item b")}
    assert found == {"first": 5, "second": 6, "{Head}": 8, "  xyz": 11, "item b": 15}
    assert (origin(woven, "f()"), origin(woven, "g()"), origin(woven, "the last")) == (17, 18, 20)


def test_inline_results_are_markdown_in_their_place(make_document):
    text = "a <%= x %> b\nc <% y\n%> d\n\ne\n"
    inlines = (
        Inline("x", True, Span.at("report.pmd", 3), 2, 10),
        Inline("y", False, Span("report.pmd", 4, 5), text.index("<% y"), text.index("%> d") + 2),
    )
    document = make_document(prose(text, 3, inlines))
    woven = weave(document, [InlineResult(("*1*\n2", ""))])
    assert body(woven) == "a \\emph{1}\n2 b\nc  d\n\ne"
    assert (origin(woven, "2 b"), origin(woven, "c  d")) == (3, 4)
    assert woven.lines[woven.tex.split("\n").index("e")] == 7


def test_notes_and_environments_span_chunks(make_document, make_chunk):
    document = make_document(
        prose("a[^1]\n\n\\begin{center}\n"),
        make_chunk("f()", line=4),
        prose("\\end{center}\n\n[^1]: Note.\n", 7),
    )
    woven = weave(document, [None, ChunkResult(), None])
    assert body(woven) == (
        "a\\footnote{%\nNote.}\n\n\\begin{center}\n\\begin{chunkcode}\nf()\n\\end{chunkcode}\n"
        "\\end{center}"
    )


def test_a_chunk_lost_in_a_code_block_is_an_error(make_document, make_chunk):
    document = make_document(prose("````\nopen\n"), make_chunk("f()", line=3))
    woven = weave(document, [None, ChunkResult()])
    (block, found) = woven.problems
    assert (block.span.line, "never closed" in block.message) == (1, True)
    assert "swallowed" in found.message
    assert found.span.line == 3


def test_a_chunk_in_a_comment_is_not_shown(make_document, make_chunk):
    document = make_document(prose("<!--\n"), make_chunk("f()", line=2), prose("-->\nb\n", 5))
    woven = weave(document, [None, ChunkResult(), None])
    (found,) = woven.problems
    assert (found.span.line, "HTML comment is run" in found.message) == (1, True)
    assert "f()" not in body(woven)


def test_raw_results_within_a_paragraph(make_document, make_chunk):
    raw = make_chunk("p()", line=2, echo=False, results="tex")
    document = make_document(prose("one\n"), raw, prose("two\n", 5))
    woven = weave(document, [None, ChunkResult((Stream("stdout", "\\[ x \\]\n"),)), None])
    assert body(woven) == "one\n\\[ x \\]\ntwo"


def test_raw_results_after_an_empty_line_begin_a_paragraph(make_document, make_chunk):
    raw = make_chunk("p()", line=3, echo=False, results="tex")
    document = make_document(prose("one\n\n"), raw)
    woven = weave(document, [None, ChunkResult((Stream("stdout", "A sentence.\n"),))])
    assert body(woven) == "one\n\nA sentence."


def test_markdown_results(make_document, make_chunk):
    chunk = make_chunk("p()", line=2, echo=False, results="markdown")
    document = make_document(prose("one\n"), chunk, prose("two\n", 5))
    table = "| a |\n|---|\n| 1 |\n"
    woven = weave(document, [None, ChunkResult((Stream("stdout", table),)), None])
    assert r"\begin{tabular}{@{}l@{}}" in body(woven)
    assert origin(woven, r"\toprule") == 2


def test_captions_are_markdown(make_document, make_chunk):
    chunk = make_chunk(echo=False, caption="x", name="a")
    document = make_document(chunk)
    result = ChunkResult((figure("a-1.pdf"),), caption="The *loss* $x_1$, see @eq:a")
    woven = weave(document, [result])
    assert r"\caption{The \emph{loss} $x_1$, see \cref{eq:a}}" in woven.tex
    size = r"max size={\linewidth}{0.9\textheight}"  # nothing leaves the page
    assert rf"\includegraphics[{size}]{{report/a-1.pdf}}" in woven.tex


def test_the_title_block(make_document):
    document = make_document(
        prose("text\n"),
        title="On *maths* & $x$",
        author=[{"name": "Kurt Gödel", "id": "17"}],
        course="Logic",
        date=datetime.date(2023, 11, 2),
        abstract="We *see*.\n",
    )
    tex = weave(document, [None]).tex
    assert r"On \emph{maths} \& $x$" in tex
    assert "pdftitle={On maths \\& x}" in tex
    assert "Kurt Gödel (17)" in tex
    assert "2 November 2023" in tex
    assert "\\begin{abstract}\nWe \\emph{see}.\n\\end{abstract}" in tex
    assert r"\today" not in tex


def test_the_author_s_preamble_comes_last_and_knows_its_lines(make_document):
    document = make_document(prose("t\n"), title="T", preamble="\\newcommand{\\R}{x}\n\\mine")
    woven = weave(document, [None])
    before = woven.tex.split("\\begin{document}")[0]
    assert before.index("cleveref") < before.index(r"\newcommand{\R}")
    assert (origin(woven, r"\newcommand{\R}"), origin(woven, r"\mine")) == (4, 5)


def test_class_and_page(make_document):
    document = make_document(
        prose("# A\n"),
        documentclass="report",
        classoption=["twoside"],
        fontsize="12pt",
        geometry="margin=3cm",
    )
    tex = weave(document, [None]).tex
    assert tex.startswith("\\documentclass[12pt,a4paper,twoside]{report}")
    assert r"\usepackage[margin=3cm]{geometry}" in tex
    assert r"\chapter{A}" in tex


def test_the_bibliography_is_at_the_end_or_where_the_author_puts_it(make_document):
    woven = weave(make_document(prose("t\n"), bibliography="refs/all.bib"), [None])
    assert body(woven).endswith("\\bibliographystyle{plainnat}\n\\bibliography{report/all}")
    for last in ("# Quellen", "# Quellen {-}", "# Quellen {-}\n\n::: {#refs}\n:::"):
        woven = weave(make_document(prose(f"t\n\n{last}\n"), bibliography="all.bib"), [None])
        head = r"\def\refname{Quellen}\def\bibname{Quellen}"
        assert body(woven).startswith(f"t\n\n{head}\n")
        assert woven.tex.count("Quellen") == 2
    woven = weave(make_document(prose("# A\n\n# References"), bibliography="all.bib"), [None])
    assert body(woven).startswith("\\section{A}\n\n\\bibliographystyle{plainnat}\n")
    text = "\\bibliography{mine}\n\nend\n"
    woven = weave(make_document(prose(text), bibliography="all.bib"), [None])
    assert woven.tex.count(r"\bibliography{") == 1


@pytest.mark.parametrize(
    "marks", ["{#sec:refs}", "{- #sec:refs}", "{.unnumbered .unlisted #sec:refs}"]
)
def test_the_heading_that_ends_the_text_gives_the_bibliography_its_label(make_document, marks):
    text = f"See @sec:refs.\n\n## Works *cited* {marks}\n"
    woven = weave(make_document(prose(text), bibliography="all.bib"), [None])
    lines = body(woven).split("\n")
    assert r"\bibliographylabel{Works \emph{cited}}{sec:refs}" in lines
    assert r"\newcommand{\bibliographylabel}" in woven.tex
    assert lines[-1].startswith(r"\bibliography{")
    assert not [line for line in lines if line.startswith(r"\section")]


@pytest.mark.parametrize(
    ("front", "named"),
    [
        ({}, False),
        ({"documentclass": "report"}, True),  # LaTeX says Bibliography there
        ({"lang": "de"}, True),  # and Literatur here
    ],
)
def test_the_bibliography_is_called_what_the_author_calls_it(make_document, front, named):
    document = make_document(prose("a\n\n# References\n"), bibliography="all.bib", **front)
    assert (r"\def\refname{References}" in weave(document, [None]).tex) == named


def test_the_pages_before_the_text_of_a_report_are_no_destinations(make_document):
    front = {"title": "T", "documentclass": "report", "abstract": "A."}
    lines = body(weave(make_document(prose("b\n"), **front), [None])).split("\n")
    off, on = (
        lines.index(rf"\ifdefined\frontmatter{a}\else\hypersetup{{pageanchor={b}}}\fi")
        for a, b in ((r"\frontmatter", "false"), ("", "true"))
    )
    assert off < lines.index(r"\maketitle") < lines.index(r"\end{abstract}") < on


def test_only_characters_that_occur_are_declared(make_document):
    tex = weave(make_document(prose("α ≤ é ┌\n")), [None]).tex
    assert r"\declaresymbol{α}{03B1}{\alpha}" in tex
    assert r"\declaredrawing{┌}{250C}{250C}" in tex
    assert "β" not in tex
    assert "{é}" not in tex


def test_the_proposal_s_template(make_document):
    tex = weave(make_document(prose("t\n"), title="P", template="proposal"), [None]).tex
    assert r"\pagestyle{empty}" in tex
    assert "tableofcontents" not in tex


def test_a_template_of_the_author_s(tmp_path, make_document):
    (tmp_path / "mine.tex.j2").write_text(
        "\\VAR{preamble}\n\\begin{document}\nMINE\n\\VAR{body}\n\\end{document}\n"
    )
    document = make_document(prose("t\n"), template="mine.tex.j2")
    document = type(document)(Path(tmp_path / "report.pmd"), document.front, document.blocks)
    assert body(weave(document, [None])) == "MINE\nt"


def test_a_comment_of_a_template_does_not_insert_the_text(tmp_path, make_document):
    (tmp_path / "mine.tex.j2").write_text(
        "\\VAR{preamble}\n\\begin{document}\n% \\VAR{body}\n% \\VAR{abstract}\n\\end{document}\n"
    )
    document = make_document(prose("t\n"), template="mine.tex.j2", abstract="A.")
    document = type(document)(Path(tmp_path / "report.pmd"), document.front, document.blocks)
    woven = weave(document, [None])
    assert body(woven) == "% VAR{body}\n% VAR{abstract}"
    said = [problem.message.split(":")[0] for problem in woven.problems]
    assert said == ["`abstract` is shown nowhere", "the text is shown nowhere"]


@pytest.mark.parametrize("numbersections", [True, False])
def test_section_numbers(make_document, numbersections):
    tex = weave(make_document(prose("# A\n"), numbersections=numbersections), [None]).tex
    assert ("secnumdepth" in tex) is not numbersections


@pytest.mark.parametrize(
    ("text", "front", "commands"),
    [
        ("## A\n\n### B", {}, ["section", "subsection"]),
        ("B\n--\n\n### C", {}, ["section", "subsection"]),
        ("### A\n\n## B", {}, ["subsection", "section"]),
        ("## A\n\n# B", {}, ["subsection", "section"]),
        ("```\n# x\n```\n\n## A\n\n    # y\n\n- ~~~\n  # z\n  ~~~", {}, ["section"]),
        ("## A\n\n<!--\n# x\n-->\n\n$$\n# y\n$$\n\n| # z", {}, ["section"]),
        ("\\begin{verbatim}\n# x\nA\n===\n\\end{verbatim}\n\n## A", {}, ["section"]),
        ("::: note\n# x\n:::\n\n## A\n\n> # y", {}, ["section", "section"]),
        ("::: {.theorem}\n# x\n:::\n\n::: plain\n## A\n:::\n\n### B", {},
         ["section", "subsection"]),
        ("::: {.content-hidden}\n# x\n:::\n\n## A", {}, ["section"]),
        ("::: {.lemma title=x}\n# A\n:::\n\n## B", {}, ["section", "subsection"]),
        ("## A\n\n### B", {"documentclass": "book"}, ["chapter", "section"]),
    ],
)  # fmt: skip
def test_the_highest_heading_is_of_the_first_level(make_document, text, front, commands):
    woven = weave(make_document(prose(text + "\n"), **front), [None])
    found = re.findall(r"^ *\\(\w*(?:section|chapter))\{", body(woven), re.MULTILINE)
    assert found == commands


def test_a_heading_that_code_prints_counts_among_the_highest(make_document, make_chunk):
    chunk = make_chunk("print()", line=3, results="markdown")
    document = make_document(prose("## A\n"), chunk)
    woven = weave(document, [None, ChunkResult((Stream("stdout", "# B\n"),))])
    assert r"\subsection{A}" in woven.tex
    assert r"\section{B}" in woven.tex


def test_typed_private_use_characters_stand_for_no_chunk(make_document, make_chunk):
    prose = Prose("a \ue0f00\ue0f1\n\n\ue0f00\ue0f1\n", Span("report.pmd", 1, 3))
    document = make_document(prose, make_chunk("x = 1"), abstract="\ue0f00\ue0f1")
    woven = weave(document, [None, None])
    assert woven.tex.count(r"\begin{chunkcode}") == 1


def test_nothing_is_woven_by_a_template_that_is_not_there(make_document):
    woven = weave(make_document(prose("text\n"), template="nowhere"), [None])
    assert (woven.tex, woven.lines) == ("", ())
    assert len(woven.problems) == 1


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("**bold** text\n", True),
        ("| a | b |\n|---|---|\n", True),
        ("## Heading\n", True),
        ("see [it](https://e.org)\n", True),
        (r"\textbf{a} & b \\ * c", False),
        ("1 & 2\n", False),
    ],
)
@pytest.mark.parametrize("results", ["asis", "tex", "rst"])
def test_markdown_that_is_printed_as_latex_is_told(
    make_document, make_chunk, printed, told, results
):
    chunk = make_chunk("p()", line=3, results=results)
    woven = weave(make_document(chunk), [ChunkResult((Stream("stdout", printed),))])
    found = [(item.span.line, "looks like Markdown" in item.message) for item in woven.problems]
    assert found == ([(3, True)] if told else [])


def test_standard_error_may_be_hidden(make_document, make_chunk):
    outputs = (Stream("stderr", "a warning"), Stream("stdout", "shown"))
    hidden = weave(make_document(make_chunk("p()", warning=False)), [ChunkResult(outputs)])
    assert ("a warning" in hidden.tex, "shown" in hidden.tex) == (False, True)
    assert "a warning" in weave(make_document(make_chunk("p()")), [ChunkResult(outputs)]).tex


def test_what_a_chunk_of_an_item_shows_stands_in_the_item(make_document, make_chunk):
    chunk = replace(make_chunk("f()", line=3), prefix="   ")
    printed = [None, ChunkResult((Stream("stdout", "p"),)), None]
    woven = weave(make_document(prose("1. a\n\n"), chunk, prose("\n   b\n", 6)), printed)
    assert body(woven) == (
        "\\begin{enumerate}\n  \\item a\n\n    \\begin{chunkcode}\nf()\n\\end{chunkcode}\n\n"
        "    \\begin{chunkoutput}\np\n\\end{chunkoutput}\n\n    b\n\\end{enumerate}"
    )


def test_markdown_of_a_chunk_of_an_item_is_of_the_item(make_document, make_chunk):
    chunk = replace(make_chunk("f()", line=1, echo=False, results="markdown"), prefix="> - ")
    made = weave(make_document(chunk), [ChunkResult((Stream("stdout", "- x\n\ny\n"),))])
    assert body(made) == (
        "\\begin{quote}\n  \\begin{itemize}\n    \\item\\leavevmode\n      \\begin{itemize}\n"
        "        \\item x\n      \\end{itemize}\n\n      y\n  \\end{itemize}\n\\end{quote}"
    )


def test_a_caption_of_nothing_is_an_error_and_a_hidden_one_told(make_document, make_chunk):
    ran = "", "include=False", "results='hidden'", "fig=False", "error=True", ""
    given = (*ran, "evaluate=False", "test=True", "complete=False")
    options = [eval(f"dict({text})") for text in given]
    chunks = [make_chunk("f()", line=n, caption="C", **some) for n, some in enumerate(options, 1)]
    failure = Failure("ValueError", "Traceback", "report.pmd", 5)
    out = (Stream("stdout", "out\n"),)
    results: list[ChunkResult | None] = [ChunkResult(out, caption="C")] * 4
    results += [ChunkResult(out, failure, caption="C")]
    results += [ChunkResult((figure("f.pdf"),), caption="C"), None, None, None]
    said = [str(problem) for problem in weave(make_document(*chunks), results).problems]
    reasons = {
        **{1: "error: {}it shows neither", 2: "warning: {}what it would stand under is hidden"},
        **{3: "warning: {}what it", 4: "warning: {}what it", 5: "warning: {}it raises before it"},
        **{7: "warning: {}it is not run", 8: "warning: {}a test is", 9: "warning: {}its code goes"},
    }
    assert len(said) == len(reasons)
    for line, reason in reasons.items():
        start = reason.format("the caption of chunk 1 is not printed: ")
        assert any(text.startswith(f"report.pmd:{line}: {start}") for text in said), said


@pytest.mark.parametrize(
    ("code", "printed", "hint"),
    [
        ("print(1)", "1", "leave it out, or have the chunk show one of them"),
        ("plt.plot(x); plt.close()", "", "a figure that is closed is not shown"),
        ("print(t)", r"\begin{figure}\end{figure}", "print the caption as well"),
    ],
)
def test_the_way_out_of_a_caption_of_nothing(make_document, make_chunk, code, printed, hint):
    document = make_document(make_chunk(code, caption="C", results="tex"))
    (problem,) = weave(document, [ChunkResult((Stream("stdout", printed),), caption="C")]).problems
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(("family", "told"), [("fbb", 1), ("lmr", 0), ("ptm", 0)])
def test_a_font_that_figures_have_not_is_told_once(make_document, make_chunk, family, told):
    document = make_document(make_chunk("f()"), make_chunk("g()", line=9))
    woven = weave(document, [ChunkResult((figure("f.pdf"),))] * 2, Page(family=family))
    said = [problem for problem in woven.problems if "figures stay in Latin Modern" in str(problem)]
    assert len(said) == told
    assert not weave(document, [ChunkResult()] * 2, Page(family=family)).problems


@pytest.mark.parametrize(
    "said",
    [
        "UserWarning: Glyph 36718 (\\N{CJK UNIFIED IDEOGRAPH-8F6E}) missing from font(s) A.\n",
        "Font 'rm' does not have a glyph for '\\u8f6e' [U+8f6e], substituting.\n",
    ],
)
def test_a_figure_that_lacks_characters_is_told(make_document, make_chunk, said):
    woven = weave(make_document(make_chunk(line=3)), [ChunkResult((Stream("stderr", said * 2),))])
    (found,) = woven.problems
    assert (found.span.line, "`轮`" in found.message) == (3, True)


APART = """# Data sets

[A span]{#foo}

(@good) An example.

[li]: https://x.org
[^n]: The note.

# Other {#sec:d}
"""
SAID = "@foo (@good) [link][li] [Data Sets] @sec:d[^n]"
MADE = (
    r"\cref{foo}", "(1)", r"\href{https://x.org}{link}", r"\hyperref[data-sets]{Data Sets}",
    r"\cref{sec:d}",
)  # fmt: skip


@pytest.mark.parametrize("key", ["abstract", "title", "subtitle"])
def test_what_stands_before_the_text_refers_to_what_the_text_has(make_document, key):
    front = {"title": "T", key: SAID}
    woven = weave(make_document(prose(APART), **front), [None])
    assert woven.problems == ()
    for latex in (*MADE, r"\section{Data sets}\label{data-sets}"):
        assert latex in woven.tex
    assert re.search(r"\\footnote\{%?\s*The note\.\}", woven.tex)


def test_captions_of_chunks_refer_to_what_the_text_has(make_document, make_chunk):
    chunk = make_chunk("x", name="cap", caption=SAID)
    result = ChunkResult((figure("cap-1.pdf"),), caption=SAID)
    woven = weave(make_document(prose(APART), chunk), [None, result])
    for latex in (*MADE, r"\section{Data sets}\label{data-sets}", r"\notetext{The note.}"):
        assert latex in woven.tex


def test_captions_of_tables_refer_to_what_the_text_has(make_document):
    table = f"{APART}\n| a |\n|---|\n| 1 |\n\n: {SAID} {{#tbl:x}}\n"
    woven = weave(make_document(prose(table)), [None])
    for latex in MADE:
        assert latex in woven.tex


def test_the_text_refers_to_what_the_abstract_has(make_document):
    woven = weave(make_document(prose("See @foo.\n"), abstract="[A]{#foo}"), [None])
    assert r"See \cref{foo}." in woven.tex


def test_the_running_title_has_no_mark_of_a_note(make_document):
    woven = weave(make_document(prose("t\n\n[^n]: Note."), title="Nets[^n]"), [None])
    assert "[^n]" not in woven.tex
    assert "pdftitle={Nets}" in woven.tex


def test_a_date_that_maketitle_prints_is_shown(tmp_path, make_document):
    (tmp_path / "mine.tex.j2").write_text(
        "\\VAR{preamble}\n\\title{\\VAR{title.title}}\n\\begin{document}\n\\maketitle\n\\VAR{body}\n"
    )
    document = make_document(prose("t\n"), title="T", date="May 2024", template="mine.tex.j2")
    document = type(document)(Path(tmp_path / "report.pmd"), document.front, document.blocks)
    woven = weave(document, [None])
    assert woven.problems == ()
    assert origin(woven, r"\date{May 2024}") == document.front.lines["date"]


@pytest.mark.parametrize("template", ["submission", "proposal"])
def test_notes_of_the_title_block_are_kept_and_stand_once(make_document, template):
    author = [{"name": r"Ada\thanks{Of Leeds.}", "email": "ada@x.org"}, "Bo^[Of York.]"]
    document = make_document(prose("t\n"), title="T", author=author, template=template)
    tex = weave(document, [None]).tex
    assert tex.count("Of Leeds.") == tex.count("Of York.") == 1
    head, notes, _ = tex.partition(r"\csname @thanks\endcsname")
    assert notes
    assert head.index(r"\newcommand{\titlenotes}") < head.index(r"Ada\thanks{Of Leeds.}")
    assert "Ada: " in tex
    assert "pdfauthor={Ada, Bo}" in tex


@pytest.mark.parametrize(
    "last",
    [
        "# References\n",
        "# References {#sec:refs}\n\n::: {#refs}\n:::\n\n## C\n",
        "# Sources\n\n::: {#refs}\n:::\n",
        "# What I have read\n",
        "# Bibliography {-}\n",
    ],
)
def test_the_bibliography_s_heading_is_not_the_highest(make_document, last):
    document = make_document(prose(f"## A\n\n### B\n\n{last}"), bibliography="refs.bib")
    tex = body(weave(document, [None]))
    assert r"\section{A}" in tex
    assert r"\subsection{B}" in tex


@pytest.mark.parametrize("front", [{}, {"bibliography": "refs.bib"}])
def test_a_heading_of_the_text_s_own_is_the_highest(make_document, front):
    document = make_document(prose("## A\n\n# The end\n\nwords\n"), **front)
    tex = body(weave(document, [None]))
    assert r"\subsection{A}" in tex
    assert r"\section{The end}" in tex


@pytest.mark.parametrize(
    "front",
    [
        {},
        {"classoption": "twocolumn"},
        {"template": "proposal"},
        {"documentclass": "elsarticle"},  # whose own title block does not see to it
    ],
)
def test_no_float_stands_above_a_title_block_of_ours(make_document, front):
    tex = weave(make_document(prose("a\n"), title="T", **front), [None]).tex
    assert tex.count(r"\suppressfloats[t]") == 1
