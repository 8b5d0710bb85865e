"""How much time looking at a cell's values, and keeping them, may take: a share of the cell's own.

Another program that takes the processor meanwhile makes both longer. For cells that take next to no
time there is a least, of processor time, so that it does not decide what is kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from time import perf_counter, thread_time
from typing import Final

VARIABLE: Final = "TREADLE_KEEPING"
SHARE: Final = 0.2
_LEAST: Final = 0.05  # seconds, for cells that take no time
# Measured on one core: to look at an object that has parts; to hash, and to write.
SECONDS_PER_OBJECT: Final = 1.5e-6
SECONDS_PER_BYTE_HASHED: Final = 4e-10
SECONDS_PER_BYTE_WRITTEN: Final = 2.5e-9
TOO_LONG: Final = "would take too long to keep"
STRIDE: Final = 1_000  # objects between two looks at the clock


class Allowance:
    """Time that is running out."""

    def __init__(self, share: float = math.inf, taken: float = 1.0) -> None:
        """From now on, for a cell that has taken so many seconds; no time if the share is 0."""
        self.seconds = max(_LEAST, share * taken) if share else 0.0
        self._begun = perf_counter()
        self._begun_here = thread_time()

    def has(self, seconds: float) -> bool:
        """Whether so much of it is left. The least is counted on the thread's own clock."""
        if perf_counter() - self._begun + seconds < self.seconds:
            return True
        return thread_time() - self._begun_here + seconds < min(_LEAST, self.seconds)


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


class ShareError(OSError):
    """The share that is given is no number; the command reports it as it does other OSErrors."""


def keeping_share(environment: Mapping[str, str]) -> float:
    """The part of its own time that keeping a cell's values may take; raises ShareError."""
    given = environment.get(VARIABLE, "").strip()
    try:
        share = float(given or SHARE)
    except ValueError:
        share = -1.0
    if share >= 0:
        return share
    raise ShareError(f"{VARIABLE} is {given!r}; a number like 0.2 is expected")
