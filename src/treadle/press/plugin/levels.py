"""Labels in levels: of columns, whose heads span several; of rows, each printed once a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.plugin.tables import Heading

Levels = Sequence[Sequence[str]]  # the texts of one level after the other


class Side(Struct, frozen=True):
    """The labels of all rows, or of all columns: the name of each level, and its texts."""

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]


def printed_once(levels: Levels) -> Levels:
    """The levels, empty where a label is that of the row before, and those outside it are, too.

    The innermost level is whole: a row always has a label.
    """
    begins = [False] * len(levels[-1] if levels else ())
    shown = []
    for level in levels[:-1]:
        begins = [begun or new for begun, new in zip(begins, _changes(level), strict=True)]
        shown.append([text if new else "" for text, new in zip(level, begins, strict=True)])
    return [*shown, *levels[-1:]]


def group_starts(levels: Levels) -> tuple[int, ...]:
    """The rows at which the outermost level changes, if it has groups of several rows."""
    if len(levels) < 2:
        return ()
    starts = [number for number, new in enumerate(_changes(levels[0])) if new]
    return tuple(starts) if len(starts) < len(levels[0]) else ()


def spanning(levels: Levels) -> list[list[Heading]]:
    """The headings of all levels but the last: one for neighbours whose labels are the same in
    this level and in those above it."""
    rows = []
    for depth in range(1, len(levels)):
        paths = zip(*levels[:depth], strict=True)
        rows.append([Heading(path[-1], len(list(same))) for path, same in groupby(paths)])
    return rows


def apart(levels: Levels) -> list[list[Heading]]:
    """The same, with a heading for each column."""
    return [[Heading(text) for text in level] for level in levels[:-1]]


def head(
    index: Side, columns: Side, above: Sequence[Sequence[Heading]], align: Sequence[str]
) -> tuple[tuple[tuple[Heading, ...], ...], tuple[str, ...]]:
    """The rows of the head, the last of them apart: `above` has the headings of the outer levels.

    The name of a level of columns stands before it, over the labels of the rows. Where these have
    names as well, and that place is taken, theirs are a row of their own.
    """
    count, last = len(index.levels), columns.levels[-1]
    *names, name = columns.names
    rows = [
        (*_before(text, count), *_like_columns(row, align[count:]))
        for text, row in zip(names, above, strict=True)
    ]
    if not any(index.names):
        return tuple(rows), (*([""] * (count - 1)), *[name][:count], *last)
    if not name:
        return tuple(rows), (*index.names, *last)
    alone = (Heading(text, 1, side) for text, side in zip(last, align[count:], strict=True))
    return (*rows, (*_before(name, count), *alone)), (*index.names, *([""] * len(last)))


def _like_columns(row: Sequence[Heading], align: Sequence[str]) -> Iterator[Heading]:
    """Headings of one column stand as its fields do."""
    end = 0
    for heading in row:
        end += heading.columns
        yield replace(heading, align=align[end - 1]) if heading.columns == 1 else heading


def _before(name: str, count: int) -> list[Heading]:
    """The headings over so many columns of labels."""
    if not name:
        return [Heading("", count)] if count else []
    return [Heading("", count - 1)] * (count > 1) + [Heading(name, 1, "l")]


def _changes(labels: Iterable[str]) -> list[bool]:
    """For each label whether it differs from the one before."""
    previous: str | None = None
    changes = []
    for label in labels:
        changes.append(label != previous)
        previous = label
    return changes
