r"""Footnotes of headings, captions and tables: LaTeX keeps a `\footnote` neither in what it writes
to lists and running heads, nor in what it moves or sets as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

FOOTNOTE = re.compile(r"\\footnote\s*\{")
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


class Noted(Struct, frozen=True):
    """Running text of LaTeX apart from its footnotes."""

    bare: str  # without them
    marked: str  # with `\notemark{N}` in the place of each, N counted from 1
    notes: tuple[str, ...]  # their texts


def noted(latex: str, before: int = 0) -> Noted:
    """The text and its footnotes, of which so many stand before it; where braces don't close, they
    stay in it."""
    bare, marked, notes, at = "", "", [], 0
    for found in FOOTNOTE.finditer(latex):
        end = _closed(latex, found.end())
        if found.start() < at or end is None:
            continue  # a note in a note
        text = latex[at : found.start()]
        notes.append(latex[found.end() : end])
        bare += text
        marked += rf"{text}\protect\notemark{{{before + len(notes)}}}"
        at = end + 1
    return Noted(bare + latex[at:], marked + latex[at:], tuple(notes))


def _closed(latex: str, at: int) -> int | None:
    """Where the group that holds `at` is closed."""
    depth = 1
    for found in BRACE.finditer(latex, at):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if not depth:
            return found.start()
    return None


def caption_of(found: Noted) -> str:
    r"""A `\caption`, which lists show without notes."""
    short = f"[{{{found.bare}}}]" if found.notes else ""
    return rf"\caption{short}{{{found.marked}}}"


def texts_of(notes: Iterable[str]) -> tuple[str, ...]:
    """What stands after a float, one for each of its notes."""
    return tuple(rf"\notetext{{{note}}}" for note in notes)
