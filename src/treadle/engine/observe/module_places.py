"""The places in a library's module: what holds others, by name, key or number, and what it held."""

from __future__ import annotations

import builtins
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from itertools import compress, count
from operator import is_not
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any, Final

from treadle.engine.identity import identity
from treadle.engine.observe.weakly_held import (
    ON_HEAP,
    Gone,
    is_still,
    recalled,
    remembered,
)
from treadle.engine.values.atoms import ATOMS

MISSING: Final = object()
ALL: Final = "*"  # in the place of names: whatever a module holds
DEEPEST: Final = 6  # the formatter of a handler of a logger
ROWS: Final = (list, deque, set)
_CONTAINERS: Final = (
    *(dict, list, set, deque, MappingProxyType, threading.local),
    *(weakref.WeakValueDictionary, weakref.WeakKeyDictionary, weakref.WeakSet),
)
_MOST: Final = 2_000  # places looked at in one module
_CACHES: Final = ("cache", "memo", "__warningregistry__", "_abc_impl", "__annotations__")
_LENT: Final = frozenset({"threading", "_thread", "weakref", "collections", "types", "_weakrefset"})

Contents = Mapping[Any, Any]  # by name, key or number
View = Callable[[Any], Contents]  # what something holds now, no copy of it


class Place:
    """Something that holds others under names, and what it held."""

    def __init__(
        self, words: str, owner: object, view: View, outer: Place | None = None, key: object = None
    ) -> None:
        """`outer`: where it was found, under `key`."""
        self.words = words
        self.outer = outer
        self._owner = remembered(owner)
        self._key = key
        self._view = view
        self.renew()

    @property
    def owner(self) -> object:
        """What holds the others; `Gone` if nobody holds that any more."""
        found = recalled(self._owner)
        if self.outer is not None and isinstance(found, Gone):
            value = self.outer.contents().get(self._key, MISSING)
            return value if is_still(self._owner, value) else found
        return found

    def contents(self) -> Contents:
        """What is there now, by name, key or number."""
        owner = self.owner
        return {} if isinstance(owner, Gone) else self._view(owner)

    def renew(self) -> None:
        """What it holds now is what it held."""
        now = self.contents()
        self._before = {key: remembered(value) for key, value in tuple(now.items())}
        self._keys = [*self._before]
        self._held = [*self._before.values()]
        self._weakly = self._differing(now)  # the numbers of those that are not held on to

    def _differing(self, now: Contents) -> list[int]:
        return [*compress(count(), map(is_not, self._held, now.values()))]

    def is_same(self) -> bool:
        """Whether it holds the very same; what is held on to is compared in one go."""
        now = self.contents()
        if self._keys != [*now] or self._weakly != self._differing(now):
            return False
        values = [*now.values()]
        return all(is_still(self._held[number], values[number]) for number in self._weakly)

    def changed(self) -> list[tuple[Any, Any, Any]]:
        """The names that hold something else, what they held, and what they hold."""
        if self.is_same() or isinstance(self.owner, Gone):  # as a rule, and found out at once
            return []
        before, now = self._before, dict(self.contents())
        keys = dict.fromkeys([*before, *now])
        pairs = ((key, before.get(key, MISSING), now.get(key, MISSING)) for key in keys)
        return [(key, recalled(old), new) for key, old, new in pairs if not is_still(old, new)]


def places_in(
    root: Place, package: str, wanted: frozenset[str], apart: set[int], depth: int = 0
) -> list[Place]:
    """What a module keeps, the nearest first: containers, and the objects and classes wanted."""
    found = [(root, depth)]
    for place, depth in found:  # grows on the way
        if len(found) > _MOST:
            break
        if depth == DEEPEST:
            continue
        for key, value in tuple(place.contents().items()):
            if type(value) in ATOMS or identity(value) in apart or is_note(key):
                continue
            if not depth and not _is_wanted(key, value, wanted):
                continue
            if views := _views(value, package):
                apart.add(identity(value))
            words = spelt(place, key, bare=True) if views else ""
            # Nobody has named it: what lies in it is not looked into.
            aside = not depth and wanted.isdisjoint((key, ALL))
            inner = DEEPEST if aside and isinstance(value, dict | list) else depth + 1
            found += [(Place(words, value, view, place, key), inner) for view in views]
    return [place for place, _ in found]


def _is_wanted(name: str, value: object, wanted: frozenset[str]) -> bool:
    """Whether the places in what a module's attribute holds are to be compared."""
    if name.startswith("__"):
        return False
    return ALL in wanted or name in wanted or _is_container(value)


def root_of(module: ModuleType) -> Place:
    return Place(module.__name__, module, vars)


def _views(value: Any, package: str) -> list[View]:  # noqa: ANN401
    """The ways in which a value of a library holds others."""
    kind = type(value)
    if isinstance(value, ModuleType):
        return []
    if isinstance(value, FunctionType):
        return [attributes_of] if any(map(_is_container, value.__dict__.values())) else []
    if isinstance(value, type):
        ours = str(value.__module__).partition(".")[0] == package and value.__flags__ & ON_HEAP
        return [vars] if ours == ON_HEAP else []
    found: list[View] = []
    if isinstance(value, dict):  # past methods of its class's own
        found.append(_itself if kind is dict else _past_methods)
    elif isinstance(value, MappingProxyType):
        found.append(_itself)
    elif isinstance(value, set):
        found.append(lambda items: {identity(each): each for each in set.copy(items)})
    elif isinstance(value, list | deque):
        found.append(lambda items: dict(enumerate(tuple(items))))
    if isinstance(value, threading.local):
        found.append(lambda local: local.__dict__)
    elif kind.__module__.partition(".")[0] in (package, *_LENT) and attributes_of(value):
        found.append(attributes_of)
    return found


def _itself(value: Contents) -> Contents:
    return value


def attributes_of(value: object) -> dict[str, Any]:
    """An object's own attributes, past what its class says of `__dict__`; some don't give it."""
    try:
        return object.__getattribute__(value, "__dict__") if type(value).__dictoffset__ else {}
    except AttributeError:
        return {}


def _past_methods(value: dict[Any, Any]) -> dict[Any, Any]:
    return dict(zip(dict.keys(value), dict.values(value), strict=True))


def _is_container(value: object) -> bool:
    return isinstance(value, _CONTAINERS)


def spelt(place: Place, key: object, *, bare: bool = False) -> str:
    owner = place.owner
    if owner is builtins:
        return f"the builtin `{key}`"
    if isinstance(owner, set):
        words = place.words
    elif isinstance(owner, (dict, MappingProxyType, *ROWS)) and not _is_attribute(owner, key):
        text = repr(key)[:80] if type(key) in ATOMS else getattr(key, "__qualname__", type(key))
        words = f"{place.words}[{text}]"
    else:
        words = f"{place.words}.{key}"
    return words if bare else f"`{words}`"


def _is_attribute(owner: object, key: object) -> bool:
    """Whether an object that is also a container has it as an attribute."""
    return isinstance(key, str) and key in getattr(owner, "__dict__", ())


def is_note(key: object) -> bool:
    """Whether the name says that a library keeps there what it can make again."""
    return isinstance(key, str) and any(each in key.lower() for each in _CACHES)
