"""How a table is laid out: in which size and float, in how many parts.

A table that fits the line is set as it is. One that doesn't is made smaller, as far as it can be
read; then, where there are two columns, it has both; then it is turned; then its columns are in
several parts. What is done is told. Widths are estimated from what LaTeX has measured; where that
was too little, LaTeX shrinks what is left, and tells how small the text gets (`tellshrunk`).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.latex.measures import Measures
from treadle.press.latex.table_columns import (
    ROOM,
    Columns,
    Shape,
    Size,
    columns_by_letters,
    fitting_columns,
    groups_of_columns,
    has_whole_words,
    height_of,
    heights_of,
    sizes_of,
    width_of,
)

LONG = 35  # rows beyond which a table may not fit on a page, and is broken between its rows
FULL, ON_SLIDE = 0.88, 0.7  # of a page's height, and of a slide's, are for the rows of a table
PARTED = 8.0  # points, at least, has a table whose columns are in several parts
FEWER = "show fewer columns or digits"
TURN = '`f_env="sidewaystable"` turns it'
BOTH = '`f_env="table*"` lets it span both columns'


class Room(Struct, frozen=True):
    """Where a table stands. `columns`: characters of code in a line; `inner`: the points that lists
    around it take of that; `boxed`: in a box, where nothing floats or breaks; `turns`: whether the
    class has pages with a turned table."""

    measures: Measures = Measures()
    columns: int = 90
    inner: float = 0.0
    twocolumn: bool = False
    slides: bool = False
    turns: bool = True
    boxed: bool = False


class Layout(Struct, frozen=True):
    """The parts into which a table's columns go; the rows with which a slide begins; what is said
    of it, and how to have it otherwise. `environment`: "" is none. `sure`: it fits the line."""

    environment: str
    size: Size
    parts: tuple[Columns, ...]
    sure: bool = False
    long: bool = False
    together: bool = True  # whether all parts have room on one page
    starts: tuple[int, ...] = (0,)
    told: str = ""
    hint: str = ""


def laid_out(shape: Shape, environment: str, room: Room) -> Layout:
    """The layout of a table in a float of this kind; "": where it stands."""
    sizes, line = sizes_of(room.measures), _line(environment, room)
    found = columns_by_letters(shape, min(room.columns, ROOM), line)
    if found and width_of(shape, found, sizes[0]) <= line and has_whole_words(shape, found):
        return _broken(shape, Layout(environment, sizes[0], (found,), sure=True), room)
    made = next(_whole(shape, environment, room), None) or _parted(shape, environment, room)
    return _broken(shape, made, room)


def _line(environment: str, room: Room) -> float:
    """How wide a table may be."""
    measures = room.measures
    if environment.startswith("sideways"):
        return measures.height
    if environment.endswith("*"):
        return measures.page
    return measures.line - (0 if environment else room.inner)


def _whole(shape: Shape, environment: str, room: Room) -> Iterator[Layout]:
    """The ways in which all columns are beside each other, the best one first."""
    sizes = sizes_of(room.measures)
    for kind in _floats(shape, environment, room):
        for size in sizes:
            columns = fitting_columns(shape, shape.every, size, _line(kind, room))
            if columns is None:
                continue
            height = height_of(shape, columns, size)
            if kind.startswith("sideways") and height > FULL * room.measures.page:
                continue
            made = Layout(kind, size, (columns,))
            yield made if size == sizes[0] and kind == environment else _told(made, room)


def _floats(shape: Shape, environment: str, room: Room) -> Iterator[str]:
    """The floats that a table may be in: the author's own alone, where it is a special one. One
    without a caption stays in its place: nobody would find it elsewhere."""
    yield environment
    long = len(shape.entries) > LONG
    if environment != "table" or long or room.boxed or room.slides:
        return
    if room.twocolumn:
        yield "table*"
    if room.turns:
        yield "sidewaystable*" if room.twocolumn else "sidewaystable"


def _told(made: Layout, room: Room) -> Layout:
    size = f"its text has {made.size.points:g} points"
    small = bool(made.size.command)
    if made.environment.startswith("sideways"):
        what = "the table is too wide for the page: it is turned" + f", and {size}" * small
        return replace(made, told=what, hint=FEWER)
    if made.environment.endswith("*"):
        what = "the table is too wide for a column: it spans both" + f", and {size}" * small
        return replace(made, told=what, hint=FEWER)
    ways = [FEWER]
    if made.environment == "table" and not (room.boxed or room.slides):
        ways += [BOTH] * room.twocolumn + [TURN] * room.turns
    what = f"the table is too wide for the line: it is made smaller, {size}"
    return replace(made, told=what, hint="; ".join(ways))


def _parted(shape: Shape, environment: str, room: Room) -> Layout:
    """The columns in as few parts as may be, in the largest type for so many."""
    kind = "table*" if environment == "table" and room.twocolumn and not room.boxed else environment
    kind = environment if len(shape.entries) > LONG else kind
    line = _line(kind, room)
    sizes = sizes_of(room.measures)
    sizes = tuple(size for size in sizes if size.points > PARTED - 0.1) or sizes[:1]
    ways = [(size, groups_of_columns(shape, size, line)) for size in sizes]
    size, parts = min(ways, key=lambda way: (len(way[1]), -way[0].points))
    if len(parts) == 1:
        return Layout(kind, size, parts)
    height = sum(height_of(shape, part, size) + size.points for part in parts)
    together = height <= FULL * room.measures.height
    what = f"the table is too wide for the page: its columns are in {len(parts)} parts"
    floats = room.turns and not (environment or room.boxed or room.slides)
    hint = f"{FEWER}; with a caption it is turned" if floats else FEWER
    return Layout(kind, size, parts, together=together, told=what, hint=hint)


def _broken(shape: Shape, made: Layout, room: Room) -> Layout:
    """The layout, with its rows on several pages or slides where one has not the room for them."""
    height = max(height_of(shape, part, made.size) for part in made.parts)
    if room.slides and not room.boxed:
        return _on_slides(shape, made, room)
    if made.environment not in {"", "table"}:
        return made
    long = len(shape.entries) > LONG or (height > room.measures.height and not room.boxed)
    return replace(made, long=long, together=made.together and not long)


def _on_slides(shape: Shape, made: Layout, room: Room) -> Layout:
    most = ON_SLIDE * room.measures.height
    if sum(height_of(shape, part, made.size) for part in made.parts) <= most:
        return made
    starts, taken = [0], 0.0
    heights = [heights_of(shape, part, made.size) for part in made.parts]
    for number, height in enumerate(map(max, zip(*heights, strict=True))):
        if taken and taken + height > most - 3 * made.size.points:
            starts.append(number)
            taken = 0.0
        taken += height
    return replace(made, together=False, starts=tuple(starts))
