"""Noweb documents: the same chunks and options as Pweave finds, and what stands around them."""

import warnings
from pathlib import Path

import pytest

from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.document.reader import read_document

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pweave.readers import PwebReader  # type: ignore[import-untyped]

TEXTS = [
    "a\n\n<<>>=\nx = 1\n@\n\nb\n",
    "<<fit, echo=False>>=\nx\n@ \ny <<no>>= z\n",
    "<<name='a', fig=True, caption='A'>>=  \n\nx\n\n  @\nb\n<<>>=\ny\n@\n",
    "<<>>=\n@\n<<b>>=\ny\n@\n",
    "a\n @\n@\n<<term = True>>=\nx = '<<>>='\n<<>>=\n@\n",
    "% T\n% A\n\n<<>>=\nx\n@\n",
    "```python\nx\n```\n\n<<>>=\ny\n@\n",
]


def by_pweave(text: str) -> list[tuple[int, str, dict[str, object]]]:
    reader = PwebReader(string=text)
    reader.parse()
    code = [chunk for chunk in reader.getparsed() if chunk["type"] == "code"]
    options = [{k: v for k, v in c["options"].items() if k != "option_string"} for c in code]
    return [
        (chunk["number"], chunk["content"].removeprefix("\n"), given)
        for chunk, given in zip(code, options, strict=True)
    ]


def read(text: str, name: str = "a.mdw") -> tuple[Document, list[str]]:
    document, problems = read_document(Path(name), text)
    return document, [str(problem) for problem in problems]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", ["a.mdw", "a.texw", "a.Pnw"])
def test_chunks_are_those_of_pweave(text: str, name: str) -> None:
    document, problems = read(text, name)
    assert problems == []
    found = [(chunk.number, chunk.code, dict(chunk.options.given)) for chunk in document.chunks]
    assert found == by_pweave(text)


def test_lines_and_prose() -> None:
    document, _ = read("a <%= x %>\n\n<<fit>>=\n\ny = 1\n@\nb\n")
    prose, chunk, after = document.blocks
    assert isinstance(prose, Prose)
    assert isinstance(chunk, Chunk)
    assert isinstance(after, Prose)
    assert (chunk.span.line, chunk.span.end_line, chunk.code_line) == (3, 6, 4)
    assert (prose.inlines[0].code, after.text, after.span.line) == ("x", "b\n", 7)


@pytest.mark.parametrize(
    ("name", "text", "is_latex"),
    [
        ("a.texw", "x", True),
        ("a.mdw", "\\documentclass{article}", False),
        ("a.Pnw", "A\n===\n", False),
        ("a.pnw", "\n\\documentclass{article}\n", True),
        ("a.pmd", "\\documentclass{article}", False),
    ],
)
def test_what_the_text_is(name: str, text: str, is_latex: bool) -> None:
    assert read(text, name)[0].is_latex == is_latex


def test_a_percent_sign_of_latex_begins_no_title() -> None:
    document, problems = read("% a comment\n\\documentclass{article}\n", "a.texw")
    assert (document.front.values, problems) == ({}, [])
    assert document.prose[0].text.startswith("% a comment")


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("a.mdw", "a\n<<fit, ehco=True>>=\nx\n@\n", 2, "error: unknown chunk option `ehco`"),
        ("a.texw", "a\n<<>>=\nx\n", 2, "error: this chunk's fence is never closed (it ends at"),
        ("a.mdw", "<<a>>=\nx\n@\n<<a>>=\ny\n@\n", 4, "error: the chunk on line 1 is named `a`"),
        ("a.mdw", "a\n\n```{python}\nx\n```\n", 3, "warning: this looks like a chunk"),
        ("a.rstw", "a\n", 1, "error: the text of a `.rstw` document can't be read"),
        ("a.pmd", "a\n<<x, echo=False>>=\ny\n@\n", 2, "warning: this looks like a chunk of noweb"),
        ("a.Pnw", "a\n\n.. csv-table::\n", 3, "warning: `.. csv-table::` is reStructuredText"),
        ("a.pmd", "a\n\n---\nkey: v\n---\n", 3, "warning: front matter stands at the top"),
        ("a.texw", "\\begin{b}\n<%= x\n", 2, "warning: `<%=` is not closed"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(name: str, text: str, line: int, words: str) -> None:
    _, (problem,) = read(text, name)
    assert problem.startswith(f"{name}:{line}: {words}")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.mdw", "````\n<<>>=\nx\n@\n<%= x %>\n````\n"),
        ("a.texw", "\\begin{verbatim}\n<<>>=\nx\n@\n<%= x %>\n\\end{verbatim}\n"),
        ("a.pmd", "```\n<<>>=\nx\n@\n```\n"),
    ],
)
def test_a_chunk_within_code_that_is_shown_is_shown(name: str, text: str) -> None:
    document, problems = read(text, name)
    assert (document.chunks, problems) == ((), [])
    assert [block.inlines for block in document.prose] == [()]
