"""Types that come of a call and not of a statement: records, enumerations, type variables."""

from __future__ import annotations

import collections
import enum
import types
import typing
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from treadle.engine.values.reduction import ByValue, Opaque, Parts, Reduction, Reference
from treadle.engine.values.world import World, top

# Classes: by name where the name leads back to them; their content where they are defined.

# ruff: noqa: ANN401  (a value is whatever the user made)


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


# Types that come of a call and not of a statement: records, enumerations, type variables.

# ruff: noqa: ANN401  (a value is whatever the user made)


Recipe = tuple[Callable[..., Any], tuple[Any, ...]]


def recipe(value: Any) -> Recipe | None:
    """How a class is made that is known to come of a call; None for any other."""
    try:
        return _recipe(value)
    except Exception:  # of what the class defines itself
        return None


def _recipe(value: Any) -> Recipe | None:
    names = vars(value)
    if value.__bases__ == (tuple,) and "_fields" in names and "__orig_bases__" not in names:
        defaults = tuple(value._field_defaults.values())
        return make_record_class, (value.__qualname__, value._fields, defaults, value.__module__)
    if isinstance(value, enum.EnumMeta) and not _has_methods(value):
        members: list[Any] = [(name, value.__members__[name].value) for name in value.__members__]
        return make_enum, (value.__bases__, value.__qualname__, members, value.__module__)
    return None


def make_record_class(name: str, fields: tuple[str, ...], defaults: Any, module: str) -> Any:
    """A class by `collections.namedtuple`."""
    return collections.namedtuple(name, fields, defaults=defaults, module=module)


def make_enum(bases: tuple[Any, ...], name: str, members: Any, module: str) -> Any:
    """An enumeration by a call."""
    mixed = bases[0] if len(bases) > 1 else None
    return bases[-1](name, members, module=module, qualname=name, type=mixed)


def type_variable(value: typing.TypeVar, _: World) -> Reduction:
    """A type variable of the session."""
    flags = (value.__covariant__, value.__contravariant__)
    arguments = (value.__name__, value.__constraints__, value.__bound__, *flags)
    return Parts(make_type_variable, arguments, frozen=True)


def make_type_variable(
    name: str, constraints: tuple[Any, ...], bound: Any, covariant: bool, contravariant: bool
) -> Any:
    """A type variable."""
    make: Any = typing.TypeVar
    return make(name, *constraints, bound=bound, covariant=covariant, contravariant=contravariant)


def new_type(value: Any, _: World) -> Reduction:
    """A type by `typing.NewType`."""
    arguments = (value.__name__, value.__supertype__, value.__module__)
    return Parts(make_new_type, arguments, frozen=True)


def make_new_type(name: str, base: Any, module: str) -> Any:
    """A type by `typing.NewType`, as if made in a module."""
    make: Any = typing.NewType
    made = make(name, base)
    made.__module__ = module
    return made


def _has_methods(value: Any) -> bool:
    """Whether functions were defined in the class's own statement."""
    inside = f"{value.__qualname__}."
    for name, item in vars(value).items():
        if isinstance(item, FunctionType) and item.__qualname__.startswith(inside):
            return True
        if isinstance(item, (property, classmethod, staticmethod)) and not name.startswith("_"):
            return True
    return False
