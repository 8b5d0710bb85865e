"""Sets that go through their items in the order they had, and will after further additions.

The order of a set comes from the slots of its hash table, and these from the order in which its
items came. So the table of CPython's set is read, and an order found in which the items take the
same slots. It is only ever read: a set is made by its own methods, and compared with what it is
to be. Where the table is not laid out as expected, nothing is known, and nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

# ruff: noqa: ANN401  (a value is whatever the user made)


_BASIC_SIZE: Final = 200  # of the object, where its layout is the one read here
_SMALLEST: Final = 8  # slots
_LINEAR: Final = 9  # slots looked at after the first, side by side
_SHIFT: Final = 5
_WORD: Final = (1 << 64) - 1


class Table(NamedTuple):
    """A set's hash table."""

    room: int  # slots
    filled: int  # slots that hold an item or held one
    finger: int  # where `pop` goes on
    address: int


class _Gap:
    """Stands for an item that was removed, whose slot is still marked."""

    __slots__ = ("_hash",)

    def __init__(self, slot: int) -> None:
        self._hash = slot | 1 << 60

    def __hash__(self) -> int:
        return self._hash


class Recipe(NamedTuple):
    """How a set is made."""

    room: int
    frozen: bool
    items: list[Any]  # in the order in which they must come; those that collide with none first
    gaps: list[tuple[int, int]]  # places in this order of removed items, and their slots

    def made(self) -> Any:
        """The set."""
        order = list(self.items)
        gaps = [_Gap(slot) for _, slot in self.gaps]
        for (place, _), gap in zip(self.gaps, gaps, strict=True):
            order.insert(place, gap)
        value = _filled(frozenset() if self.frozen else set(), order, self.room)
        for gap in gaps:
            value.discard(gap)
        return value


def table(value: Any) -> Table | None:
    """A set's hash table; None where it is not known how it lies in memory."""
    if type(value).__basicsize__ != _BASIC_SIZE:
        return None
    import ctypes

    words = (ctypes.c_ssize_t * 8).from_address(id(value))
    filled, used, mask, address, _, finger = words[2:]
    room = mask + 1
    known = used == len(value) and filled >= used and room >= _SMALLEST and not room & mask
    return Table(room, filled, finger, address) if known else None


def ordered(value: Any) -> Recipe | None:
    """How a set with these items in this order is made; None if no way is known."""
    read = table(value)
    if read is None or (read.finger and type(value) is set):
        return None
    slots = _slots(value, read)
    order = None if slots is None else _order(slots, read.room - 1)
    if order is None:
        return None
    gaps = [(place, slot) for place, (slot, item, _) in enumerate(order) if type(item) is _Gap]
    items = [item for _, item, _ in order if type(item) is not _Gap]
    recipe = Recipe(read.room, type(value) is frozenset, items, gaps)
    made = recipe.made()
    again = table(made)
    if again is None or not _same(value, made):
        return None
    return recipe if recipe.frozen or again[:2] == read[:2] else None


_Slot = tuple[int, Any, int]  # its number, the item, the item's hash


def _slots(value: Any, read: Table) -> dict[int, _Slot] | None:
    import ctypes

    words = (ctypes.c_ssize_t * (2 * read.room)).from_address(read.address)[:]
    items = iter(tuple(value))
    slots: dict[int, _Slot] = {}
    for slot in range(read.room):
        key, hashed = words[2 * slot], words[2 * slot + 1]
        if key and hashed == -1:
            slots[slot] = (slot, _Gap(slot), slot)
        elif key:
            item = next(items, None)
            if id(item) != key:
                return None
            slots[slot] = (slot, item, hashed)
    return slots


def _order(slots: dict[int, _Slot], mask: int) -> list[_Slot] | None:
    """Each after those whose slots it found taken."""
    waiting: dict[int, list[int]] = {}
    order: list[_Slot] = []
    for slot, entry in slots.items():
        taken: list[int] = []
        for probed in _probes(entry[2], mask):
            if probed == slot:
                break
            if probed not in slots:
                return None
            taken.append(probed)
        if taken:
            waiting[slot] = taken
        else:
            order.append(entry)
    placed = {entry[0] for entry in order}
    while waiting:
        ready = [slot for slot, taken in waiting.items() if placed.issuperset(taken)]
        if not ready:
            return None
        order += [slots[slot] for slot in ready]
        placed.update(ready)
        for slot in ready:
            del waiting[slot]
    return order


def _probes(hashed: int, mask: int) -> Iterator[int]:
    """The slots where an item may lie, in the order in which they are tried."""
    slot, rest = hashed & mask, hashed & _WORD
    while True:
        yield from range(slot, slot + (_LINEAR if slot + _LINEAR <= mask else 0) + 1)
        rest >>= _SHIFT
        slot = (slot * 5 + 1 + rest) & mask


def _filled(empty: Any, order: list[Any], room: int) -> Any:
    """A set of so much room with these items, put there in this order.

    From a dictionary a set makes room for twice as many items as it has and gets, before it
    takes any, even if it has them already.
    """
    if room == _SMALLEST:
        return empty.union(order)
    some = order[: max(0, room // 4 - len(order))]
    return empty.union(dict.fromkeys(some), dict.fromkeys(order[: room // 2 - 1]), order)


def _same(value: Any, other: Any) -> bool:
    """Whether these are the same items in the same order."""
    return list(map(id, value)) == list(map(id, other))
