"""What the session's names were bound to, known without holding on to it.

What a step drops has to go when it is dropped: weak references, finalizers and memory show it. So
of what a step can reach there are identities alone, which are given to other objects once the first
ones are gone: that such a name was bound anew in secret, its values tell. Where a step can't reach,
nothing can be dropped either, and holding on to it makes identities sure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import compress
from operator import ne
from typing import Any

from treadle.engine.values.atoms import ATOMS, is_nan

_LONG = 1_000  # characters; Python remembers the hash of a text


class Bound:
    """The names of a session, as they were."""

    def __init__(self, names: Mapping[str, Any], reached: Collection[str] | None) -> None:
        """As they are now. `reached` are those that the step to come can use, None for all."""
        self._identities = dict(zip(names, map(id, names.values()), strict=True))
        near = names.keys() if reached is None else names.keys() & reached
        self._held = {name: value for name, value in names.items() if name not in near}
        self._marks = {name: mark for name in near if (mark := _mark(names[name]))}

    def held(self) -> Iterable[object]:
        """What it holds on to."""
        return self._held.values()

    def is_same_object(self, name: str, value: object) -> bool:
        return self._identities.get(name) == id(value)

    def is_same_constant(self, name: str, value: object) -> bool:
        """Whether the name was bound to what can't change, and equals this."""
        mark = self._marks.get(name)
        return mark is not None and mark == _mark(value)

    def changes(self, now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """The names whose value is another object now, or was not there; and those that are gone.

        A document may bind thousands, a chunk binds few: names keep their order, as a rule, and new
        ones come last, so that no step of Python a name is needed.
        """
        before = self._identities
        names, count = list(now), len(before)
        if names[:count] == list(before):
            changed = compress(names, map(ne, before.values(), map(id, now.values())))
            return [*changed, *names[count:]], []
        bound = [name for name, value in now.items() if not self.is_same_object(name, value)]
        return bound, [name for name in before if name not in now]


def _mark(value: Any) -> object:  # noqa: ANN401
    """Equal for equal values that can't change; None for any other."""
    kind = type(value)
    if kind not in ATOMS or is_nan(value):
        return None
    if kind in (str, bytes) and len(value) > _LONG:
        return kind, len(value), hash(value)
    return ATOMS[kind](value)
