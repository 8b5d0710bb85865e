"""Numbers that `id` gave: each stands for an object, and comes back as the number of its copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from treadle.engine.values.allowance import Allowance
from treadle.engine.values.sharing.reach import Reach, reached

_LEAST: Final = 1 << 24  # between these lie the addresses that the system gives
_MOST: Final = 1 << 48


class Identities:
    """The objects that numbers may stand for: those that a session can reach when somebody first
    asks in a look at its values; none where its code has never asked for an identity."""

    def __init__(
        self, values: Callable[[], Iterable[Any]], apart: Callable[[], Collection[int]], asked: bool
    ) -> None:
        """Those of what `values` hold on to, objects `apart` left out."""
        self.asked = asked  # whether code has ever done so
        self._values = values
        self._apart = apart
        self._allowance = Allowance()
        self._reach: Reach | None = None  # gathered once a look: there may be as many numbers
        self._objects: dict[int, Any] = {}  # by what `id` gives
        self._places: dict[int, int] = {}

    @contextmanager
    def gathered(self, allowance: Allowance) -> Iterator[None]:
        """For a look that there is so much time for; they are held on to until it ends."""
        self._allowance = allowance
        self.let_go()
        try:
            yield
        finally:
            self._allowance = Allowance()
            self.let_go()

    def let_go(self) -> None:
        """Hold on to none of the objects; who asks again has them gathered again."""
        self._reach = None
        self._objects, self._places = {}, {}

    def may_be_one(self, value: object) -> bool:
        """Whether it is one, or nobody knows."""
        if not self.asked or type(value) is not int or not _LEAST <= value < _MOST:
            return False
        return value in self._gathered() or not self._is_whole()

    def is_one(self, value: object) -> bool:
        return self.may_be_one(value) and value in self._gathered()

    def object_of(self, number: int) -> Any:
        return self._gathered()[number]

    def in_order(self, numbers: Iterable[int]) -> list[int]:
        """As their objects lie in the session: the order in a set means nothing."""
        if not self._places:
            self._places = {key: place for place, key in enumerate(self._gathered())}
        return sorted(numbers, key=lambda number: self._places.get(number, number))

    def _gathered(self) -> dict[int, Any]:
        if self._reach is None:
            self._reach = reached(self._values(), self._apart(), self._allowance)
            self._objects = {id(each): each for each in self._reach.found.values()}
        return self._objects

    def _is_whole(self) -> bool:
        return self._reach is not None and self._reach.whole
