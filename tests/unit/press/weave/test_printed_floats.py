"""A chunk's caption may belong to a table or a figure that the chunk prints."""

import pytest
from tests.unit import displays

from treadle.engine.trace import Stream
from treadle.press.latex.fragment import text_of
from treadle.press.markdown.text_context import ReadyLatex
from treadle.press.results import ChunkResult
from treadle.press.weave.chunks import chunk_parts
from treadle.press.weave.floats import Look
from treadle.press.weave.weave import weave

PIPES = "| a | b |\n|--|--|\n| 1 | 2 |\n"
TABULAR = r"\begin{tabular}{l}a\end{tabular}"


@pytest.fixture
def shown(make_chunk):
    def made(*outputs, **options):
        chunk = make_chunk(**{"echo": False, "caption": "A *C*.", "name": "t", **options})
        look = Look("paper", 90, lambda text, _: f"<{text}>")
        parts = chunk_parts(chunk, ChunkResult(outputs), look)
        texts = (
            text_of(part.lines) if isinstance(part, ReadyLatex) else part.text for part in parts
        )
        return "\n".join(texts)

    return made


@pytest.fixture
def problems(make_chunk, make_document):
    def found(text, results):
        chunk = make_chunk(echo=False, caption="C", name="t", results=results)
        woven = weave(make_document(chunk), [ChunkResult((Stream("stdout", text),))])
        return [(item.severity.value, item.message) for item in woven.problems]

    return found


@pytest.mark.parametrize("after", ["", "\nMore words.\n"])
def test_a_table_of_markdown(shown, after):
    text = shown(Stream("stdout", f"Words.\n\n{PIPES}{after}"), results="markdown")
    assert f"{PIPES}\n: A *C*. {{#tbl:t pos=htpb}}\n" in text
    assert text.strip().endswith(after.strip())


def test_a_table_that_is_printed_line_by_line(shown):
    outputs = [Stream("stdout", f"{line}\n") for line in PIPES.splitlines()]
    assert ": A *C*. {#tbl:t pos=htpb}" in shown(*outputs, results="markdown")


@pytest.mark.parametrize(
    "table", ["+---+\n| a |\n+---+\n| b |\n+---+\n", "a    b\n---- ----\n1    2\n"]
)
def test_a_table_of_text(shown, table):
    assert f"{table}\n: A *C*. {{#tbl:t pos=H}}" in shown(
        Stream("stdout", table), results="markdown", f_pos="H"
    )


def test_an_image_of_markdown(shown):
    text = shown(Stream("stdout", "![](x.png)"), results="markdown")
    assert "![A *C*.](x.png){#fig:t}" in text


@pytest.mark.parametrize(
    ("given", "made"),
    [("width=3cm", "#fig:t width=3cm"), ("#own width=3cm", "#own width=3cm"), ("", "#fig:t")],
)
def test_an_image_of_markdown_with_attributes(shown, given, made):
    text = shown(Stream("stdout", f"![](x.png){{{given}}}"), results="markdown")
    assert f"![A *C*.](x.png){{{made}}}" in text


IMAGE = r"\includegraphics[width=3cm]{x.png}"


@pytest.mark.parametrize(
    "image",
    [
        IMAGE,
        r"\includegraphics{x}",
        f"{IMAGE}\n\\hfill\n{IMAGE}",
        rf"\fbox{{{IMAGE}}}",
        f"\\resizebox{{3cm}}{{!}}{{%\n  \\fbox{{{IMAGE}}}}}",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "Words.\n\n{}\n\nMore.", "\\begin{{center}}{}\\end{{center}}"]
)
def test_images_of_latex(shown, problems, image, around):
    text = shown(Stream("stdout", around.format(image)), results="tex")
    floating = "\\begin{{figure}}[htpb]\n\\centering\n{}\n\\caption{{<A *C*.>}}\\label{{fig:t}}\n"
    assert floating.format(image) in text
    assert not any("caption" in message for _, message in problems(image, "tex"))


def test_a_table_in_the_argument_of_a_command_floats_with_it(shown):
    scaled = f"\\resizebox{{\\linewidth}}{{!}}{{%\n{TABULAR}}}"
    text = shown(Stream("stdout", f"a\n\n{scaled}"), results="tex")
    assert f"\\label{{tbl:t}}\n{scaled}\n\\end{{table}}" in text


def test_images_apart_are_several(problems):
    found = problems(f"{IMAGE}\nWords.\n{IMAGE}", "tex")
    assert any("may be that of each" in message for _, message in found)
    drawn = f"\\begin{{tikzpicture}}\\node{{{IMAGE}}};\\end{{tikzpicture}}"
    assert not any("caption" in message for _, message in problems(drawn, "tex"))


def test_a_tabular(shown):
    text = shown(Stream("stdout", f"{{\\small {TABULAR}}}"), results="tex", f_env="figure*")
    begin = "\\begin{table*}[htpb]\n\\centering\n\\caption{<A *C*.>}\\label{tbl:t}\n"
    assert f"{begin}{TABULAR}\n\\end{{table*}}" in text


def test_latex_of_a_value(shown):
    assert r"\caption{<A *C*.>}\label{tbl:t}" in shown(displays.latex(TABULAR))


def test_a_long_table(shown):
    text = shown(Stream("stdout", r"\begin{longtable}{l@{}}a\end{longtable}"), results="tex")
    assert "\\begin{longtable}{l@{}}\n\\caption{<A *C*.>}\\label{tbl:t}\\\\a" in text


def test_a_picture(shown):
    drawn = r"\begin{tikzpicture}\begin{scope}\end{scope}\end{tikzpicture}"
    text = shown(Stream("stdout", drawn), results="tex")
    assert f"{drawn}\n\\caption{{<A *C*.>}}\\label{{fig:t}}\n\\end{{figure}}" in text


def test_verbatim_text_has_none(shown):
    assert "{#tbl" not in shown(Stream("stdout", PIPES))
    assert r"\caption" not in shown(Stream("stdout", TABULAR))


@pytest.mark.parametrize(
    ("text", "results"),
    [(f"{PIPES}\n{PIPES}", "markdown"), (TABULAR * 3, "tex"), (f"{PIPES}\n![](x.png)", "md")],
)
def test_of_several_none_is_chosen(problems, text, results):
    ((severity, message),) = [item for item in problems(text, results) if "caption" in item[1]]
    assert severity == "error"
    assert "may be that of each" in message


def test_one_with_a_caption_of_its_own_keeps_it(shown, problems):
    own = f"{PIPES}\n: Own {{#tbl:own}}\n"
    assert shown(Stream("stdout", own), results="markdown").strip() == own.strip()
    assert any("is not printed" in message for _, message in problems(own, "markdown"))
