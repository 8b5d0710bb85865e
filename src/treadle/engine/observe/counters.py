"""The counters by which libraries number what they make: hooks, variables, dummies.

What came from the store has a number of an earlier process; what is made next must not get the
same. So they are set to where they would stand if all cells before had run here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from operator import attrgetter
from types import ModuleType
from typing import Any

from treadle.engine.observe.module_places import attributes_of
from treadle.engine.trace import Counted

_KINDS = frozenset({int, count})
_COUNTS = re.compile(r"(?:^|_)(?:next|count|counter|uid|serial|id)(?:_|$)", re.IGNORECASE)


class Counters:
    """Whole numbers, and `itertools.count`s, whose names in a library say that they count."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        """`is_own` tells the project's modules by their names: what they keep is no library's."""
        self._is_own = is_own
        self._looked_at: set[str] = {"__main__"}
        self._first: dict[str, int] = {}  # by place, "module:Class.name": when it was found
        self._known: Mapping[str, int] = {}

    def begin(self, known: Mapping[str, int]) -> None:
        """A step starts; `known`: where counters stand that earlier cells have moved."""
        self.look()
        self._known = known
        for place, first in self._first.items():
            wanted = known.get(place, first)
            if _value(place) not in (None, wanted):
                _set(place, wanted)

    def finish(self) -> tuple[Counted, ...]:
        """Those that the step has moved."""
        self.look()
        found = []
        for place, first in self._first.items():
            now = _value(place)
            if now is not None and now != self._known.get(place, first):
                found.append((place, self._known.get(place), now))
        return tuple(found)

    def look(self) -> None:
        """Find those of modules that were imported since the last time: so they stand at first."""
        if self._looked_at.issuperset(sys.modules):  # as a rule
            return
        for name in sys.modules.keys() - self._looked_at:
            self._looked_at.add(name)
            top, module = name.partition(".")[0], sys.modules.get(name)
            if top in sys.stdlib_module_names or top == "treadle" or self._is_own(name):
                continue
            if isinstance(module, ModuleType):
                values = ((place, _value(place)) for place in _places(module, name))
                self._first.update((place, value) for place, value in values if value is not None)


def _places(module: ModuleType, name: str) -> Iterator[str]:
    """Those of the module, of classes that it defines, and of objects that are called counters."""
    top = name.partition(".")[0]
    yield from (f"{name}:{place}" for place in _numbers(vars(module)))
    for place, value in tuple(vars(module).items()):
        kind = type(value)  # to ask the value itself may be answered with a warning
        if issubclass(kind, type):
            inside = type.__getattribute__(value, "__dict__")
            inside = inside if inside.get("__module__") == name else {}
        elif kind.__module__.partition(".")[0] == top:
            inside = attributes_of(value) if _COUNTS.search(place) else {}
        else:
            continue
        yield from (f"{name}:{place}.{each}" for each in _numbers(inside))


def _numbers(names: Mapping[str, Any]) -> list[str]:
    return [n for n, i in names.items() if type(i) in _KINDS and _COUNTS.search(n)]


def _value(place: str) -> int | None:
    module, _, name = place.partition(":")
    try:
        value = attrgetter(name)(sys.modules[module])
    except (KeyError, AttributeError):
        return None
    if type(value) is count:
        value = value.__reduce__()[1][0]
    return value if type(value) is int else None


def _set(place: str, value: int) -> None:
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = sys.modules[module]
    for each in owners:
        owner = getattr(owner, each)
    setattr(owner, name, count(value) if type(getattr(owner, name)) is count else value)
