"""Sets, made anew in the order in which they were gone through.

That order comes from the hash table: from the room in it and, where items collide, from the order
in which they came. So a set is made of the same room, and an order is searched for in which the
items end up in the same order as before. What can't be told without reading the table itself is
how many removed items still take room in it.
"""

from __future__ import annotations

import sys
from typing import Any, Final, NamedTuple

_SLOT: Final = 16  # bytes in the table of a set: an item and its hash
_TRIES: Final = 8


class SetRecipe(NamedTuple):
    kind: type
    items: list[Any]  # in the order in which they must come
    first: int  # as many of them come before there is room for all

    def made(self) -> Any:
        # From a dictionary, a set first makes room for twice as many items as it has and gets,
        # even if it has them already.
        first = dict.fromkeys(self.items[: self.first])
        return self.kind().union(first, dict.fromkeys(self.items))


def set_recipe(value: Any) -> SetRecipe | None:
    """How a set with these items in this order, and of this size, is made; None if not found."""
    kind, size, wanted = type(value), sys.getsizeof(value), list(value)
    slots = (size - sys.getsizeof(kind())) // _SLOT
    first = max(0, slots // 4 - len(wanted))
    order = wanted
    for _ in range(_TRIES):
        recipe = SetRecipe(kind, order, first)
        made = recipe.made()
        found = list(made)
        if (sys.getsizeof(made), len(found)) != (size, len(wanted)):
            return None
        wrong = next((n for n, item in enumerate(found) if item is not wanted[n]), None)
        if wrong is None:
            return recipe
        order = _reordered(order, wanted, found, wrong)
    return None


def _reordered(order: list[Any], wanted: list[Any], found: list[Any], wrong: int) -> list[Any]:
    """Another order to try: `wrong` is the first place at which another item was found.

    Where two items collide, the later one has to go elsewhere. If the one that was found here
    should lie far behind, it was sent away from there and has to come first; otherwise the one
    that should be here has to be sent here, and comes last.
    """
    here, stranger = wanted[wrong], found[wrong]
    comes_first = _place(wanted, stranger) > _place(found, here)
    moved = stranger if comes_first else here
    rest = [item for item in order if item is not moved]
    return [moved, *rest] if comes_first else [*rest, moved]


def _place(items: list[Any], item: Any) -> int:
    return next(n for n, each in enumerate(items) if each is item)
