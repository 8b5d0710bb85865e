"""Numbers in prose that look like results, and were typed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_it.token import Token

from treadle.diagnostics import Diagnostic, Span, warning
from treadle.document.model import Document, Prose
from treadle.weaving.markdown.parser import parser
from treadle.weaving.source import Source, join, prose_parts

# Decimals and percentages, a minus sign before them included.
RESULT = re.compile(
    r"(?<![\w.\-–/])[-−]?\d[\d,]*(?:\.\d+ ?(?:%|\\%|per ?cent\b)?| ?(?:%|\\%|per ?cent\b))"
    r"(?![\w/]|\.\d)"
)
# A formula that is a number and no more, without what only sets it apart.
ALONE = re.compile(r"(?:[-−+]|\\pm)?((?:\d[\d.,]*)(?:\\?%)?)")
SPACING = re.compile(r"\\[,;!: ]|[{}~\s]")
# What is numbered by others, and is no result.
NUMBERED = re.compile(
    r"(?:sections?|chapters?|equations?|eqs?\.|figures?|tables?|exercises?|pages?|pp?\.|theorems?"
    r"|lemmas?|versions?|python|pytorch|numpy|release|§)[\s~\0]*(?:\d[\d.,]*(?:,| and| to|–)\s*)*$",
    re.IGNORECASE,
)
HINT = "take it from the code by `<%= %>`, or write `<!-- treadle: literal -->` on its line"
BREAKS = {"softbreak", "hardbreak"}


def typed_numbers(document: Document) -> Iterator[Diagnostic]:
    """A warning for each decimal and percentage that stands in prose, or is a formula by itself."""
    for at, text in lines_of_text(document):
        for number in _results(text):
            message = f"the number {number} is typed by hand and looks like a result"
            yield warning(Span.at(str(document.path), at), message, HINT)


def lines_of_text(document: Document) -> Iterator[tuple[int, str]]:
    """The words of each line of the prose, with their line; a blank stands for what is no text."""
    source = source_of(document)
    for token in parser().parse(source.text, {}):
        if token.type == "inline" and token.map is not None:
            for line, text in _texts(token.children or (), token.map[0]):
                yield source.origins[min(line, len(source.origins) - 1)], text


def source_of(document: Document) -> Source:
    """The prose, with nothing where code has something to say."""
    prose = (block for block in document.blocks if isinstance(block, Prose))
    return join([part for block in prose for part in prose_parts(block, None)])


def _results(text: str) -> Iterator[str]:
    for found in RESULT.finditer(text):
        if not NUMBERED.search(text[: found.start()]):
            yield found[0].strip()


def _texts(tokens: Sequence[Token], first: int) -> Iterator[tuple[int, str]]:
    """The words of each line; what is no text, such as a formula, is a blank between them, but
    for a number in dollars."""
    line, words = first, ""
    for token in tokens:
        meta: Mapping[str, Any] = token.meta or {}
        if token.type in BREAKS:
            yield line, words
            line, words = first + int(meta.get("line", 0)), ""
        elif token.type == "text":
            words += token.content
        elif token.type == "maths" and (number := ALONE.fullmatch(SPACING.sub("", token.content))):
            words += number[1]
        elif not token.nesting:
            words += "\0"
    yield line, words
