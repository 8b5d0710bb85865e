"""Pieces of LaTeX whose every line knows the line of the `.pmd` it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """One line of LaTeX. `origin` is its `.pmd` line; a `fixed` line is never indented."""

    text: str
    origin: int
    fixed: bool = False


Fragment = tuple[Line, ...]


def lines_at(text: str, origin: int) -> Fragment:
    """Every line of `text`, all from the one line `origin`."""
    return tuple(Line(line, origin) for line in text.split("\n"))


def lines_from(text: str, origin: int) -> Fragment:
    """The lines of `text`, from `origin`, `origin + 1`, ..."""
    return tuple(Line(line, origin + i) for i, line in enumerate(text.split("\n")))


def glue(parts: Iterable[Fragment]) -> Fragment:
    """The parts one after the other as running text: a part goes on in the last line before it."""
    lines: list[Line] = []
    for part in parts:
        if not part:
            continue
        if not lines:
            lines.extend(part)
            continue
        last, first = lines[-1], part[0]
        origin = last.origin if last.text else first.origin
        lines[-1] = Line(last.text + first.text, origin, last.fixed)
        lines.extend(part[1:])
    return tuple(lines)


def stack(parts: Iterable[Fragment]) -> Fragment:
    """The parts below one another, with no line between them."""
    return tuple(line for part in parts for line in part)


def indent(fragment: Fragment, width: int = 2) -> Fragment:
    """Moved to the right, but for empty lines and those that must stay (verbatim ones)."""
    return tuple(
        line
        if line.fixed or not line.text
        else Line(" " * width + line.text, line.origin, line.fixed)
        for line in fragment
    )


def fixed(fragment: Fragment) -> Fragment:
    """The same lines, never to be indented."""
    return tuple(Line(line.text, line.origin, True) for line in fragment)


def text_of(fragment: Sequence[Line]) -> str:
    """The LaTeX alone."""
    return "\n".join(line.text for line in fragment)
