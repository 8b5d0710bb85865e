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
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any, Final, NamedTuple

from treadle.engine.identity import identity
from treadle.engine.values.allowance import STRIDE, Allowance
from treadle.engine.values.atoms import ATOMS, is_nan
from treadle.engine.values.regions import is_array

_LEAST: Final = 20_000  # objects looked at for one name, whatever that takes: a figure has 13,000
_MOST: Final = 200_000
_SECONDS: Final = 4e-6  # to follow what an object holds on to, on one core
_HOLDING: Final = frozenset({list, tuple, set, frozenset})
NOT_FOLLOWED: Final = (type, ModuleType, CodeType)


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
                held = {identity(value): value for value in tuple(names.values())}
                for key, value in held.items():
                    if key not in self._found and not self._is_made_here(value):
                        self._found[key] = value  # half of them are known by now
        return self._found.keys()

    def _is_made_here(self, value: Any) -> bool:
        """Whether a library was given it; then it goes when it is dropped."""
        kind = type(value)  # an object may print or do what it likes when `__class__` is asked for
        is_code = kind is FunctionType or issubclass(kind, type)
        module = str(getattr(value if is_code else kind, "__module__", ""))
        return module == "__main__" or self._is_own(module)


class Reach(NamedTuple):
    found: dict[int, Any]  # by identity
    whole: bool  # that is all; else nobody knows what else


def reached(values: Iterable[Any], apart: Collection[int], allowance: Allowance) -> Reach:
    """What these values hold on to, themselves included; not objects of these identities and what
    only they hold, nor global names, types and code. There always is time for `_LEAST` objects."""
    found: dict[int, Any] = {}
    waiting = list(values)
    while waiting:
        count = len(found)
        late = count >= _LEAST and not allowance.has(STRIDE * _SECONDS)
        if late or count >= _MOST:
            return Reach(found, whole=False)
        some = [item for item in waiting[-STRIDE:] if identity(item) not in found]
        del waiting[-STRIDE:]
        new = {
            identity(item): item for item in some if identity(item) not in apart and _counts(item)
        }
        found |= new
        waiting += gc.get_referents(*new.values())
        waiting += [item.base for item in new.values() if is_array(item)]  # which don't tell
    return Reach(found, whole=True)


def _counts(item: object) -> bool:
    kind = type(item)
    if kind in ATOMS:
        return is_nan(item)
    if kind in _HOLDING:
        return True
    if kind is BuiltinFunctionType:  # a method is of its object
        return not isinstance(item.__self__, NOT_FOLLOWED)  # type: ignore[attr-defined]
    return not (isinstance(item, NOT_FOLLOWED) or is_of_process(item))


def is_of_process(value: object) -> bool:
    """Whether it is what runs, or a module's global names."""
    if isinstance(value, FrameType):
        return True
    return isinstance(value, dict) and "__builtins__" in value and "__name__" in value
