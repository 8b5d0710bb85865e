"""Locks, and what a thread or a context has for itself: told by how they stand, and never stored.

For where values are compared and stay in their places, as those of modules do. A copy would be
another lock, or know of one thread alone: where values are stored, these can't be looked into.
"""

from __future__ import annotations

import re
from _thread import LockType, RLock, _local
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final

from treadle.engine.values.reductions import Parts
from treadle.engine.values.world import Handler, World

_WHO: Final = re.compile(r"owner=\d+ | at 0x.*")  # other numbers in each process


def lock(value: Any, _: World) -> Parts:
    """Whether somebody holds it, and how often."""
    words = (RLock if isinstance(value, RLock) else LockType).__repr__(value)
    return Parts(lock, (_WHO.sub("", words),), getattr(value, "__dict__", None))


def thread_local(value: Any, _: World) -> Parts:
    """What this thread has there."""
    return Parts(thread_local, (type(value),), dict(vars(value)))


def context_variable(value: ContextVar[Any], _: World) -> Parts:
    """What it is here."""
    return Parts(context_variable, (value.name,), (value.get(None),))


LIVE: Final[Mapping[type, Handler]] = MappingProxyType(
    {LockType: lock, RLock: lock, _local: thread_local, ContextVar: context_variable}
)
