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

# Decimals and percentages, a minus sign before them included; of a range the first, or both.
RESULT = re.compile(
    r"(?<![\w.\-–/])(?:\d+[-–])?[-−]?\d[\d,]*"
    r"(?:\.\d+ ?(?:%|\\%|per ?cent\b)?| ?(?:%|\\%|per ?cent\b))"
    r"(?![\w/]|\.\d)"
)
# A formula that is numbers and no more, but for what sets them apart, as `\approx 93.2 \pm 0.4`.
ALONE = re.compile(r"[-−+.,\d%\\ ]*\d[-−+.,\d%\\ ]*")
SEPARATOR = re.compile(r"\{([.,])\}")
AROUND = re.compile(
    r"\\(?:approx|sim|simeq|pm|mathbf|mathrm|boldsymbol|bm|text(?:bf)?)\b|\\[,;!: ]|[{}~=<>\s]"
)
INLINE = re.compile(r"<%.*?%>", re.DOTALL)
MATHS = re.compile(r"\$([^$]+)\$")
IN_FRONT = ("title", "subtitle", "abstract")
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
    yield from _captions(document)
    source = source_of(document)
    for token in parser().parse(source.text, {}):
        if token.type == "inline" and token.map is not None:
            for line, text in _texts(token.children or (), token.map[0]):
                yield source.origins[min(line, len(source.origins) - 1)], text


def _captions(document: Document) -> Iterator[tuple[int, str]]:
    """What the front matter and the options of chunks have to print, less its inline code."""
    for key in IN_FRONT:
        if isinstance(text := document.front.values.get(key), str):
            yield document.front.lines.get(key, 1), INLINE.sub("\0", text)
    for chunk in document.chunks:
        if text := chunk.options.caption:
            shown = INLINE.sub("\0", text)
            yield chunk.span.line, MATHS.sub(lambda found: _plain(found[1]), shown)


def source_of(document: Document) -> Source:
    """The prose, with nothing where code has something to say."""
    prose = (block for block in document.blocks if isinstance(block, Prose))
    return join([part for block in prose for part in prose_parts(block, None)])


def _results(text: str) -> Iterator[str]:
    for found in RESULT.finditer(text):
        if not NUMBERED.search(text[: found.start()]):
            yield found[0].strip()


def _texts(tokens: Sequence[Token], first: int) -> Iterator[tuple[int, str]]:
    """The words of each line; what is no text, such as a formula, is a blank between them."""
    line, words = first, ""
    for token in tokens:
        meta: Mapping[str, Any] = token.meta or {}
        if token.type in BREAKS:
            yield line, words
            line, words = first + int(meta.get("line", 0)), ""
        elif token.type in {"text", "image"}:
            words += token.content
        elif token.type == "maths":
            words += _plain(token.content)
        elif not token.nesting:
            words += "\0"
    yield line, words


def _plain(maths: str) -> str:
    """The numbers of a formula that has nothing else; else a blank."""
    text = AROUND.sub(" ", SEPARATOR.sub(r"\1", maths))
    return text.strip() if ALONE.fullmatch(text) else "\0"
