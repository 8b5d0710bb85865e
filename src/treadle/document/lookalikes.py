"""Fences in prose that look like a chunk's and are none, so that their code is not run."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from msgspec import Struct

from treadle.diagnostics import Diagnostic, Span, warning
from treadle.document.fences import split_lines
from treadle.document.model import Document, Prose

# CommonMark: what follows back-ticks on an opening fence holds no back-tick.
_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
# `{.python}` after a blank is pandoc's way to have code highlighted, and so is a bare word.
_LIKE_A_CHUNK = re.compile(r"\s*(?:\{\s*py(?:thon)?\b|\{\.?python\b|python\b.*=)", re.IGNORECASE)
_WORD = re.compile(r"\s*\{\s*(?P<word>[A-Za-z]+)[\s,}]")
_MISSPELT = 0.8  # of difflib's ratio to `python`
OTHERS = {"cython", "ipython", "jython", "rpython", "xpython"}  # are not misspelt
_PLAIN = re.compile(r"\s+\{\.")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-+*:]|\d+[.)])[ \t]")


class _Reading(Struct):
    """The lines of prose so far, and the fence of the block that is open."""

    above: list[str]
    open_fence: str = ""


def chunk_lookalikes(document: Document) -> tuple[Diagnostic, ...]:
    """A warning for each fence in prose that was probably meant to open a chunk.

    Fences within a fenced or an indented block of code are its text.
    """
    reading = _Reading([])
    found = []
    for block in document.blocks:
        if not isinstance(block, Prose):
            continue
        for number, text in enumerate(split_lines(block.text), start=block.span.line):
            if _opens_lookalike(text, reading):
                found.append(_warning(Span.at(block.span.file, number)))
            reading.above.append(text)
    return tuple(found)


def _opens_lookalike(text: str, reading: _Reading) -> bool:
    """Whether `text` is such a fence; keeps track of the block that is open."""
    if reading.open_fence:
        mark = text.strip()
        if mark.startswith(reading.open_fence) and not mark.strip(mark[0]):
            reading.open_fence = ""
        return False
    fence = _FENCE.fullmatch(text)
    if fence is None or _is_indented_code(fence["indent"], reading.above):
        return False
    reading.open_fence = fence["fence"]
    info = fence["info"]
    return not _PLAIN.match(info) and (bool(_LIKE_A_CHUNK.match(info)) or _is_misspelt(info))


def _is_misspelt(info: str) -> bool:
    found = _WORD.match(info)
    if found is None or found["word"].lower() in OTHERS:
        return False
    return SequenceMatcher(None, found["word"].lower(), "python").ratio() >= _MISSPELT


def _is_indented_code(indent: str, above: list[str]) -> bool:
    """Whether a line so far to the right is code; in an item of a list it is not."""
    if len(indent.expandtabs(4)) < 4:
        return False
    outer = (line for line in reversed(above) if line.strip() and not line.startswith(indent))
    return _LIST_ITEM.match(next(outer, "")) is None


def _warning(span: Span) -> Diagnostic:
    message = "this looks like a chunk and is not read as one: its code is not run"
    return warning(span, message, "write ```{python at the start of the line, in lower case")
