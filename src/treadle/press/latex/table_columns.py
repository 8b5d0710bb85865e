"""The columns of a table in a size of type: how wide they are, and which of them are paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor

from msgspec import Struct

from treadle.press.latex.measures import SMALLEST, Measures

# Characters a row may hold before its long columns are set as paragraphs: nearly as many as code,
# which is smaller, has on a line, but not more than these.
ROOM = 90
LEAST = 20  # of them are for the long columns
LONG_ENTRY = 15  # characters of an entry that may be a paragraph
CHARACTER = 0.5  # ems
NARROWEST = 6.0  # ems of a paragraph
LEADING = 1.2
COMMANDS = (r"\small", r"\footnotesize", r"\scriptsize")
SMALL = r"\fontsize{7}{8.4}\selectfont"
CLOSER = r"\setlength{\tabcolsep}{4pt}"
CLOSE_GAP = 8.0  # points between columns
CLOSE_FROM = 0.87  # of the size of the text, columns stand closer to each other


class Size(Struct, frozen=True):
    """A size of type: its command, its points, how wide its text is beside the document's, and what
    is between columns."""

    command: str
    points: float
    scale: float
    gap: float


class Shape(Struct, frozen=True):
    """What a table takes in the size of the text, in points: each column, with what stands over it,
    and each entry, row by row. `em` is of that size. `letters`: the columns in characters, `above`:
    what headings over several columns take besides. The first `labels` columns say what a row is.
    """

    em: float
    widths: tuple[float, ...]
    entries: tuple[tuple[float, ...], ...]
    letters: tuple[int, ...]
    align: tuple[str, ...]
    least: tuple[float, ...]  # how narrow the columns may be as paragraphs
    labels: int = 0
    above: int = 0

    @property
    def every(self) -> tuple[int, ...]:
        return tuple(range(len(self.widths)))


class Columns(Struct, frozen=True):
    """Columns of a table by number, in LaTeX. `widths`: of paragraphs, in points; else 0."""

    at: tuple[int, ...]
    specs: tuple[str, ...]
    widths: tuple[float, ...]


def sizes_of(measures: Measures) -> tuple[Size, ...]:
    """The sizes that a table may have, down to the smallest that can be read."""
    text, gap = measures.sizes[0], 2 * measures.gap
    found = [Size("", text, 1.0, gap)]
    told = list(zip(measures.sizes, measures.scales, strict=True))
    named = zip(COMMANDS, told[1:-1], strict=False)
    for command, (points, scale) in (*named, (SMALL, told[-1])):
        if SMALLEST - 0.01 <= points < found[-1].points - 0.01:
            closer = points < CLOSE_FROM * text and gap > CLOSE_GAP
            given = command + CLOSER * closer
            found.append(Size(given, points, scale, CLOSE_GAP if closer else gap))
    return tuple(found)


def columns_by_letters(shape: Shape, room: int, line: float) -> Columns | None:
    """The columns in the size of the text, as far as counting letters tells; None: too wide.

    In a wide table, long columns are paragraphs that share the room which the others leave.
    """
    letters = shape.letters
    if sum(letters) + 3 * len(letters) + shape.above <= room:
        return _columns(shape, shape.every, [0.0] * len(letters), line)
    long = [count if count > max(room // len(letters), LONG_ENTRY) else 0 for count in letters]
    others = sum(count + 3 for count, taken in zip(letters, long, strict=True) if not taken)
    free = room - shape.above - others
    if not any(long) or free < LEAST:
        return None
    share = free / room / sum(long)
    return _columns(shape, shape.every, [share * count for count in long], line)


def fitting_columns(shape: Shape, at: tuple[int, ...], size: Size, line: float) -> Columns | None:
    """These columns in this size, long ones as paragraphs where the line needs that; None: too
    wide."""
    widths = [size.scale * shape.widths[number] for number in at]
    room, em = line - size.gap * (len(at) - 1), size.scale * shape.em
    if sum(widths) <= room:
        return _columns(shape, at, [0.0] * len(at), line)
    bound = max(line / len(at), LONG_ENTRY * CHARACTER * em)
    leasts = [max(size.scale * shape.least[number], NARROWEST * em) for number in at]
    long = [
        width if width > max(bound, least) else 0.0
        for width, least in zip(widths, leasts, strict=True)
    ]
    free = room - sum(width for width, taken in zip(widths, long, strict=True) if not taken)
    needed = [least if width else 0.0 for width, least in zip(long, leasts, strict=True)]
    if not any(long) or free < max(LEAST * CHARACTER * em, sum(needed)):
        return None
    given = _shared(free, long, needed)
    return _columns(shape, at, [floor(100 * width / line) / 100 for width in given], line)


def _shared(free: float, wanted: Sequence[float], needed: Sequence[float]) -> list[float]:
    """What each has of the room: at least what it needs, and of the rest according to what it
    wants."""
    rest = free - sum(needed)
    more = [max(wants - needs, 0.0) for wants, needs in zip(wanted, needed, strict=True)]
    share = rest / max(sum(more), 1.0)
    return [needs + share * each for needs, each in zip(needed, more, strict=True)]


def _columns(shape: Shape, at: tuple[int, ...], shares: Sequence[float], line: float) -> Columns:
    """The columns, of which some are paragraphs that have these shares of a line."""
    pairs = list(zip(at, shares, strict=True))
    aligns = ((shape.align[number], share) for number, share in pairs)
    specs = tuple(_paragraphs(align, share) if share else align for align, share in aligns)
    return Columns(at, specs, tuple(line * share for share in shares))


def _paragraphs(align: str, share: float) -> str:
    side = {"l": r"\raggedright", "c": r"\centering", "r": r"\raggedleft"}[align]
    return rf">{{{side}\arraybackslash}}p{{{share:.2f}\linewidth}}"


def has_whole_words(shape: Shape, columns: Columns) -> bool:
    """Whether no word sticks out of a paragraph, in the size of the text."""
    pairs = zip(columns.at, columns.widths, strict=True)
    return all(width >= shape.least[number] for number, width in pairs if width)


def width_of(shape: Shape, columns: Columns, size: Size) -> float:
    parts = zip(columns.at, columns.widths, strict=True)
    taken = (width or size.scale * shape.widths[number] for number, width in parts)
    return sum(taken) + size.gap * (len(columns.at) - 1)


def heights_of(shape: Shape, columns: Columns, size: Size) -> list[float]:
    """About how high each row is."""
    paragraphs = [
        (number, width) for number, width in zip(columns.at, columns.widths, strict=True) if width
    ]
    leading = LEADING * size.points
    return [
        leading * max((_lines(row[at] * size.scale / width) for at, width in paragraphs), default=1)
        for row in shape.entries
    ]


def _lines(share: float) -> int:
    """Of a paragraph that is so many times as long as its column is wide: words end lines early."""
    return 1 if share <= 1 else ceil(1.08 * share)


def height_of(shape: Shape, columns: Columns, size: Size) -> float:
    """About how high the table is, its head and its rules included."""
    return sum(heights_of(shape, columns, size)) + 3 * LEADING * size.points


def groups_of_columns(shape: Shape, size: Size, line: float) -> tuple[Columns, ...]:
    """The columns in as few parts as fit the line, about equally many in each; what says what a row
    is stands in each of them."""
    labels = shape.every[: shape.labels]
    rest = shape.every[shape.labels :]
    count = sum(1 for _ in _packed(shape, labels, rest, size, line))
    for parts in range(count, len(rest) + 1):
        groups = [labels + group for group in _even(rest, parts)]
        found = [fitting_columns(shape, group, size, line) for group in groups]
        if all(found):
            return tuple(each for each in found if each)
    alone = [(*labels, number) for number in rest]
    return tuple(_columns(shape, at, [0.0] * len(at), line) for at in alone)


def _packed(
    shape: Shape, labels: tuple[int, ...], rest: tuple[int, ...], size: Size, line: float
) -> Iterator[tuple[int, ...]]:
    """As many columns to a part as fit."""
    group: tuple[int, ...] = ()
    for number in rest:
        if group and fitting_columns(shape, (*labels, *group, number), size, line) is None:
            yield group
            group = ()
        group += (number,)
    if group:
        yield group


def _even(rest: tuple[int, ...], parts: int) -> Iterator[tuple[int, ...]]:
    ends = [round(number * len(rest) / parts) for number in range(parts + 1)]
    return (rest[start:end] for start, end in pairwise(ends))
