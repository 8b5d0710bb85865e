"""Pweave's noweb documents: chunks between `<<name, options>>=` and `@`, in Markdown or LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from treadle.press.document.fence import Fence, shows_all
from treadle.press.document.find_fences import fences

OPENING = re.compile(r"<<(?P<rest>.*?)>>=\s*")
SUFFIXES = frozenset({".pnw", ".mdw", ".texw", ".nw"})
LATEX = ".texw"


def is_noweb(path: Path) -> bool:
    """Whether a document of this name has chunks as noweb has them."""
    return path.suffix.lower() in SUFFIXES


def is_latex(path: Path, text: str) -> bool:
    r"""Whether the text around the chunks is LaTeX: `.texw`, or what has a `\documentclass`."""
    suffix = path.suffix.lower()
    if suffix in {".pnw", ".nw"}:
        return (
            re.search(r"^\s*\\(?:documentclass|begin\{document\})", text, re.MULTILINE) is not None
        )
    return suffix == LATEX


def noweb_fences(text: str, *, latex: bool) -> Iterator[Fence]:
    """The chunks of a text and the code that it shows, in order. A line is told by what stands on
    it alone, as by Pweave; but in what is shown as it is there is no chunk."""
    found = tuple(_chunks(text))
    lines = text.split("\n")
    for at in found:
        lines[at.first : at.end] = [""] * (at.end - at.first)
    others = [replace(at, is_chunk=False) for at in fences("\n".join(lines))]
    if latex:
        others = [at for at in others if not at.opening.startswith(("`", "~"))]
    shown = [at for at in others if shows_all(at)]
    read = (at for at in found if not any(it.first < at.first < it.end for it in shown))
    yield from sorted((*read, *others), key=lambda at: at.first)


def _chunks(text: str) -> Iterator[Fence]:
    lines = text.split("\n")
    first: int | None = None
    for number, line in enumerate(lines):
        if first is None:
            first = number if OPENING.fullmatch(line) else None
        elif line.strip() == "@":
            yield _chunk(lines, first, number, closed=True)
            first = None
    if first is not None:
        last = len(lines) - (lines[-1] == "")
        yield _chunk(lines, first, last, closed=False)


def _chunk(lines: list[str], first: int, last: int, *, closed: bool) -> Fence:
    opening = OPENING.fullmatch(lines[first])
    options = f" {opening['rest']}" if opening else ""
    code = tuple(lines[first + 1 : last])
    return Fence(first, last + closed, "", lines[first], options, code, closed, is_chunk=True)
