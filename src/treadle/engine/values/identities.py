"""Numbers that `id` gave: each stands for an object, and comes back as the number of its copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from treadle.engine.values.allowance import Allowance
from treadle.engine.values.sharing.reach import Reach, reached

_LEAST: Final = 1 << 24  # between these lie the addresses that the system gives
_MOST: Final = 1 << 48


class Identities:
    """The objects that numbers may stand for: those that a session can reach when somebody first
    asks; none where its code has never asked for an identity."""

    def __init__(self, take: Callable[[], Reach] | None) -> None:
        self._take = take
        self._reach: Reach | None = None

    def may_be_one(self, value: object) -> bool:
        """Whether it is one, or nobody knows."""
        if self._take is None or type(value) is not int or not _LEAST <= value < _MOST:
            return False
        self._reach = self._reach or self._take()
        return value in self._reach.found or not self._reach.whole

    def is_one(self, value: object) -> bool:
        return self.may_be_one(value) and value in self._found

    def object_of(self, number: int) -> Any:
        return self._found[number]

    def in_order(self, numbers: Iterable[int]) -> list[int]:
        """As their objects lie in the session: the order in a set means nothing."""
        places = {key: place for place, key in enumerate(self._found)}
        return sorted(numbers, key=lambda number: places.get(number, number))

    @property
    def _found(self) -> dict[int, Any]:
        return self._reach.found if self._reach is not None else {}


class Asked:
    """Whether code of a session has ever asked for an identity."""

    def __init__(self) -> None:
        self.ever = False

    def identities(
        self, values: Callable[[], Iterable[Any]], apart: Callable[[], Collection[int]]
    ) -> Identities:
        """Those of what `values` hold on to, objects `apart` left out."""
        return Identities((lambda: reached(values(), apart(), Allowance())) if self.ever else None)
