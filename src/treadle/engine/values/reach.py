"""What something opaque holds on to, as the garbage collector knows: so that it is linked to it.

Nobody can look into a figure, a view of memory or a connection. But whoever changes what it holds
changes it, and the other way round: `ax.set_title` changes `fig`. Python's collector has to know
what each object holds on to, whatever language its type is written in; types whose values hold
nothing that can be in a circle don't tell, and are linked to nothing.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Collection, Iterable
from types import BuiltinFunctionType, CodeType, FrameType, ModuleType
from typing import Any, Final

from treadle.engine.values.codes import ATOMS, is_nan
from treadle.engine.values.regions import is_array

MOST: Final = 200_000  # objects looked at for one name
_NOT_FOLLOWED: Final = (type, ModuleType, CodeType)


class ProcessObjects:
    """The objects that names of libraries' modules stand for: values of all sessions may hold
    them, and none has them to itself."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        """`is_own` tells the project's modules by their names."""
        self._is_own = is_own
        self._modules: set[str] = {"__main__"}  # looked at, or the session's
        self._found: dict[int, Any] = {}  # kept alive, so that nothing else gets their identities

    def identities(self) -> Collection[int]:
        """Their identities, also of modules that were imported since the last time."""
        session = sys.modules.get("__main__")  # which may have another name beside
        for name in sys.modules.keys() - self._modules:
            self._modules.add(name)
            module = sys.modules.get(name)
            names = getattr(module, "__dict__", None)
            if isinstance(names, dict) and module is not session and not self._is_own(name):
                self._found.update((id(value), value) for value in tuple(names.values()))
        return self._found.keys()


def reached(values: Iterable[Any], apart: Collection[int]) -> dict[int, Any]:
    """What these values hold on to, themselves included, by identity; not objects of these
    identities and what only they hold, nor global names, types and code."""
    found: dict[int, Any] = {}
    waiting = list(values)
    while waiting and len(found) < MOST:
        item = waiting.pop()
        if id(item) in found or id(item) in apart or not _counts(item):
            continue
        found[id(item)] = item
        waiting += gc.get_referents(item)
        if is_array(item):  # which doesn't tell the collector
            waiting.append(item.base)
    return found


def _counts(item: object) -> bool:
    if type(item) in ATOMS:
        return is_nan(item)
    if type(item) is BuiltinFunctionType:  # a method is of its object
        return not isinstance(item.__self__, _NOT_FOLLOWED)
    return not (isinstance(item, _NOT_FOLLOWED) or is_of_process(item))


def is_of_process(value: object) -> bool:
    """Whether it is what runs, or a module's global names."""
    if isinstance(value, FrameType):
        return True
    return isinstance(value, dict) and "__builtins__" in value and "__name__" in value
