"""Tables that are a grid of cells, each over some columns and rows, with CSS of its own."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.latex.decimal_points import all_numbers
from treadle.press.plugin.cell_looks import align_of, look_of
from treadle.press.plugin.tables import Heading, Look, Loss, Table


class Cell(Struct, frozen=True):
    text: str
    columns: int = 1
    rows: int = 1
    css: tuple[tuple[str, str], ...] = ()
    align: str = ""  # where the CSS does not say
    tells: bool = True  # on which side its column stands


Rows = Sequence[Sequence[Cell]]
HINT = "fields keep their colours, bold and italic; results='tex' prints LaTeX of your own"


class Grid(Struct, frozen=True):
    """Rows of the head and others, whose first `labels` columns say what a row is."""

    head: Rows
    body: Rows
    labels: int = 0
    caption: str = ""
    below: str = ""
    unseen: tuple[str, ...] = ()  # what it has besides that a page has not, in words
    losses: tuple[Loss, ...] = ()


def table_of_grid(grid: Grid) -> Table | None:
    """None where it has no columns."""
    head = _unrolled(grid.head, lambda number, rows: number == rows - 1)
    body = _unrolled(grid.body, lambda number, _: number == 0)
    count = max((_width(row) for row in (*head, *body)), default=0)
    if not count:
        return None
    fields = [_fields(row, count) for row in body]
    align = [_align([row[at] for row in fields]) for at in range(count)]
    above, header = _head(head, ["l"] * grid.labels + align[grid.labels :])
    looks, left_out = _looks(fields)
    return Table(
        header,
        tuple(tuple(cell.text for cell in row) for row in fields),
        tuple(align),
        above,
        max(grid.labels, 1),
        tuple(_parts(body, grid.labels, count)),
        grid.below,
        grid.caption,
        looks,
        (*grid.losses, *_losses(left_out, grid.unseen)),
    )


def _unrolled(rows: Rows, shows: Callable[[int, int], bool]) -> list[list[Cell]]:
    """The rows, each with the cells that reach into it from above: their text stands in the row,
    of so many, for which `shows` says so."""
    reaching: dict[int, tuple[Cell, int]] = {}  # by column, with the row of theirs that is next
    unrolled = []
    for row in rows:
        waiting, full, at = deque(row), list[Cell](), 0
        while waiting or at in reaching:
            cell, number = reaching.pop(at) if at in reaching else (waiting.popleft(), 0)
            if number + 1 < cell.rows:
                reaching[at] = (cell, number + 1)
            text = cell.text if shows(number, cell.rows) else ""
            full.append(replace(cell, text=text, rows=1))
            at += cell.columns
        unrolled.append(full)
    return unrolled


def _width(row: Iterable[Cell]) -> int:
    return sum(cell.columns for cell in row)


def _fields(row: Sequence[Cell], count: int) -> list[Cell]:
    """One cell a column: what is over several stands in the first of them."""
    fields = list[Cell]()
    for cell in row:
        fields.append(replace(cell, columns=1))
        fields += [replace(cell, text="", columns=1)] * (cell.columns - 1)
    return fields + [Cell("")] * (count - len(fields))


def _align(column: Sequence[Cell]) -> str:
    """As CSS says of most of the fields; else numbers right, and all else left."""
    given = Counter(align_of(cell.css) or cell.align for cell in column if cell.text and cell.tells)
    most = max(given, key=lambda side: given[side], default="")
    return most or ("r" if all_numbers(cell.text for cell in column) else "l")


def _head(
    head: Rows, align: Sequence[str]
) -> tuple[tuple[tuple[Heading, ...], ...], tuple[str, ...]]:
    """The rows of the head, the last of them apart where it has a cell for each column."""
    rows = [_headings(row, align) for row in head]
    if rows and all(heading.columns == 1 for heading in rows[-1]):
        return tuple(rows[:-1]), tuple(heading.text for heading in rows[-1])
    return tuple(rows), ("",) * len(align)


def _headings(row: Sequence[Cell], align: Sequence[str]) -> tuple[Heading, ...]:
    headings = list[Heading]()
    for cell in (*row, *[Cell("")] * (len(align) - _width(row))):
        at = sum(heading.columns for heading in headings)
        side = align[at] if cell.columns == 1 else "c"
        headings.append(Heading(cell.text, cell.columns, side))
    return tuple(headings)


def _looks(fields: Rows) -> tuple[tuple[Look, ...], set[str]]:
    """The looks that are no plain ones, and the properties of CSS that none has."""
    looks, left_out = list[Look](), set[str]()
    for row, cells in enumerate(fields):
        for column, cell in enumerate(cells):
            look, others = look_of(cell.css, row, column)
            left_out |= others
            if look != Look(row, column):
                looks.append(look)
    return tuple(looks), left_out


def _parts(body: Rows, labels: int, count: int) -> Iterator[int]:
    """The rows that begin a group: a line over all columns, or a new label of several levels."""
    for number, row in enumerate(body):
        alone = len(row) == 1 and row[0].columns == count > 1
        if alone or (labels > 1 and row[0].text):
            yield number


def _losses(properties: set[str], unseen: Iterable[str]) -> Iterator[Loss]:
    words = [*(f"`{name}`" for name in sorted(properties)), *unseen]
    if words:
        yield Loss(f"the table's look on a page lacks {', '.join(words)}", HINT)
