"""What the session's names were bound to, known without holding on to it.

What a step drops has to go when it is dropped: weak references, finalizers and memory show it. So
of what a step can reach there are identities alone, which are given to other objects once the first
ones are gone: that such a name was bound anew in secret, its values tell. Where a step can't reach,
nothing can be dropped either, and holding on to it makes identities sure.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping
from itertools import compress
from operator import ne
from typing import Any

from treadle.engine.values.codes import ATOMS, is_nan

_LONG = 1_000  # characters; Python remembers the hash of a text


class Bound:
    """The names of a session, as they were.

    A document may bind thousands, a step few, and whatever is done for all of them costs each step:
    so they are gone through once a step, at its end, without a step of Python for each, and that
    they are as they were is believed until somebody says otherwise (`let_go`).
    """

    def __init__(self) -> None:
        self._names: list[str] | None = None  # None: nothing is known
        self._identities: array[int] = array("Q")
        self._near: dict[str, int] = {}  # the identities of what the step can use
        self._held: dict[str, Any] = {}  # all the rest
        self._now: tuple[list[str], array[int]] = ([], self._identities)
        self._marks: dict[str, object] = {}

    def begin(self, names: Mapping[str, Any], reached: Collection[str] | None) -> None:
        """A step begins, which can use those `reached`, None for all."""
        if self._names is None:
            self._names, self._identities = [*names], array("Q", map(id, names.values()))
            self._held = dict(names)
        near = names.keys() if reached is None else names.keys() & reached
        self._near = {name: id(names[name]) for name in near}
        self._marks = {name: mark for name in near if (mark := _mark(names[name]))}
        for name in near:
            self._held.pop(name, None)

    def let_go(self) -> None:
        """Hold on to nothing: names will be bound or unbound, and not by a step."""
        self._names = None
        self._held, self._near, self._marks = {}, {}, {}

    def held(self) -> Iterable[object]:
        """What it holds on to."""
        return self._held.values()

    def is_same_object(self, name: str, value: object) -> bool:
        if name in self._near:
            return self._near[name] == id(value)
        return name in self._held and self._held[name] is value

    def is_same_constant(self, name: str, value: object) -> bool:
        """Whether the name was bound to what can't change, and equals this."""
        mark = self._marks.get(name)
        return mark is not None and mark == _mark(value)

    def changes(self, now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """The names whose value is another object now, or was not there; and those that are gone.

        Names keep their order, as a rule, and new ones come last.
        """
        names, identities = self._now = [*now], array("Q", map(id, now.values()))
        before, count = self._names or [], len(self._names or [])
        if names[:count] != before:
            bound = [name for name, value in now.items() if not self.is_same_object(name, value)]
            return bound, [name for name in before if name not in now]
        if identities[:count] == self._identities:
            return names[count:], []
        changed = compress(names, map(ne, self._identities, identities))
        return [*changed, *names[count:]], []

    def end(self, now: Mapping[str, Any], changed: Iterable[str], gone: Iterable[str]) -> None:
        """The step has ended: as `changes` has found them, so they were for the next one."""
        self._names, self._identities = self._now
        for name in gone:
            self._held.pop(name, None)
        self._held.update((name, now[name]) for name in (*self._near, *changed) if name in now)
        self._near, self._marks = {}, {}


def _mark(value: Any) -> object:  # noqa: ANN401
    """Equal for equal values that can't change; None for any other."""
    kind = type(value)
    if kind not in ATOMS or is_nan(value):
        return None
    if kind in (str, bytes) and len(value) > _LONG:
        return kind, len(value), hash(value)
    return ATOMS[kind](value)
