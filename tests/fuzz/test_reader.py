"""Any text is a document, with problems at its own lines."""

from __future__ import annotations

import re
from pathlib import Path

from treadle.press.document.code_syntax import check_syntax
from treadle.press.document.front_code import FrontCode
from treadle.press.document.model import Chunk
from treadle.press.document.reader import read_document
from treadle.press.document.source_text import normalise, split_lines

from .conftest import Fuzz
from .strategies import documents

PATH = Path("report.pmd")


def check_reading(text: str) -> None:
    document, problems = read_document(PATH, text)
    late = check_syntax(document)
    last = max(len(split_lines(normalise(text))), 1)
    for problem in (*problems, *late):
        assert problem.span.file == str(PATH)
        assert 1 <= problem.span.line <= problem.span.end_line <= last, problem
        assert str(problem)
    assert [item.span.line for item in problems] == sorted(item.span.line for item in problems)
    _check_blocks(document.blocks, split_lines(normalise(text)))
    again = read_document(PATH, text)
    assert repr(again) == repr((document, problems))  # NaN, in a parameter, is not itself


def _check_blocks(blocks, lines) -> None:
    before = 0
    for block in blocks:
        if isinstance(block, FrontCode):
            assert block is blocks[0]
            assert block.inlines
            continue
        assert before < block.span.line <= block.span.end_line <= len(lines)
        before = block.span.end_line
        if isinstance(block, Chunk):
            assert re.search("```|~~~", lines[block.span.line - 1])
            continue
        assert split_lines(block.text) == lines[block.span.line - 1 : block.span.end_line]
        for inline in block.inlines:
            assert block.span.line <= inline.span.line <= inline.span.end_line <= before
            assert block.text[inline.start : inline.end].startswith(("<%", "`{python}"))


def test_any_text_is_read(fuzz: Fuzz[str]) -> None:
    fuzz(check_reading, documents())
