"""Any other object: what its own `__reduce_ex__` says, or leaves out."""

from __future__ import annotations

import copyreg
import gc
import io
import pickle
import sys
import weakref
from collections.abc import Iterable
from operator import attrgetter
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, Final

from treadle.engine.identity import identity
from treadle.engine.values.atoms import ATOMS
from treadle.engine.values.reductions import EMPTY, Opaque, Parts, Reduction, Reference
from treadle.engine.values.sharing.reach import is_of_process
from treadle.engine.values.stand_ins import can_be_empty
from treadle.engine.values.world import MAIN, MISSING, World

PROTOCOL: Final = 4

_WORDS: Final = {
    **dict.fromkeys(("RLock", "lock", "Condition", "Semaphore"), "a lock"),
    **dict.fromkeys(("TextIOWrapper", "BufferedReader", "BufferedWriter", "FileIO"), "a file"),
    **{"BufferedRandom": "a file", "mmap": "mapped memory", "async_generator": "a generator"},
}
_SINGLETONS = (
    *(("random", "_inst"), ("numpy.random.mtrand", "_rand"), ("torch", "default_generator")),
    *(("os", "environ"), ("os", "environb"), ("sys", "path"), ("sys", "modules"), ("sys", "argv")),
    *(("dataclasses", "MISSING"), ("dataclasses", "_FIELD"), ("dataclasses", "_FIELD_CLASSVAR")),
    *(("dataclasses", "_FIELD_INITVAR"), ("dataclasses", "_HAS_DEFAULT_FACTORY")),
    *(("dataclasses", "KW_ONLY"), ("sys", "meta_path"), ("sys", "path_hooks")),
    *(
        ("math", "nan"),
        ("numpy", "nan"),
    ),  # of which pandas and others ask whether it is the very one
    (MAIN, "__dict__"),
    *(("warnings", "filters"), ("sys", "__stdout__"), ("sys", "__stderr__"), ("sys", "stdin")),
)


_OF_MEMBERS: Final = frozenset({"_value_", "_name_", "__objclass__", "_sort_order_"})


def singletons(more: Iterable[tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Objects of the whole process that are what they are by being in their place; `more` places
    are those that plugins know of."""
    modules = sys.modules
    found = {
        identity(getattr(modules[place[0]], place[1], None)): place
        for place in (*_SINGLETONS, *more)
        if place[0] in modules
    }
    found.pop(identity(None), None)
    return found


def reduced(value: Any, world: World) -> Reduction:
    """The parts of an object, with the attributes that its own methods leave out and nobody sets
    again: they are set once it is made anew."""
    red = taken_apart(value, world)
    if not isinstance(red, Parts):
        return red
    if not red.frozen and (kept := world.in_library(value)) is not None:
        return red if _leads_to(value, red) else kept
    if not may_leave_out(type(value)):
        return red
    names = getattr(value, "__dict__", None)
    if not names or names is red.state:
        return red
    if red.frozen:  # a member of an enumeration is made by its class, which sets these
        unsaid = {name: item for name, item in names.items() if name not in _OF_MEMBERS}
        return red._replace(extra=unsaid or None)
    unsaid = _unsaid(value, names, red, world)
    if not unsaid:
        return red
    return red._replace(state=(red.state, red.setter, unsaid), setter=set_unsaid)


def _leads_to(value: Any, red: Parts) -> bool:
    """Whether the object's own recipe gives the very object, and others of its class for it."""
    whole = red.state is None and red.items is None and red.pairs is None
    if not whole or type(red.make) is not FunctionType:
        return False
    return all(type(each) in ATOMS for each in red.arguments) and red.make(*red.arguments) is value


def may_leave_out(kind: type) -> bool:
    """Whether methods written in Python say how values of a type with attributes are copied.

    Those in C know of the attributes; only to ask for some would make a difference.
    """
    methods = (
        getattr(kind, name, None) for name in ("__reduce_ex__", "__reduce__", "__getstate__")
    )
    return bool(kind.__dictoffset__) and any(type(each) is FunctionType for each in methods)


def _unsaid(value: Any, names: dict[str, Any], red: Parts, world: World) -> dict[str, Any]:
    """Attributes that an object would come back without, or as None; what begins with an underscore
    is a library's own business."""
    said = red.state[0] if type(red.state) is tuple and len(red.state) == 2 else red.state
    told: dict[str, Any] = said if isinstance(said, dict) else {}
    mine = world.kind(type(value)).mine
    left = [
        name
        for name, item in names.items()
        if (name not in told or (told[name] is None and item is not None))
        and (mine or not name.startswith("_"))
    ]
    if not left:
        return {}
    known, case = world.set_again.of(type(value)), frozenset(left)
    if case not in known:
        known[case] = _set_again(taken_apart(value, world))
    again = known[case]
    return {name: names[name] for name in left if name not in again}


def _set_again(red: Reduction) -> frozenset[str]:
    """The attributes that an object has once it is made of these parts, which may change them."""
    assert isinstance(red, Parts)
    try:
        made = red.make(*red.arguments)
        set_unsaid(made, (red.state, red.setter, {}))
        return frozenset(name for name, item in made.__dict__.items() if item is not None)
    except Exception:
        return frozenset()


def taken_apart(value: Any, world: World) -> Reduction:
    """The parts of an object, by the protocol that pickle uses."""
    kind = type(value)
    if world.stand_ins.any and world.stand_ins.stands(value):
        return Opaque(named(kind), instead=(EMPTY, (kind,)))
    if world.kind(kind).mine and world.lookup(kind.__module__, kind.__qualname__) is not kind:
        return Opaque(f"an instance of a class `{kind.__qualname__}` that its name leads not to")
    try:
        reducer = copyreg.dispatch_table.get(kind)
        parts = reducer(value) if reducer else value.__reduce_ex__(PROTOCOL)
    except Exception as failure:
        words = named(kind) if isinstance(failure, TypeError) else _refusing(kind, failure)
        empty = not world.kind(kind).mine and can_be_empty(kind)
        instead = (EMPTY, (kind,)) if empty else None
        return Opaque(words, ends=_is_written(value), instead=instead)
    if isinstance(parts, str):
        return _global(value, parts)
    if not isinstance(parts, tuple) or not 2 <= len(parts) <= 6 or type(parts[1]) is not tuple:
        return Opaque(f"{named(kind)} with a strange `__reduce__`")
    return _parts(value, parts, world)


def _is_written(value: Any) -> bool:
    """Whether it is an open file, whose last lines are written when it ends."""
    return issubclass(type(value), io.IOBase) and not value.closed and value.writable()


def _parts(value: Any, parts: tuple[Any, ...], world: World) -> Reduction:
    kind = world.kind(type(value))
    padded: list[Any] = [*parts, None, None, None, None]
    make, arguments, state, items, pairs, setter = padded[:6]
    try:
        items = None if items is None else list(items)
        pairs = None if pairs is None else list(pairs)
    except Exception as failure:
        return Opaque(_refusing(type(value), failure))
    extra = None
    if kind.plain and not kind.frozen and state is None and type(value).__dictoffset__:
        state = getattr(value, "__dict__", None)  # `vars(value)` may be a name of the user's
    if kind.mine and not kind.plain and not kind.frozen:  # its methods may tell something otherwise
        names = getattr(value, "__dict__", None)
        extra = None if names is state else names
    return Parts(make, arguments, state, items, pairs, setter, frozen=kind.frozen, extra=extra)


def set_unsaid(value: Any, state: tuple[Any, Any, dict[str, Any]]) -> None:
    said, setter, unsaid = state
    if said is not None:
        (setter or _build)(value, said)
    value.__dict__.update(unsaid)


def _build(value: Any, state: Any) -> None:
    """Give an object its state, as pickle does."""
    if hasattr(value, "__setstate__"):
        value.__setstate__(state)
        return
    names, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
    value.__dict__.update(names or {})
    for name, item in (slots or {}).items():
        setattr(value, name, item)


def exception(value: BaseException, world: World) -> Reduction:
    """An exception; what was running when it was raised can't be kept."""
    if value.__traceback__ is not None:
        return Opaque("an exception with its traceback")
    red = taken_apart(value, world)
    if not isinstance(red, Parts):
        return red
    extra = (value.__cause__, value.__context__, value.__suppress_context__)
    return red._replace(extra=extra)


def of_nameless_class(value: Any, world: World) -> Reduction:
    """An object of a class that a library made at run time: its copy may be of another one. It
    shares with others what the class holds."""
    red, kind = reduced(value, world), type(value)
    known = world.same_class.of(kind)
    if isinstance(red, Parts) and not known:
        known.append(_is_made_as(kind, red))
    if not isinstance(red, Parts) or known[0]:
        return red
    inside = (item for item in vars(kind).values() if not hasattr(item, "__get__"))
    return Opaque(f"{named(kind)} of a class made at run time", tuple(inside))


def _is_made_as(kind: type, red: Parts) -> bool:
    try:
        return type(red.make(*red.arguments)) is kind
    except Exception:
        return False


def by_names(value: Any, world: World) -> Reduction:
    """An object whose own `__setstate__` forgets its attributes: they are set all the same."""
    red = taken_apart(value, world)
    return red._replace(setter=set_names) if isinstance(red, Parts) and red.state else red


def set_names(value: Any, names: dict[str, Any]) -> None:
    value.__dict__.update(names)


def generator(value: Any, _: World) -> Reduction:
    if value.device.type != "cpu":
        return Opaque(f"a random generator on `{value.device}`")
    state = value.get_state().numpy().tobytes()
    return Parts(type(value), (), state, setter=set_generator)


def set_generator(value: Any, state: bytes) -> None:
    torch: Any = sys.modules["torch"]
    value.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def optimizer(value: Any, world: World) -> Reduction:
    """An optimizer, with what its own `__getstate__` leaves out: hooks, and who watches `step`."""
    red = taken_apart(value, world)
    if not isinstance(red, Parts):
        return red
    names = {name: item for name, item in vars(value).items() if name != "step"}
    watched = hasattr(vars(value).get("step"), "_wrapped_by_lr_sched")
    if "step" in vars(value) and not watched:
        return Opaque(f"{type(value).__name__} with a `step` of its own")
    return Parts(red.make, red.arguments, (names, watched), setter=set_optimizer)


def set_optimizer(value: Any, state: tuple[dict[str, Any], bool]) -> None:
    names, watched = state
    value.__dict__.update(names)
    value._patch_step_function()
    if watched:
        _watch(value)


def _watch(optimizer: Any) -> None:
    """Note that `step` was called, which a scheduler asks for and would warn about."""
    inner = optimizer.step.__func__
    known = weakref.ref(optimizer)

    def step(*arguments: Any, **named: Any) -> Any:
        owner = known()
        assert owner is not None
        owner._opt_called = True
        return inner(owner, *arguments, **named)

    step._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
    optimizer.step = step


def compiled_model(value: Any, _: World) -> Reduction:
    """A model compiled by `torch.jit`, over the memory of the one that it was made of."""
    return Opaque("a compiled model", (*value.parameters(), *value.buffers()))


def proxy(value: Any, _: World) -> Reduction:
    """A view of a dictionary, which may have a name as well."""
    return Parts(MappingProxyType, tuple(gc.get_referents(value)))


def iterator(value: Any, _: World) -> Reduction:
    """A generator, an iterator, or the like: it holds on to things, at a place in them."""
    return Opaque(named(type(value)), _held_by(value), ends=_is_guarded(value))


def _is_guarded(value: Any) -> bool:
    """Whether it is suspended code which may have something to do when it is ended."""
    code = getattr(value, "gi_code", None) or getattr(value, "cr_code", None)
    return isinstance(code, CodeType) and bool(code.co_exceptiontable)


def ending(value: Any, _: World) -> Reduction:
    """An object whose end runs code of the project's: so would that of each copy."""
    return Opaque(f"{named(type(value))} with a `__del__`", _held_by(value), ends=True)


def _held_by(value: Any) -> tuple[Any, ...]:
    return tuple(item for item in gc.get_referents(value) if not is_of_process(item))


def opaque(value: Any, _: World) -> Reduction:
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
    try:
        found = attrgetter(name)(sys.modules[module])
    except (KeyError, AttributeError):
        found = MISSING
    if module == MAIN or found is not value:
        return Opaque(f"{named(type(value))} that its name does not lead to")
    return Reference(module, name)
