"""What stands in the place of something that can't be kept, until somebody asks it for anything.

Most code that uses a value does not ask for all that it holds: not a model's last loss for the
graph that it was computed by, not a loader for its processes. So the rest is kept, and restored
with stand-ins. Whoever touches one is stopped, and nothing that the step has done counts: the
makers of the real thing run again, and then the step does.
"""

from __future__ import annotations

import mmap
import os
import weakref
from collections.abc import Callable
from types import FunctionType
from typing import Any

from treadle.engine.identity import identity
from treadle.engine.values.regions import Piece
from treadle.engine.values.types import torch_graphs as graphs

_OWN = ("__getstate__", "__reduce__", "__reduce_ex__")


class TouchedError(BaseException):
    """A step can't go on without what something stands for; its own code is not to catch this."""


class StandIns:
    """Those that were restored in a process, and whether anybody has touched one."""

    def __init__(self) -> None:
        self.any = False  # one was made, maybe to try whether it serves
        self.restored = False
        self._touched: bytearray | mmap.mmap = bytearray(
            1
        )  # seen by processes that are forked, as soon as there is one
        self._process = os.getpid()
        self._watching = False  # a step runs
        self._empty: dict[int, weakref.ref[Any]] = {}
        self._classes: set[type] = set()
        self._watched: set[type] = set()
        self._severed: graphs.Severed | None = None

    def begin(self) -> None:
        """From now on, it is a step that touches."""
        self._touched[0], self._watching = 0, True

    def end(self) -> None:
        self._watching = False

    @property
    def touched(self) -> bool:
        return bool(self._touched[0])

    def touch(self) -> None:
        if not self._watching:
            return
        self._touched[0] = 1
        if os.getpid() != self._process:  # its parent waits for an answer, or for an exception
            raise RuntimeError("this stands for something")
        raise TouchedError

    def restore(self) -> None:
        """Some were restored: from now on they may be touched, by child processes, too."""
        if not self.restored:
            self.restored, self._process = True, os.getpid()
            self._touched = mmap.mmap(-1, 1)
        if self._severed is not None:
            self._severed.watch()
        for kind in self._classes - self._watched:
            self._watch(kind)
        self._watched |= self._classes

    def tensor(self, memory: Piece, *traits: Any) -> Any:
        """A tensor that seems to be computed, over this memory."""
        if self._severed is None:
            self._severed = graphs.Severed(self.touch)
        self.any = True
        return self._severed.tensor(memory, *traits)

    def empty(self, kind: type) -> Any:
        """An object of a library's class that holds nothing."""
        self._classes.add(kind)
        self.any = True
        value: Any = object.__new__(kind)
        self._empty[identity(value)] = weakref.ref(value)
        return value

    def stands(self, value: object) -> bool:
        """Whether it is an empty object; it is not touched by that."""
        known = self._empty.get(identity(value))
        return known is not None and known() is value

    def _watch(self, kind: Any) -> None:
        """From now on, whoever gets or sets an attribute of an empty object touches it."""
        for name in ("__getattribute__", "__setattr__", "__delattr__"):
            setattr(kind, name, self._asking(getattr(kind, name)))

    def _asking(self, original: Any) -> Callable[..., Any]:
        def ask(value: Any, name: str, *to: Any) -> Any:
            if name != "__class__" and self.stands(value):
                self.touch()
            return original(value, name, *to)

        return ask


class _Plain:
    pass


def can_be_empty(kind: Any) -> bool:
    """Whether an object of a library's class, which its own methods refuse to copy, has all that it
    holds in attributes."""
    refuses = any(type(getattr(kind, name, None)) is FunctionType for name in _OWN)
    plain = kind.__basicsize__ == _Plain.__basicsize__ and kind.__new__ is object.__new__
    return refuses and plain and type(kind) is type
