"""Any other object: what its own `__reduce_ex__` says it is made of."""

from __future__ import annotations

import copyreg
import gc
import pickle
import sys
from types import FrameType, MappingProxyType
from typing import Any, Final

from treadle.engine.values.reduction import Opaque, Parts, Reduction, Reference
from treadle.engine.values.world import MAIN, World

# ruff: noqa: ANN401  (a value is whatever the user made)


PROTOCOL: Final = 4

_WORDS: Final = {
    **dict.fromkeys(("RLock", "lock", "Condition", "Semaphore"), "a lock"),
    **dict.fromkeys(("TextIOWrapper", "BufferedReader", "BufferedWriter", "FileIO"), "a file"),
    **{"BufferedRandom": "a file", "mmap": "mapped memory", "async_generator": "a generator"},
}
_SINGLETONS = (
    *(("random", "_inst"), ("numpy.random.mtrand", "_rand"), ("torch", "default_generator")),
    *(("matplotlib", "rcParams"), ("matplotlib", "rcParamsDefault"), ("os", "environ")),
    *(("os", "environb"), ("sys", "path"), ("sys", "modules"), ("sys", "argv")),
    *(("dataclasses", "MISSING"), ("dataclasses", "_FIELD"), ("dataclasses", "_FIELD_CLASSVAR")),
    *(("dataclasses", "_FIELD_INITVAR"), ("dataclasses", "_HAS_DEFAULT_FACTORY")),
    *(("dataclasses", "KW_ONLY"), ("sys", "meta_path"), ("sys", "path_hooks")),
    *(("warnings", "filters"), ("sys", "__stdout__"), ("sys", "__stderr__"), ("sys", "stdin")),
)


def singletons() -> dict[int, tuple[str, str]]:
    """Objects of the whole process that are what they are by being in their place."""
    modules = sys.modules
    found = {
        id(getattr(modules[place[0]], place[1], None)): place
        for place in _SINGLETONS
        if place[0] in modules
    }
    found.pop(id(None), None)
    return found


def reduced(value: Any, world: World) -> Reduction:
    """The parts of an object, by the protocol that pickle uses."""
    kind = type(value)
    mine = world.owner(kind.__module__) != "foreign"
    if mine and world.lookup(kind.__module__, kind.__qualname__) is not kind:
        return Opaque(f"an instance of a class `{kind.__qualname__}` that its name leads not to")
    try:
        reducer = copyreg.dispatch_table.get(kind)
        parts = reducer(value) if reducer else value.__reduce_ex__(PROTOCOL)
    except Exception as failure:
        return Opaque(named(kind) if isinstance(failure, TypeError) else _refusing(kind, failure))
    if isinstance(parts, str):
        return _global(value, parts)
    if not isinstance(parts, tuple) or not 2 <= len(parts) <= 6 or type(parts[1]) is not tuple:
        return Opaque(f"{named(kind)} with a strange `__reduce__`")
    return _parts(value, parts, world, mine=mine)


def _parts(value: Any, parts: tuple[Any, ...], world: World, *, mine: bool) -> Reduction:
    kind = type(value)
    padded: list[Any] = [*parts, None, None, None, None]
    make, arguments, state, items, pairs, setter = padded[:6]
    try:
        items = None if items is None else list(items)
        pairs = None if pairs is None else list(pairs)
    except Exception as failure:
        return Opaque(_refusing(kind, failure))
    frozen = world.frozen(kind, mine=mine)
    extra = None
    if state is None and not frozen and kind.__dictoffset__ and world.plain(kind):
        state = getattr(value, "__dict__", None)  # `vars(value)` may have a name
    if mine and not frozen and not world.plain(kind):
        extra = getattr(value, "__dict__", None)
        extra = None if extra is state else extra
    return Parts(make, arguments, state, items, pairs, setter, frozen=frozen, extra=extra)


def exception(value: BaseException, world: World) -> Reduction:
    """An exception; what was running when it was raised can't be kept."""
    if value.__traceback__ is not None:
        return Opaque("an exception with its traceback")
    red = reduced(value, world)
    if not isinstance(red, Parts):
        return red
    extra = (value.__cause__, value.__context__, value.__suppress_context__)
    return red._replace(extra=extra)


def by_names(value: Any, world: World) -> Reduction:
    """An object whose own `__setstate__` forgets its attributes: they are set all the same."""
    red = reduced(value, world)
    return red._replace(setter=set_names) if isinstance(red, Parts) and red.state else red


def set_names(value: Any, names: dict[str, Any]) -> None:
    """Set attributes."""
    value.__dict__.update(names)


def proxy(value: Any, _: World) -> Reduction:
    """A read-only view of a dictionary, as what it shows."""
    return Parts(MappingProxyType, (dict(value),))


def held(value: Any, _: World) -> Reduction:
    """A generator, an iterator, or the like: it holds on to things, at a place in them."""
    inside = tuple(item for item in gc.get_referents(value) if not _is_of_process(item))
    return Opaque(named(type(value)), inside)


def referring(value: Any, _: World) -> Reduction:
    """A weak reference: it can't be kept, and what it refers to must not be kept without it."""
    target = value()
    inside = () if target is None or _is_of_process(target) else (target,)
    return Opaque(named(type(value)), inside)


def closed(value: Any, _: World) -> Reduction:
    """Something that must not be looked into."""
    return Opaque(named(type(value)))


def named(kind: type) -> str:
    """A type in a user's words."""
    name = _WORDS.get(kind.__qualname__, kind.__qualname__)
    if " " in name:
        return name
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


def _refusing(kind: type, failure: Exception) -> str:
    return f"{named(kind)} that can't be copied ({type(failure).__name__})"


def _global(value: Any, name: str) -> Reduction:
    module = getattr(value, "__module__", None) or pickle.whichmodule(value, name)  # type: ignore[attr-defined]
    if module == MAIN or _attribute(module, name) is not value:
        return Opaque(f"{named(type(value))} that its name does not lead to")
    return Reference(module, name)


def _attribute(module: str, path: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


def _is_of_process(value: Any) -> bool:
    if isinstance(value, FrameType):
        return True
    return isinstance(value, dict) and "__builtins__" in value and "__name__" in value
