from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.press.document.code_syntax import check_syntax
from treadle.press.document.inline_code import find_inlines
from treadle.press.document.model import Chunk, Include, Prose
from treadle.press.document.reader import read_blocks, read_document
from treadle.press.document.source_text import normalise, split_lines
from treadle.problem import Span

PATH = Path("dir/a.pmd")


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_document(PATH, text)[1]]


def test_blocks_and_their_lines() -> None:
    text = "---\ntitle: T\n---\n# A <%= x %>\n\n```python fit, echo=False\n\ny = 1\n```\nend"
    document, found = read_document(PATH, text)
    assert found == ()
    prose, chunk, end = document.blocks
    assert isinstance(prose, Prose)
    assert (prose.text, prose.span.line, prose.span.end_line) == ("# A <%= x %>\n\n", 4, 5)
    assert [inline.span.line for inline in prose.inlines] == [4]
    assert isinstance(chunk, Chunk)
    assert (chunk.code, chunk.code_line, chunk.label) == ("\ny = 1", 7, "fit")
    assert (chunk.span.file, chunk.span.line, chunk.span.end_line) == (str(PATH), 6, 9)
    assert isinstance(end, Prose)
    assert (end.text, end.span.line, end.span.end_line) == ("end\n", 10, 10)
    assert document.front.values == {"title": "T"}
    assert document.stem == "a"


def test_text_and_blocks_are_the_whole_file() -> None:
    head, first, second = "% T\n", "a\n\n", "b\n"
    document, _ = read_document(PATH, f"{head}{first}```python\nx\n```\n{second}")
    texts = [block.text for block in document.blocks if isinstance(block, Prose)]
    assert [document.front.text, *texts] == [head, first, second]


def test_an_empty_chunk_is_dropped_but_counted() -> None:
    text = "```python\n\n```\n```python source='f'\n```\n```python\nx\n```\n"
    assert [chunk.number for chunk in read_document(PATH, text)[0].chunks] == [2, 3]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_and_a_byte_order_mark_make_no_difference(ending: str) -> None:
    text = "---\ntitle: T\n---\n```python\nx\n```\nend\n"
    assert read_document(PATH, "\ufeff" + text.replace("\n", ending)) == read_document(PATH, text)


def test_problems_come_together_in_the_order_of_their_lines() -> None:
    text = (
        "---\ntitle: [x]\n---\n```python a, ehco=True\nx\n```\n<%= 1\n"
        "```python a\ny\n```\n````python dpi='x'\nz\n```\n"
    )
    assert [problem.split(" (")[0] for problem in problems(text)] == [
        f"{PATH}:2: error: `title` must be a string",
        f"{PATH}:4: error: unknown chunk option `ehco`",
        f"{PATH}:7: warning: `<%=` is not closed by `%>`",
        f"{PATH}:8: error: the chunk on line 4 is named `a` already",
        f"{PATH}:11: error: the option `dpi` must be a number, not `'x'`",
        f"{PATH}:11: error: this chunk's fence is never closed",
    ]


def test_what_almost_closed_a_fence_is_in_the_hint() -> None:
    (problem,) = problems("\n````python\nx\n```\n")
    assert problem.startswith(f"{PATH}:2: error: this chunk's fence is never closed")
    assert "the fence on line 4 is shorter" in problem


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_document_is_an_error(text: str) -> None:
    assert problems(text) == [f"{PATH}:1: error: the document is empty"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pmd"
    bad.write_bytes("é\r\nx\n".encode() + b"ab\xe9\n")
    cases = {
        tmp_path: "1: error: this is a folder",
        tmp_path / "none.pmd": "1: error: there is no such file",
        bad: "3: error: byte 0xe9 is not UTF-8",
    }
    for path, message in cases.items():
        document, (problem,) = read_document(path)
        assert document.blocks == ()
        assert str(problem).startswith(f"{path}:{message}")


def test_a_file_is_read_as_its_text(tmp_path: Path) -> None:
    path = tmp_path / "a.pmd"
    text = "# π\n```python\nx = 'é'\n```\n"
    path.write_text(text, encoding="utf-8")
    assert read_document(path) == read_document(path, text)


_TOKENS = [
    "---",
    "...",
    "%",
    "```",
    "~~~",
    "python",
    "{.",
    "}",
    "a=",
    "'",
    "(",
    ",",
    "<%=",
    "%>",
    "title:",
    "-",
    "&a",
    "*a",
    "!!",
    "0o9",
    "é",
]
_PIECES = st.sampled_from([*_TOKENS, "---\n", "\n", "\n", " ", "\t", "\r", "\x85", "\ufeff"])


@given(st.lists(_PIECES | st.text(max_size=3), max_size=25).map("".join))
def test_any_text_is_read_and_every_line_is_in_the_file(text: str) -> None:
    document, found = read_document(PATH, text)
    last = max(len(split_lines(normalise(text))), 1)
    spans = [problem.span for problem in (*found, *check_syntax(document))]
    spans += [block.span for block in document.blocks]
    assert all(1 <= span.line <= span.end_line <= last for span in spans)


# Chunks and their fences.


def blocks(text: str) -> list[Prose | Chunk]:
    found = (block for block, _ in read_blocks(text, "a.pmd"))
    return [block for block in found if not isinstance(block, Include)]


def chunks(text: str) -> list[Chunk]:
    return [block for block in blocks(text) if isinstance(block, Chunk)]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("```python", "```"),
        ("```{python}", "```"),
        ("```{.python}", "```"),
        ("~~~python", "~~~"),
        ("~~~~{python}", "~~~~~"),
        ("```python", "   ```  "),
        ("```python", "````"),
    ],
)
def test_a_chunk_runs_from_fence_to_fence(opening: str, closing: str) -> None:
    text = f"before\n{opening}\nx = 1\n{closing}\nafter\n"
    before, chunk, after = blocks(text)
    assert before == Prose("before\n", Span.at("a.pmd", 1))
    assert isinstance(chunk, Chunk)
    assert (chunk.code, chunk.span, chunk.closed) == ("x = 1", Span("a.pmd", 2, 4), True)
    assert after == Prose("after\n", Span.at("a.pmd", 5))


@pytest.mark.parametrize(
    "opening", ["```bash", "``python", "``` python", " ```python", "```Python", "x ```python"]
)
def test_other_blocks_are_prose(opening: str) -> None:
    text = f"{opening}\nx\n```\n"
    assert blocks(text) == [Prose(text, Span("a.pmd", 1, 3))]


@pytest.mark.parametrize(
    "text",
    [
        "````markdown\n```python\nx\n```\n````\n",
        "~~~\n```python\nx\n```\n~~~\n",
        "- a\n\n  ````\n  ```python\n  x\n  ```\n  ````\n",
        "> ~~~~\n> ~~~python\n> x\n> ~~~\n> ~~~~\n",
        "\\begin{verbatim}\n```python\nx\n```\n\\end{verbatim}\n",
        "\\begin{comment}\n```python\nx\n```\n\\end{comment}\n",
        "a\n\n    ```python\n    x\n    ```\n",
    ],
)
def test_a_chunk_within_code_that_is_shown_is_shown_and_not_run(text: str) -> None:
    assert chunks(text) == []
    assert problems(text) == []


@pytest.mark.parametrize("outer", ["````", "~~~~~", "````markdown", "\\begin{verbatim}"])
def test_inline_code_within_a_long_fence_is_shown_and_not_run(outer: str) -> None:
    close = outer.replace("begin", "end") if "{" in outer else outer.removesuffix("markdown")
    (prose, _) = read_document(PATH, f"<%= a %>\n\n{outer}\n<%= b %> <%\n{close}\n<%= c %>\n")
    assert [item.code for block in prose.prose for item in block.inlines] == ["a", "c"]


def test_inline_code_within_a_short_fence_is_run_as_by_pweave() -> None:
    (block,) = blocks("```\n<%= b %>\n```\n")
    assert isinstance(block, Prose)
    assert [item.code for item in block.inlines] == ["b"]


@pytest.mark.parametrize(
    ("text", "prefix", "code", "line"),
    [
        ("1. a\n\n   ```python\n   x\n     y\n   ```\n", "   ", "x\n  y", 4),
        ("1. a\n\n    ```{python}\n    x\n    ```\n", "    ", "x", 4),
        ("- ```python\n  x\n  ```\n", "- ", "x", 2),
        ("- a\n  - b\n\n    ```python\n    x\n    ```\n", "    ", "x", 5),
        ("> a\n>\n> ```python\n> x\n> ```\n", "> ", "x", 4),
        (">```python\n>x\n>```\n", ">", "x", 2),
        ("> - a\n>\n>   ```python\n>   x\n>   ```\n", ">   ", "x", 4),
        ("T\n\n:   a\n\n    ```python\n    x\n    ```\n", "    ", "x", 6),
        ("- a\n\n\t```python\n\tx\n\t```\n", "\t", "x", 4),
        ("\\begin{a}\n  ```python\n  x\n  ```\n\\end{a}\n", "  ", "x", 3),
        ("\\begin{a}\n\n    ```python\n    x\n    ```\n\\end{a}\n", "    ", "x", 4),
        ("(a) a\n\n    ```python\n    x\n    ```\n", "    ", "x", 4),
        ("(@) a\n\n    ```python\n    x\n    ```\n", "    ", "x", 4),
    ],
)
def test_a_chunk_of_a_list_or_a_quotation(text: str, prefix: str, code: str, line: int) -> None:
    (chunk,) = chunks(text)
    assert (chunk.prefix, chunk.code, chunk.code_line, chunk.closed) == (prefix, code, line, True)


def test_a_chunk_ends_with_the_item_it_stands_in() -> None:
    (problem,) = problems("- a\n\n  ```python\n  x\n\nb\n")
    assert problem.startswith(f"{PATH}:3: error: this chunk's fence is never closed")


def test_a_chunk_in_a_footnote_is_an_error() -> None:
    (problem,) = problems("a[^1]\n\n[^1]: b\n\n    ```python\n    x\n    ```\n")
    assert problem.startswith(f"{PATH}:5: error: a chunk can't stand in a footnote")


@pytest.mark.parametrize("opening", ["```\n", "````\n", "```text\na\n"])
def test_a_block_of_code_that_nobody_closed_before_a_chunk_is_an_error(opening: str) -> None:
    (problem,) = problems(f"a\n\n{opening}b\n\n```python\nx\n```\n")
    number = 4 + opening.count("\n") + 1
    text = f"{PATH}:3: error: this block of code is not closed before the chunk on line {number}"
    assert problem.startswith(text)


def test_inline_code_ends_before_the_next() -> None:
    (problem,) = problems("a <%= b\n\nc <%= d %>\n")
    assert problem.startswith(f"{PATH}:1: warning: `<%=` is not closed")
    (block,) = blocks("a <%= b\n\nc <%= d %>\n")
    assert [item.code for item in block.inlines] == ["d"]  # type: ignore[union-attr]


def test_inline_code_of_quarto_within_code_is_shown() -> None:
    (block,) = blocks("```\n`{python} x` <%= y %>\n```\n`{python} z`\n")
    assert [item.code for item in block.inlines] == ["y", "z"]  # type: ignore[union-attr]


def test_inline_code_of_quarto() -> None:
    text = "a `{python} x + 1` and `` `{python} y` `` and `python z`"
    (inline,) = find_inlines(text, SPAN)
    assert (inline.code, inline.shows) == ("x + 1", True)
    assert text[inline.start : inline.end] == "`{python} x + 1`"


@pytest.mark.parametrize("line", ["```", "~~~~", "``", "```` x"])
def test_a_shorter_or_other_fence_does_not_close(line: str) -> None:
    (chunk,) = chunks(f"````python\na\n{line}\nb\n````\n")
    assert chunk.code == f"a\n{line}\nb"


def test_an_unclosed_chunk_goes_to_the_end_and_tells_what_almost_closed_it() -> None:
    _, (chunk, (problem,)) = read_blocks("x\n````python\na\n```\nb\n", "a.pmd")
    assert isinstance(chunk, Chunk)
    assert (chunk.closed, chunk.span) == (False, Span("a.pmd", 2, 5))
    assert "the fence on line 4 is shorter" in problem.hint


def test_what_stands_above_is_left_out() -> None:
    (block, _), _ = read_blocks("---\n---\nx\n```python\n1\n```\n", "a.pmd", 3)
    assert block == Prose("x\n", Span.at("a.pmd", 3))


def test_blank_lines_before_the_code_stay_and_those_after_it_go() -> None:
    (chunk,) = chunks("```python\n\n  x\n \n\n```\n")
    assert chunk.code == "\n  x"


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_a_newline_ends_a_line(character: str) -> None:
    text = f"a{character}b\n```python\nx{character}y\n```\n"
    assert len(split_lines(text)) == 4
    (chunk,) = chunks(text)
    assert (chunk.span.line, chunk.code) == (2, f"x{character}y")


# Inline code.

SPAN = Span("a.pmd", 10, 20)


def test_expressions_and_statements() -> None:
    text = "The mean is <%= x.mean() %>;\nthen <% y = 2 %>."
    first, second = find_inlines(text, SPAN)
    assert (first.code, first.shows, first.span.line) == ("x.mean()", True, 10)
    assert (second.code, second.shows, second.span.line) == ("y = 2", False, 11)
    assert text[first.start : first.end] == "<%= x.mean() %>"
    assert text[second.start : second.end] == "<% y = 2 %>"


@pytest.mark.parametrize(
    ("text", "code", "line", "end_line"),
    [
        ("<%=x%>", "x", 10, 10),
        ("a\n<%\n  x = 1\n  y = 2\n%>", "x = 1\ny = 2", 12, 14),
        ("<%= f(1,\n  2) %>", "f(1,\n  2)", 10, 11),
        ("<%= '%' %>", "'%'", 10, 10),
        ("<%=\n%>", "", 11, 11),
    ],
)
def test_the_code_and_its_lines(text: str, code: str, line: int, end_line: int) -> None:
    (inline,) = find_inlines(text, SPAN)
    assert (inline.code, inline.span.line, inline.span.end_line) == (code, line, end_line)


@pytest.mark.parametrize("text", ["", "100 % of <x>", "<% open", "a %> b", "< %= x %>"])
def test_no_inline_code(text: str) -> None:
    assert find_inlines(text, SPAN) == ()


def test_an_open_expression_is_a_warning_at_its_line() -> None:
    ((_, (problem,)),) = read_blocks("<%= a\n %> b\n\nc <%= d", "a.pmd")
    assert str(problem).startswith("a.pmd:4: warning: `<%=` is not closed")
    ((_, (problem,)),) = read_blocks("<%= a %>\n<% b", "a.pmd")
    assert str(problem).startswith("a.pmd:2: warning: `<%` is not closed")
    ((_, none),) = read_blocks("<%= a %> 5 <% <%", "a.pmd")
    assert none == ()


def test_a_file_that_ipython_runs_is_run() -> None:
    text = "```python\nif x:\n    %run -i fit.py\n%run lib/a.py\n```\n"
    document, found = read_document(PATH, text)
    lines = document.chunks[0].code.split("\n")
    assert lines[1:] == [
        '    exec(compile(open("fit.py").read(), "fit.py", \'exec\'))',
        'exec(compile(open("lib/a.py").read(), "lib/a.py", \'exec\'))',
    ]
    assert [item.span.line for item in found] == [3, 4]
    assert all("stands for it" in item.hint for item in found)


def test_what_sets_up_a_notebook_is_a_comment_and_a_warning() -> None:
    code = "import x\n%matplotlib inline\nif x:\n    %config A.b = 'c'\n    y = (x\n%time)\nz = 1"
    document, found = read_document(PATH, f"a\n```python\n%%time\n{code}\n```\n")
    (chunk,) = document.chunks
    shown = code.replace("%matplotlib", "# %matplotlib").replace("%config", "# %config")
    assert chunk.code == f"# %%time\n{shown}"
    assert [item.span.line for item in found] == [3, 5, 7]
    assert check_syntax(document) == ()


@pytest.mark.parametrize(
    "code",
    [
        "if x:\n    %matplotlib inline",
        "if x:\n    %matplotlib inline\nelse:\n    y",
        "try:\n    %load_ext a\n    %config b\n\n    # c\nexcept E:\n\n    %autoreload 2\n\nz",
        "if (x\n        and y):\n\t%matplotlib inline\nz = '''\n    a'''",
        "def f():\n    for x in y:\n        %matplotlib inline\n    return 1",
        "if x:\n    y\n    %matplotlib inline\nelse:\n    %%time\n    z",
        "class A:\n  %config a\n  b = 1",
    ],
)
def test_a_block_that_sets_up_a_notebook_alone_does_nothing(code: str) -> None:
    document, found = read_document(PATH, f"```python\n{code}\n```\n")
    (chunk,) = document.chunks
    assert check_syntax(document) == ()
    assert len(found) == code.count("\n%") + code.count(" %") + code.count("\t%")
    assert chunk.code.count("\n") == code.count("\n")
    assert ("pass" in chunk.code) is (" y\n" not in code and "b = 1" not in code)


@pytest.mark.parametrize(
    "code",
    ["x = '''\n%matplotlib inline\n'''", "%matplotlib inline\n%run a.py 3\n1 +", "x\n%time y"],
)
def test_other_code_stays_as_it_is(code: str) -> None:
    text = f"```python\n{code}\n```\n```python evaluate=False\n%matplotlib inline\n```\n"
    one, other = read_document(PATH, text)[0].chunks
    assert one.code.replace("# %matplotlib", "%matplotlib") == code
    assert other.code == "%matplotlib inline"
