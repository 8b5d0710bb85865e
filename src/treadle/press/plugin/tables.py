"""A table as it travels from the worker to the page: its fields as text."""

from __future__ import annotations

from msgspec import Struct

TABLE = "application/vnd.treadle.table+json"


class Heading(Struct, frozen=True, omit_defaults=True):
    """What stands over one column, or over several in one."""

    text: str
    columns: int = 1
    align: str = "c"


class Look(Struct, frozen=True, omit_defaults=True):
    """How a field looks: colours are six hexadecimal digits."""

    row: int
    column: int
    background: str = ""
    colour: str = ""
    bold: bool = False
    italic: bool = False


class Loss(Struct, frozen=True, omit_defaults=True):
    """What the table has not of the value, and the way to have it."""

    what: str
    hint: str


class Table(Struct, frozen=True, omit_defaults=True):
    """Fields as text, one alignment a column. `above` are the rows of the head over `header`, the
    headings of each over all columns. The first `labels` columns say what a row is; before each of
    the `parts`, numbers of rows, a group of rows begins. `below` stands under the table. Where no
    column tells the rows apart, their `numbers` do, if the columns have to be in several parts."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...]  # "l", "c" or "r"
    above: tuple[tuple[Heading, ...], ...] = ()
    labels: int = 1
    parts: tuple[int, ...] = ()
    below: str = ""
    caption: str = ""
    looks: tuple[Look, ...] = ()
    losses: tuple[Loss, ...] = ()
    numbers: tuple[str, ...] = ()
