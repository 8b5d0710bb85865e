"""Rows of figures under one caption: how many stand side by side, so that the float fits the page.

Who draws figures asks here as who sets them does, so that they are drawn for the width they get.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

ASPECT = 0.62  # height to width of a figure whose size nobody sets
GAP = 0.96  # of a line is for what stands side by side, so that there is room between
NARROWEST = 1.4  # inches: a narrower figure is all labels
BELOW = 0.3  # inches that a row needs besides its figures, for a line or two of words
FULL = 0.7  # of the page's height is for the figures of a float: a higher one has a page of its own
ON_SLIDES = 0.56  # likewise of a slide's, which has a title and the caption
HALF = r"0.5\linewidth"  # of a float that text flows around, where nobody says how wide it is


class Measure(Struct, frozen=True):
    """What a page has room for, in inches: the width of a line (of one column), of the page's text,
    and the height of the figures of one float."""

    line: float = 6.3
    page: float = 6.3
    height: float = 6.8

    def width(self, environment: str | None) -> float:
        """Of such a float: a starred one spans the columns."""
        return self.page if (environment or "").endswith("*") else self.line


def share(columns: int) -> float:
    """Of the line, for each of those side by side."""
    return 1.0 if columns == 1 else round(GAP / columns, 3)


def most_columns(line: float) -> int:
    return max(int(GAP * line / NARROWEST), 1)


def columns_for(count: int, line: float, height: float, aspect: float = ASPECT) -> int:
    """How many of `count` figures to put side by side: the fewest with which they fit, else the
    most whose labels leave room for what is drawn."""
    most = most_columns(line)
    for columns in range(1, most + 1):
        rows = -(-count // columns)
        if rows * (share(columns) * line * aspect + BELOW * (rows > 1)) <= height:
            return columns
    return most


def filled(count: int, columns: int) -> list[int]:
    """How many stand in each row, where all but the last are full."""
    return [min(columns, count - at) for at in range(0, count, columns)]


def in_lines(widths: Sequence[float], line: float) -> list[int]:
    """How many stand in each row, where as many stand side by side as the line holds."""
    counts: list[int] = []
    room = 0.0
    for width in widths:
        if counts and width <= room:
            counts[-1] += 1
        else:
            counts.append(1)
            room = line
        room -= width
    return counts


def in_floats(heights: Sequence[float], height: float) -> Iterator[int]:
    """How many rows stand in each float, where one is no higher than `height` if it can be."""
    count, taken = 0, 0.0
    for each in heights:
        if count and taken + each + BELOW > height:
            yield count
            count, taken = 0, 0.0
        count, taken = count + 1, taken + each + BELOW
    if count:
        yield count
