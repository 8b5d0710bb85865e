"""Inline code in the texts that stand in front: `title: Accuracy <%= accuracy %>`.

They say what came of the document, so their code runs when all of the chunks have run, whatever
stands above what. It counts as the document's first block, and as its last cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.document.inline_code import MARKS, find_inlines
from treadle.press.document.model import Document, FrontMatter, Inline, Prose
from treadle.press.document.wrong_values import as_list
from treadle.problem import Span

# The keys whose texts may hold code: those that are printed, and nothing else.
PRINTED = (
    *("title", "subtitle", "abstract", "keywords", "short-title", "short-author"),
    *("short-institute", "course", "group", "id"),
)


class FrontText(Struct, frozen=True):
    """A text of the front matter with code in it: a key's value, or an item of it."""

    key: str
    item: int
    text: str
    inlines: tuple[Inline, ...]


class FrontCode(Prose, frozen=True):
    """All of these texts; as prose it has no text of its own. Its code is in their order."""

    texts: tuple[FrontText, ...] = ()


def front_code(front: FrontMatter, path: Path) -> tuple[FrontCode, ...]:
    """The code of the front matter of the document at `path`; nothing where it has none."""
    texts = []
    for key in PRINTED:
        for item, text in enumerate(as_list(front.values.get(key))):
            if isinstance(text, str) and MARKS.search(text):
                inlines = _inlines(text, front.lines.get(key, 1), front, path)
                texts += [FrontText(key, item, text, inlines)] if inlines else []
    every = tuple(inline for text in texts for inline in text.inlines)
    end = max(1, front.text.count("\n"))
    return (FrontCode("", Span(str(path), 1, end), every, tuple(texts)),) if every else ()


def _inlines(text: str, line: int, front: FrontMatter, path: Path) -> tuple[Inline, ...]:
    """The code of a text whose key stands on `line`, each on the line that has its beginning:
    what YAML makes of a text tells no lines."""
    lines = front.text.split("\n")
    found = []
    for inline in find_inlines(text, Span.at(str(path), line)):
        begin = text[inline.start : inline.end].split("\n")[0]
        near = (at for at in range(line, len(lines) + 1) if begin in lines[at - 1])
        at = Span.at(str(path), next(near, line))
        found.append(replace(inline, span=at))
    return tuple(found)


def filled(document: Document, texts: Sequence[str]) -> Document:
    """The document with what its front matter's code gave in the place of that; nothing where it
    has not run."""
    block = document.blocks[0] if document.blocks else None
    if not isinstance(block, FrontCode):
        return document
    values, shown = dict(document.front.values), list(texts or [""] * len(block.inlines))
    for part in block.texts:
        text = part.text
        own, shown = shown[: len(part.inlines)], shown[len(part.inlines) :]
        for inline, result in reversed([*zip(part.inlines, own, strict=True)]):
            text = text[: inline.start] + result + text[inline.end :]
        items = values[part.key]
        if isinstance(items, list):
            values[part.key] = [*items[: part.item], text, *items[part.item + 1 :]]
        else:
            values[part.key] = text
    return replace(document, front=replace(document.front, values=values))
