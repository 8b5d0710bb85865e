"""Functions, classes and modules: by name where it leads back to them, by their content elsewhere.

Records, enumerations and type variables come of a call, not of a statement: they can be made anew.
"""

from __future__ import annotations

import abc
import collections
import enum
import functools
import importlib
import sys
import types
import typing
from collections.abc import Callable
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

from treadle.engine.values.reductions import (
    ByValue,
    ModuleGlobals,
    Opaque,
    Parts,
    Reduction,
    Reference,
    Uncounted,
)
from treadle.engine.values.types import objects
from treadle.engine.values.world import MAIN, MISSING, World, attribute_of, top

_ATTRIBUTES = ("__module__", "__qualname__", "__name__", "__defaults__", "__kwdefaults__")
_UNCOUNTED = frozenset(
    (
        *("__doc__", "__module__", "__dict__", "__weakref__", "__firstlineno__"),
        *("__static_attributes__", "_abc_impl", "__qualname__", "__annotate_func__"),
        *("__annotations_cache__", "__slotnames__"),
    )
)

# --- functions and modules ---


def function(value: FunctionType, world: World) -> Reduction:
    named = world.definition(value, value.__module__, value.__qualname__)
    return named or function_by_value(value, world)


def function_by_value(value: FunctionType, world: World) -> Parts:
    """A function's code, closure, defaults and attributes."""
    module = world.module_of(value.__globals__)
    refs = world.refs(module, value.__code__)
    state = (
        *(getattr(value, name) for name in _ATTRIBUTES),
        dict(value.__annotations__),
        value.__dict__ or None,
        Uncounted(value.__doc__),
        getattr(value, "__type_params__", ()),  # from Python 3.12 on
    )
    extra, refusal = None, ""
    if module is None:
        reads = sorted(world.codes.of(value.__code__).reads)
        extra = [(name, value.__globals__.get(name)) for name in reads if name in value.__globals__]
        refusal = "a function made by `exec` with global names of its own"
    elif world.owner(module) == "own":
        refs = (*refs, f"{module}:{top(value.__qualname__)}")
    return Parts(
        FunctionType,
        (value.__code__, ModuleGlobals(module or ""), None, None, value.__closure__),
        state,
        setter=set_function,
        extra=extra,
        refs=refs,
        refusal=refusal,
    )


def set_function(value: Any, state: tuple[Any, ...]) -> None:
    *attributes, annotations, names, doc, parameters = state
    for attribute, content in zip(_ATTRIBUTES, attributes, strict=True):
        setattr(value, attribute, content)
    value.__annotations__ = annotations
    value.__dict__.update(names or {})
    value.__doc__ = doc
    if parameters:
        value.__type_params__ = parameters


def uncounted(value: Uncounted, _: World) -> Reduction:
    return Parts(same, (value.value,))


def same(value: Any) -> Any:
    return value


def closure_variable(value: CellType, _: World) -> Reduction:
    """A variable that functions share."""
    try:
        content = value.cell_contents
    except ValueError:
        return Parts(CellType, ())
    return Parts(CellType, (), (content,), setter=set_closure_variable)


def set_closure_variable(value: CellType, state: tuple[Any]) -> None:
    (value.cell_contents,) = state


def cached(value: Any, world: World) -> Reduction:
    """A function with `functools.lru_cache`; not where it remembers calls, which it tells nobody.

    A call that it remembers does not print, or count, again.
    """
    module, name = value.__module__, value.__qualname__
    if world.owner(module) == "foreign" and world.lookup(module, name) is value:
        return Reference(module, name)
    if value.cache_info().currsize:
        return Opaque("is a function that remembers its calls", (value.__wrapped__,))
    parameters = value.cache_parameters()
    names = {key: item for key, item in value.__dict__.items() if key != "__wrapped__"}
    arguments = (value.__wrapped__, parameters["maxsize"], parameters["typed"])
    doc = Uncounted(names.pop("__doc__", None))
    return Parts(make_cached, arguments, (names, doc), setter=set_cached)


def make_cached(wrapped: Any, maxsize: int | None, typed: bool) -> Any:
    return functools.lru_cache(maxsize, typed)(wrapped)


def set_cached(value: Any, state: tuple[dict[str, Any], str | None]) -> None:
    value.__dict__.update(state[0])
    if state[1] is not None:
        value.__doc__ = state[1]


def method(value: MethodType, world: World) -> Reduction:
    owner, called = value.__self__, value.__func__
    if (place := _in_module(owner, value)) is not None:
        return _offered(*place, world)
    name = getattr(called, "__name__", "")
    search = owner if isinstance(owner, type) else type(owner)
    for base in search.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            if found is called or getattr(found, "__func__", None) is called:
                return Parts(getattr, (owner, name))
            break
    return Parts(MethodType, (called, owner))


def builtin(value: types.BuiltinFunctionType, world: World) -> Reduction:
    """A function or a bound method written in C."""
    owner, name = value.__self__, value.__name__
    if owner is None or isinstance(owner, ModuleType):
        for module in (value.__module__, getattr(owner, "__name__", None)):
            for path in (value.__qualname__, name):
                if world.lookup(module, path) is value:
                    return Reference(str(module), path)
        return objects.taken_apart(value, world)
    if (place := _in_module(owner, value)) is not None:
        return _offered(*place, world)
    return Parts(getattr, (owner, name))


def _in_module(owner: Any, value: Any) -> tuple[str, str] | None:
    """Where a module offers a bound method as if it were a function, as `random` does. A name of
    the session may be the method's own by chance (`step = model.step`)."""
    module = str(getattr(type(owner), "__module__", ""))
    if module == MAIN:
        return None
    name = str(getattr(value, "__name__", ""))
    for place in (module, module.removeprefix("_")):
        if getattr(sys.modules.get(place), "__dict__", {}).get(name, MISSING) is value:
            return place, name
    return None


def _offered(module: str, name: str, world: World) -> Reference:
    refs = () if world.owner(module) == "foreign" else (f"{module}:{name}",)
    return Reference(module, name, refs)


def wrapper(value: types.MethodWrapperType, _: World) -> Reduction:
    return Parts(getattr, (value.__self__, value.__name__))


def descriptor(value: Any, _: World) -> Reduction:
    """A method of a type written in C, not bound."""
    return Parts(getattr, (value.__objclass__, value.__name__), frozen=True)


def module(value: ModuleType, world: World) -> Reduction:
    """A module, and the modules below it that the session imported."""
    name = getattr(value, "__name__", None)
    if not isinstance(name, str) or sys.modules.get(name) is not value or name == MAIN:
        return Opaque("a module that is not found by its name")
    refs = (f"{name}:*",) if world.owner(name) == "own" else ()
    return Parts(import_module, (name, world.submodules(name)), frozen=True, refs=refs)


def import_module(name: str, below: tuple[str, ...]) -> ModuleType:
    found = importlib.import_module(name)
    for submodule in below:
        importlib.import_module(submodule)
    return found


# --- classes ---


def class_(value: Any, world: World) -> Reduction:
    """A class: of the session, of a module, or one that no name leads to."""
    module, name = attribute_of(value, "__module__"), attribute_of(value, "__qualname__")
    named = world.definition(value, module, name)
    if named is not None:
        return named
    for place, found in vars(types).items():  # `type(None)`, `type(lambda: 0)`
        if found is value:
            return Reference("types", place)
    if world.owner(module) == "foreign" and module != "builtins":
        return Opaque(f"the class `{name}`, which its name does not lead to")
    return class_by_value(value)


def class_by_value(value: Any) -> Parts:
    """A class's kind, bases and members, whose own refs are those of its functions."""
    inside = f"{value.__qualname__}."
    content = tuple(
        (name, _member(item, inside))
        for name, item in tuple(vars(value).items())
        if name not in _UNCOUNTED
    )
    if subclasses := registered(value):
        content = (*content, ("register", subclasses))
    return Parts(
        type,
        (type(value), value.__qualname__, value.__bases__),
        extra=content,
        refusal=f"the class `{value.__qualname__}`, which was made at run time",
    )


def registered(value: type) -> tuple[type, ...]:
    """The classes that were told an abstract one by `register` to be below it."""
    if "_abc_impl" not in vars(value):
        return ()
    found = [reference() for reference in abc._get_dump(value)[0]]  # type: ignore[attr-defined]
    known = [each for each in found if each is not None]
    return tuple(sorted(known, key=lambda each: (each.__module__, each.__qualname__)))


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


# --- made by a call ---

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


def _has_methods(value: Any) -> bool:
    """Whether functions were defined in the class's own statement."""
    inside = f"{value.__qualname__}."
    for name, item in vars(value).items():
        if isinstance(item, FunctionType) and item.__qualname__.startswith(inside):
            return True
        if isinstance(item, (property, classmethod, staticmethod)) and not name.startswith("_"):
            return True
    return False


def make_record_class(name: str, fields: tuple[str, ...], defaults: Any, module: str) -> Any:
    return collections.namedtuple(name, fields, defaults=defaults, module=module)


def make_enum(bases: tuple[Any, ...], name: str, members: Any, module: str) -> Any:
    mixed = bases[0] if len(bases) > 1 else None
    return bases[-1](name, members, module=module, qualname=name, type=mixed)


def type_variable(value: typing.TypeVar, _: World) -> Reduction:
    flags = (value.__covariant__, value.__contravariant__)
    arguments = (value.__name__, value.__constraints__, value.__bound__, *flags)
    return Parts(make_type_variable, arguments, frozen=True)


def make_type_variable(
    name: str, constraints: tuple[Any, ...], bound: Any, covariant: bool, contravariant: bool
) -> Any:
    make: Any = typing.TypeVar
    return make(name, *constraints, bound=bound, covariant=covariant, contravariant=contravariant)


def new_type(value: Any, _: World) -> Reduction:
    arguments = (value.__name__, value.__supertype__, value.__module__)
    return Parts(make_new_type, arguments, frozen=True)


def make_new_type(name: str, base: Any, module: str) -> Any:
    make: Any = typing.NewType
    made = make(name, base)
    made.__module__ = module
    return made
