"""How far a walk has come, and whether it may go on: it looks at the clock now and then."""

from __future__ import annotations

from time import thread_time
from typing import Final

from treadle.engine.values.allowance import SECONDS_PER_OBJECT, Allowance

TOO_LONG: Final = "would take too long to keep"
STRIDE: Final = 1_000  # objects between two looks at the clock


class TooMuchError(Exception):
    """Something has more parts than there is time for."""


class Paced:
    """Counts what is looked at, in objects or what is as much work."""

    def __init__(self) -> None:
        self._start(0, Allowance())

    def _start(self, most: int, allowance: Allowance) -> None:
        """Look at so many from now on; there always is time for the least that can be asked for."""
        self._asked, self._allowance, self._begun = most, allowance, thread_time()
        self._most, self._left = most, 0  # beyond the next look at the clock, and before it
        self._free = STRIDE if most == STRIDE else 0

    @property
    def _weight(self) -> int:
        """How many have been looked at."""
        return self._asked - self._most - self._left

    def _weigh(self, objects: int) -> None:
        """Note that something comes that is as much work as so many objects."""
        self._left -= objects
        if self._left < 0:
            self._look()

    def _look(self) -> None:
        """Go on only if these are no more objects than wanted, and while there is time."""
        debt = -self._left
        self._most -= debt
        if debt > self._free and not self._has_time(debt):
            raise TooMuchError(TOO_LONG)
        if self._most < 0:
            raise TooMuchError("holds too many objects, which can't be stored")
        self._left = min(STRIDE, self._most)
        self._most -= self._left

    def _expect(self, objects: int) -> None:
        """Give up at once if so many, which are still to come, are too many."""
        if objects > STRIDE and not self._has_time(objects):
            raise TooMuchError(TOO_LONG)

    def _has_time(self, objects: int) -> bool:
        """Whether there is time for so many, and afterwards for what is to come of it."""
        ahead = objects * SECONDS_PER_OBJECT
        return self._allowance.has(ahead + self._to_come() * (thread_time() - self._begun + ahead))

    def _to_come(self) -> int:
        """How many times as long as looking takes what is done afterwards."""
        return 0
