"""Objects that live in global names of the project's own modules."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType

from treadle.execution.worker.values.atoms import ATOMS

_BY_NAME = (ModuleType, FunctionType, MethodType, type)  # found by their names anyway


class Homes:
    """Where an object of a module is to be found."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        """`is_own` tells the project's own modules by their names."""
        self._is_own = is_own
        self._known: set[str] = set()
        self._own: list[str] = []

    def found(self) -> dict[int, tuple[str, str]]:
        """Module and name of each object, by identity."""
        if len(sys.modules) != len(self._known):
            self._own += [name for name in sys.modules.keys() - self._known if self._is_own(name)]
            self._known = set(sys.modules)
        homes: dict[int, tuple[str, str]] = {}
        for module in sorted(self._own):
            for name, value in tuple(getattr(sys.modules.get(module), "__dict__", {}).items()):
                seldom = type(value) not in ATOMS and not isinstance(value, _BY_NAME)
                if seldom and not name.startswith("__"):
                    homes.setdefault(id(value), (module, name))
        return homes
