"""What a module of the project's holds besides its source, by dotted names.

Its own functions and classes, in the places where their statements have put them, are source, and
what they keep is data: attributes, defaults, closures, remembered calls, members of other kinds. So
is whatever else its names are bound to. Code of libraries is told by its name.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Callable, Iterator
from enum import EnumType
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from treadle.engine.observe.named_libraries import content_of
from treadle.engine.values.types.functions_and_classes import registered
from treadle.engine.values.world import attribute_of

Held = Iterator[tuple[str, Any]]
IsOwn = Callable[[str], bool]

_CACHED = type(functools.lru_cache(None)(len))
_LINK = "_lru_list_elem"  # holds a result, and tells nobody
_WRAPPED = (staticmethod, classmethod)
_BOUND = (FunctionType, MethodType, type, _CACHED)  # with a `__get__` that tells nothing
_IMMUTABLE = 1 << 8  # of a type: its attributes can't be set
_OWN_CLASS = "__class__"  # the variable by which `super()` finds it


def held_by(module: ModuleType, is_own: IsOwn) -> Held:
    """All that its names hold and that can change, or be exchanged; `is_own` tells the project's
    modules by their names."""
    for name, value in tuple(vars(module).items()):
        if not name.startswith("__") and type(value).__module__ != "__future__":
            yield from _of_value(name, value, module.__name__, is_own)


def name_of_code(value: object, is_own: IsOwn) -> str:
    """What tells a module, or a class or function of a library, from others; empty for anything
    else, and for what its name does not lead to: it may keep something (a function that wraps a
    library's says that it is that one)."""
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    if not isinstance(value, (FunctionType, BuiltinFunctionType, type)):
        return ""
    module, name = attribute_of(value, "__module__"), attribute_of(value, "__qualname__")
    if not isinstance(module, str) or module == "__main__" or is_own(module) or "<" in str(name):
        return ""
    return f"{module}.{name}" if _keeps_nothing(value) or _at(module, str(name)) is value else ""


def _keeps_nothing(value: object) -> bool:
    """Whether it was made in C, for good: some of these have a name that leads nowhere."""
    if isinstance(value, BuiltinFunctionType):
        return isinstance(value.__self__, ModuleType)
    return isinstance(value, type) and bool(value.__flags__ & _IMMUTABLE)


def _at(module: str, path: str) -> object:
    """What a dotted name leads to in a module that is loaded; None for nothing."""
    found: object = sys.modules.get(module)
    for name in path.split("."):
        found = attribute_of(found, name)
    return found


def _of_value(name: str, value: object, module: str, is_own: IsOwn) -> Held:
    if _is_source(name, value, module):
        yield from _of_code(name, value, module, is_own)
        return
    owner = value.__self__ if isinstance(value, (MethodType, BuiltinFunctionType)) else None
    # The method itself is told by its place in the module.
    yield name, value if owner is None or isinstance(owner, (type, ModuleType)) else (owner, value)


def _is_source(name: str, value: object, module: str) -> bool:
    """Whether it is a function or a class of the module's in the place where it was defined."""
    if not isinstance(value, (FunctionType, type, _CACHED)):
        return False
    place = attribute_of(value, "__module__"), attribute_of(value, "__qualname__")
    return place == (module, name)


def _of_code(name: str, value: object, module: str, is_own: IsOwn) -> Held:
    """What a class or a function of a module keeps; its code is the module's source."""
    if type(value) is _CACHED:
        yield f"{name}.cache", _remembered(value)
        yield from _of_code(name, attribute_of(value, "__wrapped__"), module, is_own)
    elif isinstance(value, EnumType):  # what else it notes of its members is a cache
        members: dict[str, Any] = dict(value.__members__)
        yield f"{name}.values", [(key, each._value_) for key, each in members.items()]
    elif isinstance(value, type):
        if subclasses := registered(value):
            yield f"{name}.register", subclasses
        for attribute, item in tuple(vars(value).items()):
            if _may_keep(attribute, item):
                yield from _of_member(f"{name}.{attribute}", item, module, is_own)
    elif isinstance(value, FunctionType):
        kept = {part: getattr(value, part) for part in ("__defaults__", "__kwdefaults__")}
        kept |= value.__dict__
        kept |= zip(
            value.__code__.co_freevars, map(content_of, value.__closure__ or ()), strict=True
        )
        if value.__code__.co_qualname != value.__qualname__:  # a decorator's, or put there
            kept["__code__"] = value.__code__
        for part, item in kept.items():
            if item is not None and part != _OWN_CLASS:
                yield f"{name}.{part}", item


def _may_keep(attribute: str, item: object) -> bool:
    """Whether an attribute of a class is the project's: Python has names of its own for what it
    notes there, but not for functions (`__init__` may have a list as its default)."""
    if attribute.startswith("__"):
        return isinstance(item, FunctionType)
    return attribute != "_abc_impl"


def _of_member(name: str, item: object, module: str, is_own: IsOwn) -> Held:
    """A member of a class: what its functions keep, and all that is none of them. What a library's
    descriptor keeps is its own business, but for Python's own."""
    kind = type(item)
    if isinstance(item, _WRAPPED):
        yield from _of_value(name, item.__func__, module, is_own)
    elif isinstance(item, property):
        for part in ("fget", "fset", "fdel"):
            function = getattr(item, part)
            if function is not None and not _is_source(name, function, module):
                yield f"{name}.{part}", function
            elif function is not None:
                yield from _of_code(f"{name}.{part}", function, module, is_own)
    elif isinstance(item, functools.cached_property):
        yield from _of_value(name, item.func, module, is_own)
    elif not hasattr(kind, "__get__") or isinstance(item, _BOUND):
        yield from _of_value(name, item, module, is_own)
    elif kind.__module__ in ("__main__", "functools") or is_own(kind.__module__):
        yield name, item


def _remembered(function: object) -> list[tuple[object, object]]:
    """The calls that a function with `lru_cache` remembers; what each gave, if that is told."""
    own = vars(function)
    caches = [each for each in gc.get_referents(function) if type(each) is dict and each is not own]
    given = [item for cache in caches for item in cache.items()]
    return [(call, None if type(gave).__name__ == _LINK else gave) for call, gave in given]
