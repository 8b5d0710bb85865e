"""Tables of values, whose fields are text, as entries of LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence

from treadle.press.latex.decimal_points import paddings
from treadle.press.latex.tables import Heading, Tabular, entry
from treadle.press.plugin import tables as given

NEXT = r" \\ "  # between two lines of an entry
NO_GAPS = (r"\nogapleft", r"\nogapright")  # what a colour at a side of the table does not fill
BLANKS = re.compile(r"( {2,})")


def tabular_of(table: given.Table) -> Tabular:
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.align)
    entries = [_entries(column, align) for column, align in zip(columns, table.align, strict=True)]
    return Tabular(
        tuple(map(entry, table.header)),
        _with_looks(tuple(zip(*entries, strict=True)), table.looks),
        table.align,
        above=tuple(tuple(map(_heading, row)) for row in table.above),
        labels=table.labels,
        parts=table.parts,
        below=entry(table.below),
        numbers=tuple(map(entry, table.numbers)),
    )


def _entries(texts: Sequence[str], align: str) -> list[str]:
    """The entries of a column: numbers stand point below point, texts keep their lines."""
    if align == "r":
        pads = paddings(texts)
        return [entry(text) + pad for text, pad in zip(texts, pads, strict=True)]
    return [NEXT.join(map(_line, text.strip("\n").split("\n"))) for text in texts]


def _line(text: str) -> str:
    """A line of a text with its blanks, of which LaTeX would print one at most, and none first."""
    words = text.expandtabs(4).rstrip()
    if "$" in words:  # there may be a formula, which has no blanks
        return entry(words)
    first, *others = BLANKS.split(words.lstrip(" "))
    pairs = zip(others[::2], others[1::2], strict=True)
    more = "".join(" " + "~" * (len(blanks) - 1) + entry(part) for blanks, part in pairs)
    return "~" * (len(words) - len(words.lstrip(" "))) + entry(first) + more


def _heading(heading: given.Heading) -> Heading:
    return Heading(entry(heading.text), heading.columns, heading.align)


def _with_looks(
    rows: Sequence[tuple[str, ...]], looks: Sequence[given.Look]
) -> tuple[tuple[str, ...], ...]:
    fields = [list(row) for row in rows]
    for look in looks:
        row = fields[look.row]
        sides = NO_GAPS[0] * (look.column == 0) + NO_GAPS[1] * (look.column == len(row) - 1)
        row[look.column] = _background(look, sides) + _faced(row[look.column], look)
    return tuple(map(tuple, fields))


def _background(look: given.Look, sides: str) -> str:
    return rf"\cellcolor[HTML]{{{look.background}}}{sides} " if look.background else ""


def _faced(text: str, look: given.Look) -> str:
    """An entry whose lines are each in the look's face and colour."""
    lines = text.split(NEXT)
    for wanted, command in (
        (look.bold, r"\textbf"),
        (look.italic, r"\textit"),
        (look.colour, rf"\textcolor[HTML]{{{look.colour}}}"),
    ):
        if wanted:
            lines = [f"{command}{{{line}}}" if line else line for line in lines]
    return NEXT.join(lines)
