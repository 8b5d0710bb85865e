"""What something opaque holds on to, as the garbage collector knows: so that it is linked to it.

Nobody can look into a figure, a view of memory or a connection. But whoever changes what it holds
changes it, and the other way round: `ax.set_title` changes `fig`. Python's collector has to know
what each object holds on to, whatever language its type is written in; types whose values hold
nothing that can be in a circle don't tell, and are linked to nothing.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, CodeType, FrameType, ModuleType
from typing import Any, Final

from treadle.engine.values.codes import ATOMS

_MOST: Final = 200_000  # objects looked at for one value
_NOT_FOLLOWED: Final = (type, ModuleType, CodeType, FrameType, BuiltinFunctionType)


class ProcessObjects:
    """The objects that modules' names stand for, by identity: all sessions' values may hold them,
    and none has them to itself."""

    def __init__(self) -> None:
        self._modules = 0
        self._found: frozenset[int] = frozenset()

    def identities(self) -> frozenset[int]:
        """Found anew where modules were imported since."""
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            names = (getattr(module, "__dict__", {}) for module in tuple(sys.modules.values()))
            every = [tuple(each.values()) for each in names if isinstance(each, dict)]
            self._found = frozenset(id(value) for values in every for value in values)
        return self._found


def reached(value: object, apart: Iterable[int]) -> dict[int, Any]:
    """What `value` holds on to, itself included, by identity; not objects of these identities and
    what only they hold, nor global names, types and code."""
    found: dict[int, Any] = {}
    waiting = [value]
    while waiting and len(found) < _MOST:
        item = waiting.pop()
        if id(item) in found or id(item) in apart or not _counts(item):
            continue
        found[id(item)] = item
        waiting += gc.get_referents(item)
    return found


def _counts(item: object) -> bool:
    if type(item) in ATOMS or isinstance(item, _NOT_FOLLOWED):
        return False
    return not (isinstance(item, dict) and "__builtins__" in item and "__name__" in item)
