"""Functions: by name where the name leads back to them, by their code and closure elsewhere."""

from __future__ import annotations

import functools
import importlib
import sys
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any

from treadle.engine.values import hooks, objects
from treadle.engine.values.reduction import ByValue, Opaque, Parts, Reduction, Reference, Unseen
from treadle.engine.values.world import MAIN, MISSING, World, top

# ruff: noqa: ANN401  (a value is whatever the user made)


_ATTRIBUTES = ("__module__", "__qualname__", "__name__", "__defaults__", "__kwdefaults__")


class Scope:
    """The global names of a module, as a function's globals."""

    __slots__ = ("module",)

    def __init__(self, module: str) -> None:
        """The module's name."""
        self.module = module


def function(value: FunctionType, world: World) -> Reduction:
    """A function that was defined in Python."""
    module, name = value.__module__, value.__qualname__
    if world.lookup(module, name) is value:
        refs = () if world.owner(module) == "foreign" else (f"{module}:{top(name)}",)
        return Reference(module, name, refs)
    return function_by_value(value, world)


def by_value(value: ByValue, world: World) -> Reduction:
    """A function's content, though a name leads to it."""
    return function_by_value(value.function, world)


def function_by_value(value: FunctionType, world: World) -> Parts:
    """A function's code, closure, defaults and attributes."""
    module = world.module_of(value.__globals__)
    refs = world.refs(module, value.__code__)
    state = (
        *(getattr(value, name) for name in _ATTRIBUTES),
        dict(value.__annotations__),
        value.__dict__ or None,
        Unseen(value.__doc__),
        getattr(value, "__type_params__", ()),  # from Python 3.12 on
    )
    extra, refusal = None, ""
    if module is None:
        reads = sorted(world.codes.reads(value.__code__))
        extra = [(name, value.__globals__.get(name)) for name in reads if name in value.__globals__]
        refusal = "a function made by `exec` with global names of its own"
    elif world.owner(module) == "own":
        refs = (*refs, f"{module}:{top(value.__qualname__)}")
    return Parts(
        make_function,
        (value.__code__, Scope(module or ""), value.__closure__),
        state,
        setter=set_function,
        extra=extra,
        refs=refs,
        refusal=refusal,
    )


def make_function(
    code: CodeType, scope: dict[str, Any], closure: tuple[CellType, ...] | None
) -> FunctionType:
    """A function without its attributes."""
    return FunctionType(code, scope, None, None, closure)


def set_function(value: Any, state: tuple[Any, ...]) -> None:
    """Give a function its attributes."""
    *attributes, annotations, names, doc, parameters = state
    for attribute, content in zip(_ATTRIBUTES, attributes, strict=True):
        setattr(value, attribute, content)
    value.__annotations__ = annotations
    value.__dict__.update(names or {})
    value.__doc__ = doc
    if parameters:
        value.__type_params__ = parameters


def unseen(value: Unseen, _: World) -> Reduction:
    """What is stored and does not count."""
    return Parts(same, (value.value,))


def same(value: Any) -> Any:
    """`value`."""
    return value


def scope(value: Scope, _: World) -> Reduction:
    """A module's global names, by the module's name."""
    return Parts(hooks.scope, (value.module,), frozen=True)


def cell(value: CellType, _: World) -> Reduction:
    """A variable that functions share."""
    try:
        content = value.cell_contents
    except ValueError:
        return Parts(make_cell, ())
    return Parts(make_cell, (), (content,), setter=set_cell)


def make_cell() -> CellType:
    """A variable without a value."""
    return CellType()


def set_cell(value: CellType, state: tuple[Any]) -> None:
    """Give a variable its value."""
    (value.cell_contents,) = state


def cached(value: Any, world: World) -> Reduction:
    """A function with `functools.lru_cache`; not where it remembers calls, which it tells nobody.

    A call that it remembers does not print, or count, again.
    """
    module, name = value.__module__, value.__qualname__
    if world.owner(module) == "foreign" and world.lookup(module, name) is value:
        return Reference(module, name)
    if value.cache_info().currsize:
        return Opaque("is a function that remembers its calls")
    parameters = value.cache_parameters()
    names = {key: item for key, item in value.__dict__.items() if key != "__wrapped__"}
    arguments = (value.__wrapped__, parameters["maxsize"], parameters["typed"])
    doc = Unseen(names.pop("__doc__", None))
    return Parts(make_cached, arguments, (names, doc), setter=set_cached)


def make_cached(wrapped: Any, maxsize: int | None, typed: bool) -> Any:
    """A function that remembers, and remembers nothing yet."""
    return functools.lru_cache(maxsize, typed)(wrapped)


def set_cached(value: Any, state: tuple[dict[str, Any], str | None]) -> None:
    """Give it its attributes."""
    value.__dict__.update(state[0])
    if state[1] is not None:
        value.__doc__ = state[1]


def method(value: MethodType, _: World) -> Reduction:
    """A bound method: of what, and which."""
    owner, called = value.__self__, value.__func__
    if (place := _in_module(owner, value)) is not None:
        return Reference(*place)
    name = getattr(called, "__name__", "")
    search = owner if isinstance(owner, type) else type(owner)
    for base in search.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            if found is called or getattr(found, "__func__", None) is called:
                return Parts(getattr, (owner, name))
            break
    return Parts(MethodType, (called, owner))


def builtin(value: BuiltinFunctionType, world: World) -> Reduction:
    """A function or a bound method written in C."""
    owner, name = value.__self__, value.__name__
    if owner is None or isinstance(owner, ModuleType):
        for module in (value.__module__, getattr(owner, "__name__", None)):
            for path in (value.__qualname__, name):
                if world.lookup(module, path) is value:
                    return Reference(str(module), path)
        return objects.reduced(value, world)
    if (place := _in_module(owner, value)) is not None:
        return Reference(*place)
    return Parts(getattr, (owner, name))


def _in_module(owner: Any, value: Any) -> tuple[str, str] | None:
    """Where a module offers a bound method as if it were a function, as `random` does."""
    module = str(getattr(type(owner), "__module__", ""))
    name = str(getattr(value, "__name__", ""))
    for place in (module, module.removeprefix("_")):
        if getattr(sys.modules.get(place), "__dict__", {}).get(name, MISSING) is value:
            return place, name
    return None


def wrapper(value: MethodWrapperType, _: World) -> Reduction:
    """A special method of an object, written in C."""
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
    """The module; those below it are imported as well."""
    found = importlib.import_module(name)
    for submodule in below:
        importlib.import_module(submodule)
    return found


def code(value: CodeType, _: World) -> Reduction:
    """A code object, to be stored."""
    import marshal

    return Parts(load_code, (marshal.dumps(value),), frozen=True)


def load_code(data: bytes) -> Any:
    """A code object that was stored."""
    import marshal

    return marshal.loads(data)
