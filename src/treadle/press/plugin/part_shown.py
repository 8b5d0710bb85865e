"""The part of a table's rows, or of its columns, that is shown: all, or the first and the last."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

BELOW, BESIDE = "⋮", "…"  # in the place of rows, and of columns, that are left out


class Part(Struct, frozen=True):
    """The first and the last so many of the `whole`."""

    whole: int
    first: int
    last: int = 0

    @property
    def is_cut(self) -> bool:
        return self.first + self.last < self.whole

    @property
    def numbers(self) -> list[int]:
        """Which they are, from 0."""
        return [*range(self.first), *range(self.whole - self.last, self.whole)]

    def marked(self, fields: list[str], mark: str) -> list[str]:
        """What belongs to them, with a mark in the place of what is left out."""
        return [*fields[: self.first], mark, *fields[self.first :]] if self.is_cut else fields

    def row_numbers(self, first: Sequence[str], align: str) -> tuple[str, ...]:
        """What tells these rows apart, if the texts of the first column, where names stand as a
        rule, don't."""
        if align == "l" and len(set(first)) == len(first):
            return ()
        return tuple(self.marked([*map(str, self.numbers)], BELOW))


def whole(count: int) -> Part:
    return Part(count, count)


def ends(count: int, most: int) -> Part:
    """So many at most, half of them from either end."""
    return whole(count) if count <= most else Part(count, max(most // 2, 1), most // 2)
