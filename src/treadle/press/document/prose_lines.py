"""The prose of a document, line by line, as the Markdown parser tells it from all else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from markdown_it.token import Token
from msgspec import Struct

from treadle.press.document.model import Document, Prose
from treadle.press.markdown.parser import parser, place, typed

SHOWN = {"fence", "code_block", "html_block", "latex_block", "maths_block", "place"}
BREAKS = {"softbreak", "hardbreak"}
NOT_PROSE = "\0"
# Code in a line of prose stands between these two: private-use characters are never typed.
CODE, CODE_END = "\ue0f6", "\ue0f7"


class ProseLines(Struct, frozen=True):
    """`text` is the document with a place for each chunk, line for line; `words` the prose of its
    lines, each with its number; the lines `shown` are code, formulas, comments."""

    text: str
    words: tuple[tuple[int, str], ...]
    shown: frozenset[int]


def prose_of(document: Document, asked: re.Pattern[str]) -> ProseLines:
    """The prose of a document in Markdown, of those texts in which `asked` is.

    In its words, code stands between `CODE` and `CODE_END`, and a character that was escaped is
    none."""
    text = _markdown(document)
    md = parser()
    tokens: list[Token] = []
    env: dict[str, Any] = {}
    md.block.parse(text, md, env, tokens)
    words: list[tuple[int, str]] = []
    shown: set[int] = set()
    for token in tokens:
        first, end = token.map or (0, 0)
        if token.type in SHOWN:
            shown.update(range(first + 1, end + 1))
        elif token.type == "inline" and asked.search(token.content):
            children: list[Token] = []
            md.inline.parse(token.content, md, env, children)
            words += _words(children, first + 1)
    return ProseLines(text, tuple(words), frozenset(shown))


def _markdown(document: Document) -> str:
    """The document with what its chunks stand for, on the lines that it has."""
    lines = [""] * (document.blocks[-1].span.end_line if document.blocks else 0)
    for number, block in enumerate(document.blocks):
        first = block.span.line - 1
        if isinstance(block, Prose):
            texts = typed(_without_inlines(block)).removesuffix("\n").split("\n")
        else:
            below = re.sub(r"[^>\s]", " ", block.prefix).rstrip()
            texts = [block.prefix + place(number)]
            texts += [below] * (block.span.end_line - block.span.line)
        lines[first : first + len(texts)] = texts
    return "".join(f"{line}\n" for line in lines)


def _without_inlines(prose: Prose) -> str:
    """The prose with letters in the place of its inline code."""
    text = prose.text
    for inline in prose.inlines:
        code = re.sub(r"[^\n]", "x", text[inline.start : inline.end])
        text = text[: inline.start] + code + text[inline.end :]
    return text


def _words(tokens: Iterable[Token], first: int) -> Iterator[tuple[int, str]]:
    line, words = first, ""
    for token in tokens:
        if token.type in BREAKS:
            yield line, words
            line, words = first + int(token.meta.get("line", line - first + 1)), ""
            continue
        line += token.content.count("\n")
        words += "" if token.nesting else _seen(token)
    yield line, words


def _seen(token: Token) -> str:
    if token.type == "text" or (token.type == "html_inline" and token.content[:2] != "<!"):
        return token.content
    if token.type == "code_inline":
        return f"{CODE}{token.content}{CODE_END}"
    return "$$x$$" if token.type == "maths_display" else NOT_PROSE
