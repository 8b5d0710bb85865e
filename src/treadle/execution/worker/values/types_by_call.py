"""Types that come of a call and not of a statement: records, enumerations, type variables."""
# ruff: noqa: ANN401  (a value is whatever the user made)

from __future__ import annotations

import collections
import enum
import typing
from collections.abc import Callable
from types import FunctionType
from typing import Any

from treadle.execution.worker.values.reduction import Parts, Reduction
from treadle.execution.worker.values.world import World

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
