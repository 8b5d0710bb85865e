"""Classes: by name where the name leads back to them; their content where they are defined."""
# ruff: noqa: ANN401  (a value is whatever the user made)

from __future__ import annotations

import types
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from treadle.execution.worker.values.reduction import (
    ByValue,
    Opaque,
    Parts,
    Reduction,
    Reference,
)
from treadle.execution.worker.values.world import World, top

_UNSEEN = frozenset(
    (
        *("__doc__", "__module__", "__dict__", "__weakref__", "__firstlineno__"),
        *("__static_attributes__", "_abc_impl", "__qualname__", "__annotate_func__"),
        "__annotations_cache__",
        "__slotnames__",
    )
)


def class_(value: Any, world: World) -> Reduction:
    """A class: of the session, of a module, or one that no name leads to."""
    module, name = _attribute(value, "__module__"), _attribute(value, "__qualname__")
    if world.lookup(module, name) is value:
        refs = () if world.owner(module) == "foreign" else (f"{module}:{top(name)}",)
        return Reference(module, name, refs)
    for place, found in vars(types).items():  # `type(None)`, `type(lambda: 0)`
        if found is value:
            return Reference("types", place)
    if world.owner(module) == "foreign" and module != "builtins":
        return Opaque(f"the class `{name}`, which its name does not lead to")
    return class_by_value(value, world)


def class_by_value(value: Any, world: World) -> Parts:
    """What a class is made of."""
    refs: list[str] = []
    content = []
    for name, item in _members(value):
        content.append((name, item))
        for inner in _functions(item):
            refs += world.refs(world.module_of(inner.__globals__), inner.__code__)
    return Parts(
        type,
        (type(value), value.__qualname__, value.__bases__),
        extra=tuple(content),
        refs=tuple(dict.fromkeys(refs)),
        refusal=f"the class `{value.__qualname__}`, which was made at run time",
    )


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    inside = f"{value.__qualname__}."
    for name, item in tuple(vars(value).items()):
        if name not in _UNSEEN:
            yield name, _member(item, inside)


def _member(item: Any, inside: str) -> Any:
    """What of a member counts; its functions by value, as the class is their name's owner."""
    kind = type(item)
    if kind is FunctionType:
        return ByValue(item) if item.__qualname__.startswith(inside) else item
    if kind in (staticmethod, classmethod):
        return kind.__name__, _member(item.__func__, inside)
    if kind is property:
        parts = (item.fget, item.fset, item.fdel)
        return "property", tuple(_member(part, inside) for part in parts)
    if kind.__name__ == "cached_property" and kind.__module__ == "functools":
        return "cached_property", item.attrname, _member(item.func, inside)
    if kind in (types.MemberDescriptorType, types.GetSetDescriptorType):
        return "slot", item.__name__
    return item


def _functions(item: Any) -> Iterator[FunctionType]:
    if isinstance(item, ByValue):
        yield item.function
    elif isinstance(item, tuple):
        for part in item:
            yield from _functions(part)


def _attribute(value: Any, name: str) -> Any:
    try:
        return getattr(value, name)
    except Exception:
        return None
