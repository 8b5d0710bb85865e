"""Any text is LaTeX in the end, and text without LaTeX in it has none in the end either."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from tests.unit import displays

from treadle.engine.trace import Failure, Stream
from treadle.press.document.model import Chunk, Prose
from treadle.press.document.reader import read_document
from treadle.press.document.source_text import normalise, split_lines
from treadle.press.results import ChunkResult, InlineResult
from treadle.press.weave.weave import Woven, weave

from .conftest import Fuzz
from .fragments import MARKDOWN
from .strategies import documents, markdown, mixed, tame
from .tex import body_of, strays

PATH = Path("nowhere/report.pmd")
Results = tuple[str, str, str]  # printed, a value or a cell of a table, what inline code gave


def woven(text: str, results: Results) -> Woven:
    """The LaTeX of a document whose chunks all printed and displayed the same."""
    document, _ = read_document(PATH, text)
    printed, value, inline = results
    failure = Failure(value, printed, "report.pmd", 1)
    outputs = (
        Stream("stdout", printed), displays.plain(value), Stream("stderr", printed),
        displays.table((value, "b"), ((value, printed), ("1", value)), ("l", "r")),
    )  # fmt: skip
    given = [
        InlineResult((inline,) * len(block.inlines))
        if isinstance(block, Prose)
        else ChunkResult(outputs, failure if block.options.error else None)
        for block in document.blocks
    ]
    assert all(isinstance(block, Prose | Chunk) for block in document.blocks)
    return weave(document, given)


def check_weaving(given: tuple[str, Results]) -> None:
    text, results = given
    found = woven(text, results)
    last = max(len(split_lines(normalise(text))), 1)
    assert len(found.lines) == found.tex.count("\n")
    assert all(1 <= line <= last for line in found.lines)
    for problem in (*found.problems, *found.doubts):
        assert 1 <= problem.span.line <= problem.span.end_line <= last, problem
    if "\ud800" not in "".join((text, *results)):
        found.tex.encode("utf-8")
    assert woven(text, results) == found


def check_tame(given: tuple[str, Results]) -> None:
    text, results = given
    assert list(strays(body_of(woven(text, results).tex))) == []


def outcomes(texts: SearchStrategy[str]) -> SearchStrategy[Results]:
    return st.tuples(texts, texts, texts)


def test_any_text_is_woven(fuzz: Fuzz[tuple[str, Results]]) -> None:
    texts = st.one_of(markdown(), documents())
    fuzz(check_weaving, st.tuples(texts, outcomes(mixed(MARKDOWN))))


def test_text_without_latex_stays_text(fuzz: Fuzz[tuple[str, Results]]) -> None:
    printed = mixed(MARKDOWN).map(lambda text: text.replace("$", "S"))
    given = st.tuples(printed, printed, st.sampled_from(["1", "*a*", "a & b_c", "100 % #1"]))
    fuzz(check_tame, st.tuples(tame(), given))


@pytest.mark.parametrize(
    "latex",
    [
        "100 %", "a & b", "a_b", "#1", "x^2", "5 $", "{", "}", r"\nosuch", r"\\ [x]",
        r"\begin{quote}", r"\end{quote}", r"\begin{evil}", r"\section{a}}{",
        "\\begin{theorem}\n[x]\n\\end{theorem}", "\\begin{listing}\n{\n\\end{listing}",
        "\\begin{listing}\n\\end{listing} x\n\\end{listing}",
    ],
)  # fmt: skip
def test_strays_are_found(latex: str) -> None:
    assert list(strays(latex))
