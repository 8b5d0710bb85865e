"""Sets that go through their items in the order they had."""
# ruff: noqa: ANN401  (a value is whatever the user made)

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ordered:
    """How a set is made: room for the first `start` items at once, and one after the other."""

    start: int
    items: list[Any]

    def made(self) -> set[Any]:
        """The set."""
        value: set[Any] = set()
        # From a dictionary, a set makes room for all items before it takes the first.
        value.update(dict.fromkeys(self.items[: self.start]))
        value.update(self.items[self.start :])
        return value


def ordered(value: Any) -> Ordered | None:
    """How a set with this order and room is made; None if there is no way."""
    for recipe in _recipes(value):
        made: Any = recipe.made()
        made = frozenset(made) if type(value) is frozenset else made
        same = all(one is other for one, other in zip(value, made, strict=True))
        if same and (type(value) is frozenset or sys.getsizeof(made) == sys.getsizeof(value)):
            return recipe
    return None


def _recipes(value: Any) -> Iterator[Ordered]:
    items = list(value)
    room = (sys.getsizeof(value) - sys.getsizeof(set())) // 16
    yield Ordered(0, items)
    yield Ordered(len(items), items)
    yield Ordered(max(0, min(len(items), room // 2 - 1)), items)
