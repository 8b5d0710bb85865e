import math

import pytest
from tests.unit import displays
from tests.unit.displays import figure, plain

from treadle.engine.trace import Display, Echo, Failure, Stream
from treadle.press.latex.fragment import Line, text_of
from treadle.press.markdown.text_context import ReadyLatex
from treadle.press.results import ChunkResult
from treadle.press.weave.chunks import Markdown, chunk_parts, join
from treadle.press.weave.floats import Look

OUT = Stream("stdout", "out\n")


@pytest.fixture
def parts(make_chunk):
    def render(outputs=(), code="f(1)", failure=None, evaluated=True, **options):
        chunk = make_chunk(code, **options)
        result = ChunkResult(
            tuple(outputs), failure, caption=options.get("caption", ""), alt=options.get("alt", "")
        )
        look = Look("report", 40, lambda text, line: f"<{text}>")
        return list(chunk_parts(chunk, result if evaluated else None, look))

    return render


@pytest.fixture
def latex(parts):
    return lambda *args, **options: "\n".join(
        text_of(part.lines) for part in parts(*args, **options) if isinstance(part, ReadyLatex)
    )


def env(name, *lines):
    return "\n".join([f"\\begin{{{name}}}", *lines, f"\\end{{{name}}}"])


def test_code_and_what_it_printed(latex):
    assert latex([OUT]) == "\n".join(
        [env("chunkcode", r"f(\hlnumber{1})"), env("chunkoutput", "out")]
    )


def test_a_value_stands_below_what_was_printed(latex):
    assert latex([Stream("stdout", "a"), plain("3"), OUT], echo=False) == env(
        "chunkoutput", "a", "3", "out"
    )


def test_errors_are_set_apart_in_their_place(latex):
    assert latex([OUT, Stream("stderr", "bad\n"), OUT], echo=False) == "\n".join(
        [env("chunkoutput", "out"), env("chunkerror", "bad"), env("chunkoutput", "out")]
    )


@pytest.mark.parametrize("results", ["hidden", "hide"])
def test_hidden_results(latex, results):
    assert latex([OUT, plain("3")], echo=False, results=results) == ""


@pytest.mark.parametrize("results", ["tex", "raw", "latex"])
def test_raw_results_are_latex(latex, results):
    raw = Stream("stdout", "\\[\n  x\n\\]\n")
    assert latex([raw], echo=False, results=results) == "\\[\n  x\n\\]"


def test_markdown_results_are_markdown(parts):
    (part,) = parts([Stream("stdout", "*a*\n")], echo=False, results="markdown")
    assert part == Markdown("\n*a*\n\n", 10, still=True)


def test_unevaluated_code_is_shown(latex):
    assert latex(evaluated=False) == env("chunkcode", r"f(\hlnumber{1})")
    assert latex(evaluated=False, term=True) == env("chunkcode", r"f(\hlnumber{1})")


def test_figures_in_their_place(latex):
    text = latex([OUT, figure("a-1.pdf"), OUT, figure("a-2.pdf")], echo=False)
    assert text.index("out") < text.index("report/a-1.pdf") < text.rindex("out")
    assert text.rindex("out") < text.index("report/a-2.pdf")
    assert r"\begin{figure}" not in text


def test_a_caption_makes_one_float_of_all_figures(latex):
    figures = [figure("a-1.pdf"), OUT, figure("a-2.pdf")]
    text = latex(figures, echo=False, caption="Loss", name="loss", alt="two", width="45%")
    graphic = r"  \alttext{{two}}{{\includegraphics[width=0.45\linewidth]{{report/a-{}.pdf}}}}"
    assert text == "\n".join(
        [
            env("chunkoutput", "out"),
            r"\begin{figure}[htpb]",
            r"  \centering",
            graphic.format(1),
            graphic.format(2),
            r"  \caption{<Loss>}",
            r"  \label{fig:loss}",
            r"\end{figure}",
        ]
    )


def test_the_float_is_the_author_s(latex):
    text = latex([figure("a.pdf")], echo=False, caption="C", f_env="figure*", f_pos="t")
    assert text.startswith(r"\begin{figure*}[t]")
    assert r"\label" not in text


@pytest.mark.parametrize(
    ("given", "figures", "tables"),
    [
        ("figure*", "figure*", "table*"),
        ("table*", "figure*", "table*"),
        ("sidewaystable", "sidewaysfigure", "sidewaystable"),
        ("center", "center", "table"),
    ],
)
def test_a_table_s_float_is_of_the_kind_that_is_asked_for(latex, given, figures, tables):
    table = displays.table(("a",), (("1",),), ("r",))
    text = latex([figure("a.pdf"), table], echo=False, caption="C", f_env=given)
    assert rf"\begin{{{figures}}}" in text
    assert rf"\begin{{{tables}}}" in text


@pytest.mark.parametrize("options", [{}, {"caption": "C"}, {"results": "hidden"}])
def test_the_alt_text_has_its_inline_code_replaced(make_chunk, options):
    chunk = make_chunk(alt="<%= n %> lines", echo=False, **options)
    result = ChunkResult((figure("a.pdf"),), alt="2 lines")
    (part,) = chunk_parts(chunk, result, Look("report", 40, lambda text, line: text))
    assert isinstance(part, ReadyLatex)
    assert r"\alttext{2 lines}" in text_of(part.lines)


def test_figures_not_included(latex):
    assert latex([figure("a.pdf")], echo=False, include=False) == ""
    assert latex([figure("a.pdf")], echo=False, include=False, caption="C") == ""


def test_figures_of_hidden_results_are_shown(latex):
    text = latex([OUT, figure("a.pdf")], echo=False, results="hidden")
    assert "a.pdf" in text
    assert "out" not in text


def test_table(latex):
    table = displays.table(("", "a_b"), (("x", "-1.5"), ("[y]", "$\\mu$")), ("l", "r"))
    assert latex([table], echo=False, caption="T", name="t") == "\n".join(
        [
            r"\begin{table}[htpb]",
            r"  \centering",
            r"  \caption{<T>}",
            r"  \label{tbl:t}",
            r"  \begin{tabular}{@{}lr@{}}",
            r"    \toprule",
            r"        & a\_b \\",
            r"    \midrule",
            r"    x   & $-$1.5 \\",
            r"    {}[y] & $\mu$ \\",
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
        ]
    )
    assert latex([table], echo=False).startswith(r"\begin{center}")


def test_half_a_pair_of_surrogates_in_a_table(latex):
    assert "x" in latex([displays.table(("x",), (("\ud800",),), ("l",))], echo=False)


def test_a_table_and_a_figure_in_one_chunk_both_show(latex):
    both = [displays.table(("a",), (("1",),), ("r",)), figure("a.pdf")]
    text = latex(both, echo=False, caption="C", name="n")
    assert r"\label{tbl:n}" in text
    assert r"\label{fig:n}" in text


def test_latex_values(latex):
    assert latex([displays.latex(r"$\displaystyle \frac{1}{2}$")], echo=False) == (
        "\\[\n  \\frac{1}{2}\n\\]"
    )
    assert latex([displays.latex(r"\begin{tabular}{l}a\end{tabular}")], echo=False) == (
        r"\begin{tabular}{l}a\end{tabular}"
    )


def test_of_several_forms_the_best_is_shown(latex):
    text = "\\[\n  x\n\\]"
    assert latex([Display({"text/plain": "x", "text/latex": "$x$"})], echo=False) == text
    picture = Display({"text/plain": "x"}, {"application/pdf": "a.pdf", "image/png": "a.png"})
    assert "report/a.pdf" in latex([picture], echo=False)


def test_what_has_no_form_for_the_page_is_told(latex):
    outputs = [Display({"text/html": "<b>", "application/json": "{}"})]
    words = "<application/json, text/html>"
    assert words in latex(outputs, echo=False)


def test_a_session(latex):
    outputs = [Echo(">>> f(1)\n"), Stream("stdout", "out\n"), Echo(">>> 2\n"), plain("2")]
    assert latex(outputs, term=True) == env(
        "chunkcode",
        r"\hlprompt{>>>} f(\hlnumber{1})",
        "out",
        r"\hlprompt{>>>} \hlnumber{2}",
        "2",
    )


def test_a_session_without_its_code(latex):
    outputs = [Echo(">>> f(1)\n"), Stream("stdout", "out\n")]
    assert latex(outputs, term=True, echo=False) == env("chunkcode", "out")


def test_a_failure_shows_its_traceback(latex):
    failure = Failure("E: b", "Traceback\nE: {b}", "report.pmd", 3)
    assert latex([OUT], failure=failure, echo=False, error=True) == "\n".join(
        [env("chunkoutput", "out"), env("chunkerror", "Traceback", r"E: \{b\}")]
    )


def test_parts_of_the_output_may_be_left_out(latex):
    assert latex([OUT, plain("3")], echo=False, display_data=False) == env("chunkoutput", "out")
    assert latex([OUT, plain("3")], echo=False, display_stream=False) == env("chunkoutput", "3")


LONG = "x" * 60


@pytest.mark.parametrize(
    ("wrap", "code", "output"),
    [
        (True, 2, 2),
        (False, 1, 1),
        ("code", 2, 1),
        ("output", 1, 2),
        ("results", 1, 2),
    ],
)
def test_wrap(parts, wrap, code, output):
    first, second = parts([Stream("stdout", LONG)], code=LONG, wrap=wrap)
    assert (len(first.lines), len(second.lines)) == (2 + code, 2 + output)


def test_long_lines_wrap_unless_the_chunk_says_otherwise(parts):
    first, second = parts([Stream("stdout", LONG)], code=LONG)
    assert len(first.lines) == len(second.lines) == 4


def test_the_source_of_an_object_takes_the_place_of_the_code(make_chunk):
    chunk = make_chunk("pass", source="f")
    look = Look("report", 40, lambda text, line: text)
    (part,) = chunk_parts(chunk, ChunkResult(shown_source="y = 2\n"), look)
    assert isinstance(part, ReadyLatex)
    assert text_of(part.lines) == env("chunkcode", r"y = \hlnumber{2}")


def test_lines_of_code_come_from_their_lines(parts):
    (part,) = parts(code="\na = 1\n\nb = 2\n")
    assert [line.origin for line in part.lines] == [12, 12, 13, 14, 14]


def test_every_line_has_its_origin_and_there_is_none_after_the_last():
    source = join([Markdown("a\nb\n", 3), ReadyLatex((Line("x", 5),)), Markdown("c\n", 8)])
    assert source.text.count("\n") == len(source.origins) == 4
    assert source.origins == (3, 4, 5, 8)


def test_an_unended_line_counts():
    assert join([Markdown("a\nb", 3)]).origins == (3, 4)
    assert join([]).origins == (0,)


def test_a_value_in_markdown_is_read_with_the_prose(parts):
    display = Display({"text/markdown": "*a*\n\n- b\n", "text/plain": "no"})
    text, other = parts([display, plain("3")], echo=False)
    assert text == Markdown("\n*a*\n\n- b\n\n", 10, still=True)
    assert isinstance(other, ReadyLatex)
    assert parts([display], echo=False, results="hidden") == []
    assert parts([display], echo=False, display_data=False) == []


@pytest.mark.parametrize(
    ("metadata", "options", "expected"),
    [
        ({}, {}, r"\includegraphics[max size={\linewidth}{0.9\textheight}]{report/a.png}"),
        ({"width": 96}, {}, r"\includegraphics[width=1.000in,max width=\linewidth]{report/a.png}"),
        ({"width": 96, "height": 48}, {},
         r"\includegraphics[width=1.000in,max width=\linewidth,height=0.500in]{report/a.png}"),
        ({"height": 48}, {},
         r"\includegraphics[height=0.500in,max width=\linewidth]{report/a.png}"),
        *(({"width": none, "height": none}, {},
           r"\includegraphics[max size={\linewidth}{0.9\textheight}]{report/a.png}")
          for none in (math.inf, math.nan, -5, 0, True, 1e300, 10**400)),
        ({"width": 96}, {"width": "3cm"}, r"\includegraphics[width=3cm]{report/a.png}"),
        ({"width": "50%", "alt": "words"}, {},
         r"\alttext{words}{\includegraphics[max size={\linewidth}{0.9\textheight}]{report/a.png}}"),
    ],
)  # fmt: skip
def test_a_picture_has_the_size_that_it_asks_for(latex, metadata, options, expected):
    display = Display(files={"image/png": "a.png"}, metadata={"image/png": metadata})
    assert expected in latex([display], echo=False, **options)
