"""What the session's names were bound to, known without holding on to it.

What a step drops has to go when it is dropped: weak references, finalizers and memory show it. So
of what a step can reach there are identities alone, which are given to other objects once the first
ones are gone: that such a name was bound anew in secret, its values tell. Where a step can't reach,
nothing can be dropped either, and holding on to it makes identities sure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import compress
from operator import is_not
from typing import Any, Final

from treadle.engine.identity import identity
from treadle.engine.values.atoms import ATOMS, is_nan

_NOT_HELD: Final = object()
_LONG: Final = 1_000  # characters; Python remembers the hash of a text


class Bound:
    """The names of a session, as they were.

    A document may bind thousands, a step few, and whatever is done for all of them costs each step:
    so they are gone through once a step, at its end, without a step of Python for each, and that
    they are as they were is believed until somebody says otherwise (`let_go`).
    """

    def __init__(self) -> None:
        self._is_known = False
        self._held: dict[str, Any] = {}  # by all names; `_NOT_HELD` for what the step can use
        self._near: dict[str, int] = {}  # the identities of that
        self._marks: dict[str, object] = {}

    def begin(self, names: Mapping[str, Any], reached: Collection[str] | None) -> None:
        """A step begins, which can use those `reached`, None for all."""
        if not self._is_known:
            self._held, self._is_known = dict(names), True
        near = names.keys() if reached is None else names.keys() & reached
        self._near = {name: identity(names[name]) for name in near}
        self._marks = {name: mark for name in near if (mark := _mark(names[name]))}
        self._held.update(dict.fromkeys(self._near, _NOT_HELD))

    def let_go(self) -> None:
        """Hold on to nothing: names will be bound or unbound, and not by a step."""
        self._is_known = False
        self._held, self._near, self._marks = {}, {}, {}

    def held(self) -> Iterable[object]:
        """What it holds on to."""
        return self._held.values()

    def is_same_object(self, name: str, value: object) -> bool:
        if name in self._near:
            return self._near[name] == identity(value)
        return name in self._held and self._held[name] is value

    def is_same_constant(self, name: str, value: object) -> bool:
        """Whether the name was bound to what can't change, and equals this."""
        mark = self._marks.get(name)
        return mark is not None and mark == _mark(value)

    def changes(self, now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """The names whose value is another object now, or was not there; and those that are gone.

        Names keep their order, as a rule, and new ones come last.
        """
        names, before = [*now], [*self._held]
        if names[: len(before)] != before:
            bound = [name for name in names if not self.is_same_object(name, now[name])]
            return bound, [name for name in before if name not in now]
        doubtful = compress(names, map(is_not, self._held.values(), now.values()))
        changed = [name for name in doubtful if not self.is_same_object(name, now[name])]
        return [*changed, *names[len(before) :]], []

    def end(self, now: Mapping[str, Any], changed: Iterable[str], gone: Collection[str]) -> None:
        """The step has ended: as `changes` has found them, so they were for the next one."""
        self._held.update((name, now[name]) for name in (*self._near, *changed) if name in now)
        self._near, self._marks = {}, {}
        if gone or [*self._held] != [*now]:  # in another order, too
            self.let_go()


def _mark(value: Any) -> object:  # noqa: ANN401
    """Equal for equal values that can't change; None for any other."""
    kind = type(value)
    if kind not in ATOMS or is_nan(value):
        return None
    if kind in (str, bytes) and len(value) > _LONG:
        return kind, len(value), hash(value)
    return ATOMS[kind](value)
