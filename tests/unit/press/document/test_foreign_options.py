"""Options as Quarto and R Markdown have them, and those that a document says for all its chunks."""

from pathlib import Path

import pytest

from treadle.press.document.model import Chunk, Document
from treadle.press.document.reader import read_document

PATH = Path("a.pmd")


def read(text: str) -> tuple[Document, list[str]]:
    document, problems = read_document(PATH, text)
    return document, [str(problem) for problem in problems]


def chunk(text: str) -> Chunk:
    document, problems = read(text)
    assert problems == []
    (found,) = document.chunks
    return found


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("label: fig-x\necho: false", {"name": "fig-x", "echo": False}),
        ('fig-cap: "The loss."\nfig-alt: A line', {"caption": "The loss.", "alt": "A line"}),
        ("fig-width: 6\nfig-height: 4", {"f_size": (6, 4)}),
        ("fig-width: 6", {"f_size": (6, 5.0)}),
        ("eval: false\nerror: true", {"evaluate": False, "error": True}),
        ("output: false", {"results": "hidden", "include": False}),
        ("output: asis", {"results": "markdown"}),
        ("results: asis", {"results": "markdown"}),
        ("results: hide", {"results": "hide"}),
        ("include: false", {"echo": False, "results": "hidden", "include": False}),
        ("warning: false", {"warning": False}),
        ("out-width: 50%", {"width": "50%"}),
        ("cache: false", {"volatile": True}),
        ("cache: true\nfig-align: center", {}),
        ("fig-subcap:\n  - A\n  - B\nlayout-ncol: 2", {"subcaptions": ("A", "B"), "columns": 2}),
        ("fig-cap: C\nfig-subcap: [A]", {"caption": "C", "subcaptions": ("A",)}),
        ("tbl-subcap: [A, B]\nfig-alt: [C, D]", {"subcaptions": ("A", "B"), "alts": ("C", "D")}),
        ("tbl-cap: |\n  Two\n  lines", {"caption": "Two\nlines\n"}),
        ('echo=FALSE, fig.cap="A, b"', {"echo": False, "caption": "A, b"}),
        ("echo = FALSE,\nfig.cap = 'A'", {"echo": False, "caption": "A"}),
    ],
)
def test_options_in_comments(options: str, expected: dict[str, object]) -> None:
    lines = "".join(f"#| {line}\n" for line in options.split("\n"))
    found = chunk(f"a\n\n```{{python}}\n{lines}x = 1\n#| no option\n```\n")
    assert {name: getattr(found.options, name) for name in expected} == expected
    assert found.code == "x = 1\n#| no option"
    assert found.code_line == 4 + lines.count("\n")


@pytest.mark.parametrize(
    ("fence", "expected"),
    [
        ('{python fit, fig-cap="x-y=1"}', {"name": "fit", "caption": "x-y=1"}),
        ('{python, fig-cap="A", fig-width=6, fig-alt="B"}', {"caption": "A", "alt": "B"}),
        ("{python out-width='50%', fig-height=4}", {"width": "50%", "f_size": (7.0, 4)}),
        ("{python echo=FALSE, fig.width=5}", {"echo": False, "f_size": (5, 5.0)}),
        ("{python fig-one, tbl-cap='A'}", {"name": "fig-one", "caption": "A"}),
        ("{python fit, echo=FALSE, fig.cap='A'}", {"name": "fit", "echo": False, "caption": "A"}),
        ("{python, fig.width=6, fig.height=4, eval=TRUE}", {"f_size": (6, 4), "evaluate": True}),
        ('{python, depends=c("a.csv", "b.csv")}', {"depends": ("a.csv", "b.csv")}),
        ("{python, warning=FALSE, message=FALSE}", {"warning": False}),
        ('{python fig.subcap=c("A", "B"), fig.ncol=2}', {"subcaptions": ("A", "B"), "columns": 2}),
        ('{python fig.cap=c("A", "B")}', {"caption": None, "subcaptions": ("A", "B")}),
        ("python caption='fig.cap = 3', fig.alt='B'", {"caption": "fig.cap = 3", "alt": "B"}),
        ("{python, out.width='60%', fig.align='center', results='hold'}", {"width": "60%"}),
    ],
)
def test_options_with_dots_on_the_fence(fence: str, expected: dict[str, object]) -> None:
    found = chunk(f"```{fence}\nx\n```\n")
    assert {name: getattr(found.options, name) for name in expected} == expected


def test_empty_lines_above_them() -> None:
    found = chunk("```{python}\n\n#| echo: false\nx\n```\n")
    assert (found.options.echo, found.code, found.code_line) == (False, "x", 4)


def test_classes_and_a_name_as_pandoc_has_them() -> None:
    assert chunk("```{.python .cb.run}\nx\n```\n").options.name is None
    found = chunk("```{.python #fit .cb.nb, echo=False}\nx\n```\n").options
    assert (found.name, found.echo) == ("fit", False)
    document, (problem,) = read("a\n```{.python .numberLines}\nx\n```\n")
    assert len(document.chunks) == 1
    assert problem.startswith("a.pmd:2: warning: `.numberLines` means nothing to a chunk")


def test_comments_count_more_than_the_fence() -> None:
    found = chunk("```{python fit, echo=True, dpi=100}\n#| echo: false\nx\n```\n")
    assert (found.options.name, found.options.echo, found.options.dpi) == ("fit", False, 100)


@pytest.mark.parametrize(
    ("options", "line", "words"),
    [
        ("echo: false\ncode-fold: true", 3, "warning: the option `code-fold` means nothing here"),
        ("fig-align: left", 2, "warning: the option `fig-align` means nothing here"),
        ("layout-nrow: 2", 2, "warning: the option `layout-nrow` means nothing here"),
        ("echo: false\nehco: true", 3, "error: unknown chunk option `ehco`"),
        ("echo: 3", 2, "error: the option `echo` must be True or False, not `3`"),
        ("fig-cap: {a: b}", 2, "error: the option `fig-cap` must be a string"),
        ("echo: false\nfig-cap: 'a", 3, "error: options: found unexpected end of stream"),
        ("fig.cap=f('a')", 2, "error: the option `fig.cap` is `f('a')`, which is not a literal"),
        ("fig.cap=c(3)", 2, "error: the option `fig.cap` must be a list of texts"),
        ('tags=c("hide-cell")', 2, "warning: the option `tags` means nothing here"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(options: str, line: int, words: str) -> None:
    lines = "".join(f"#| {text}\n" for text in options.split("\n"))
    _, (problem,) = read(f"```{{python}}\n{lines}x = 1\n```\n")
    assert problem.startswith(f"a.pmd:{line}: {words}")


def test_include_as_in_r_is_told() -> None:
    _, (problem,) = read("a\n```{python, include=FALSE}\nx\n```\n")
    assert problem.startswith("a.pmd:2: warning: `include` hides figures alone, as in Pweave")


# Options of all chunks.


@pytest.mark.parametrize("key", ["chunks", "execute"])
def test_a_document_says_what_all_its_chunks_have(key: str) -> None:
    text = (
        f"---\n{key}:\n  echo: false\n  fig-width: 5\n  wrap: code\n---\n\n"
        "```python\nx\n```\n```python, echo=True\ny\n```\n"
    )
    document, problems = read(text)
    assert problems == []
    first, second = (block.options for block in document.chunks)
    assert (first.echo, first.f_size, first.wrap) == (False, (5, 5.0), "code")
    assert (second.echo, second.given["wrap"]) == (True, "code")


def test_both_words_for_it_count_and_ours_more() -> None:
    front = "---\nchunks: {wrap: code}\nexecute: {echo: false, wrap: true}\n---\n"
    document, problems = read(f"{front}\n```python\nx\n```\n")
    options = document.chunks[0].options
    assert (problems, options.echo, options.given["wrap"]) == ([], False, "code")


@pytest.mark.parametrize(
    ("given", "line", "words"),
    [
        ("\n  echo: false\n  ehco: 1", 4, "error: unknown chunk option `ehco`"),
        ("\n  echo: 3", 3, "error: the option `echo` must be True or False"),
        (" {echo: false, name: a}", 2, "error: `name` is for one chunk alone"),
        (" false", 2, "error: `chunks` must be a mapping of chunk options"),
        ("\n  code-fold: true", 3, "warning: the option `code-fold` means nothing here"),
    ],
)
def test_what_is_wrong_with_it(given: str, line: int, words: str) -> None:
    _, (problem,) = read(f"---\nchunks:{given}\n---\n\n```python\nx\n```\n")
    assert problem.startswith(f"a.pmd:{line}: {words}")


@pytest.mark.parametrize("fence", ["{python}\n#| echo: fenced", '{python, echo="fenced"}'])
def test_code_with_its_fence_is_told(fence: str) -> None:
    document, (problem,) = read(f"```{fence}\nx = 1\n```\n")
    assert document.chunks[0].options.echo
    assert "warning: `echo: fenced`" in problem
    assert "longer fence" in problem


def test_an_unknown_option_with_a_hyphen_is_named_as_it_is_written() -> None:
    _, (problem,) = read('```{python, fig-capt="x"}\nx = 1\n```\n')
    assert "unknown chunk option `fig-capt`" in problem
