"""The canonical walk: a stream of bytes for each name, equal where the values behave equally.

Pickle's own bytes would not do: they tell apart equal strings that are one object or two, and say
nothing of memory. Here, what can change is numbered when it is first met, and a later meeting is
written as its number: so the stream says what is shared, and in what way. What can't change is
written by its content, wherever it is met, as it must not matter which of two equal ones it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import AsyncGeneratorType, CodeType, CoroutineType, FunctionType, GeneratorType
from typing import Any, Final, NamedTuple

from blake3 import blake3
from msgspec import Struct, field

from treadle.engine.values.codes import ATOMS, block, is_nan, text
from treadle.engine.values.definitions import class_by_value, function_by_value, recipe
from treadle.engine.values.kinds import (
    MAIN,
    ModuleGlobals,
    Opaque,
    Parts,
    Reduction,
    Reference,
    Uncounted,
    World,
)
from treadle.engine.values.objects import named, singletons
from treadle.engine.values.reach import reached
from treadle.engine.values.regions import Memory, array_in_block, is_array

_SUSPENDED: Final = frozenset({GeneratorType, CoroutineType, AsyncGeneratorType})
_MOST: Final = 5_000_000  # objects looked at for one name
_DEEPEST: Final = 60_000  # frames of Python, which take no C stack
_SHORT: Final = 64  # bytes from which on what can't change is written as its digest
_ANYWHERE: Final = -1  # the number of no stream: content that is the same in all of them


class ValueStream(Struct):
    name: str
    data: bytearray = field(default_factory=bytearray)
    memory: list[Memory] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)
    leaves: list[Any] = field(default_factory=list)  # what something opaque was computed from
    opaque: str = ""  # what in it can't be looked into, in words
    hidden: list[Any] = field(default_factory=list)  # and itself
    refused: str = ""  # what in it can't be stored, in words
    plain: bool = True  # nothing but what pickle is known to keep as it is
    in_module: bool = False  # it is, or holds, an object of a module, and comes back as that
    defined: bool = False  # it is a class or function of this very name


class _Seen(NamedTuple):
    stream: int
    number: int
    content: bytes | None  # of what can't change; None for what can
    value: Any  # kept alive, as its identity is its key


class _TooMuchError(Exception):
    pass


class Walk:
    """A walk over several names; what they share links them."""

    def __init__(self, world: World) -> None:
        self.streams: list[ValueStream] = []
        self.links: list[tuple[int, int]] = []  # numbers of streams that share something
        self._world = world
        self._in_modules: dict[int, tuple[str, str]] = {}
        self._singletons: dict[int, tuple[str, str]] = {}
        self._seen: dict[int, _Seen] = {}
        self._count = 0  # of what was numbered in this stream
        self._changing = 0  # meetings with what can change
        self._left = _MOST
        self._block = 0  # of a frame, in which the walk is: its identity
        self._stream = ValueStream("")
        self._out = self._stream.data
        self._changeable: dict[type, Callable[[Any], None]] = {
            list: self._list,
            dict: self._dict,
            set: self._set,
            bytearray: self._bytearray,
        }
        self._fixed: dict[type, Callable[[Any], None]] = {
            tuple: self._tuple,
            frozenset: lambda value: self._frozen(value, self._set),
            Memory: self._memory,
            CodeType: self._code,
            ModuleGlobals: self._globals,
            Uncounted: lambda _: None,
        }

    def add(self, name: str, value: Any) -> None:
        self._stream = stream = ValueStream(name)
        self._out = stream.data
        self._count, self._changing, self._left, self._block = 0, 0, _MOST, 0
        self.streams.append(stream)
        encode = ATOMS.get(type(value))
        if encode is not None and not is_nan(value):
            stream.data += encode(value)
            return
        if not self._singletons:
            self._in_modules = self._world.module_objects.places()
            self._singletons = singletons(self._world.singletons)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _DEEPEST))
        try:
            self._root(name, value)
        except RecursionError:
            stream.opaque = "is nested too deeply"
        except _TooMuchError:
            stream.opaque = "holds too many objects"
        finally:
            sys.setrecursionlimit(limit)

    def holder(self, value: Any) -> str:
        """A name from which `value`, if it can change, was reached; empty if there is none."""
        seen = self._seen.get(id(value))
        return "" if seen is None or seen.stream < 0 else self.streams[seen.stream].name

    def link_hidden(self) -> None:
        """Link the names from which something opaque was reached to all that it holds on to."""
        if not any(stream.hidden for stream in self.streams):
            return  # there may be millions of objects
        owners = {key: seen.stream for key, seen in self._seen.items() if seen.content is None}
        kept_alive: list[Any] = []
        for here, stream in enumerate(self.streams):
            if not stream.hidden:
                continue
            found = reached(stream.hidden, self._world.process_objects.identities())
            kept_alive.append(found)
            for key, item in found.items():
                if type(item) in _SUSPENDED:
                    stream.refs.update(self._world.refs_of_suspended(item))
                owner = owners.setdefault(key, here)
                if owner != here and self._can_change(item):
                    self.links.append((owner, here))

    def _can_change(self, item: Any) -> bool:
        """Whether it matters that two hold it; of a function, it is told by its names."""
        return type(item) is not FunctionType and not self._world.kind(type(item)).frozen

    def _root(self, name: str, value: Any) -> None:
        """A class or function is walked itself only where it is what its name stands for."""
        is_class = isinstance(value, type)
        red = self._world.reduce(value) if is_class or type(value) is FunctionType else None
        if not isinstance(red, Reference) or (red.module, red.name) != (MAIN, name):
            self._visit(value)
            return
        self._stream.defined = True
        if not is_class:
            self._parts(function_by_value(value, self._world)._replace(setter=None, refusal=""))
            return
        self._parts(class_by_value(value, self._world))
        if recipe(value) is not None:
            self._stream.refused = ""

    def _visit(self, value: Any) -> None:
        encode = ATOMS.get(type(value))
        if encode is not None:
            if value == value or not is_nan(value):
                self._out += encode(value)
            else:
                self._nan(value)
            return
        seen = self._seen.get(id(value))
        if seen is not None and not (self._block and is_array(value)) and self._again(seen):
            return
        if id(value) in self._singletons:
            self._stream.in_module, self._stream.plain = True, False
            self._out += _by_name(*self._singletons[id(value)])
            return
        self._left -= 1
        if self._left < 0:
            raise _TooMuchError
        write = self._changeable.get(type(value))
        if write is not None:
            self._begin(value)
            write(value)
        else:
            self._fixed.get(type(value), self._object)(value)

    def _again(self, seen: _Seen) -> bool:
        """Write that something was met before; False where it has to be walked again."""
        here = len(self.streams) - 1
        if seen.content is not None:
            if seen.stream in (here, _ANYWHERE):
                self._out += seen.content
                return True
            return False  # another name needs its refs
        if seen.stream != here:
            self.links.append((seen.stream, here))
        self._changing += 1
        self._out += b"@%d," % seen.number + text(self.streams[seen.stream].name)
        return True

    def _begin(self, value: Any) -> None:
        """Number something that can change."""
        self._seen[id(value)] = _Seen(len(self.streams) - 1, self._count, None, value)
        self._count += 1
        self._changing += 1
        place = self._in_modules.get(id(value))
        if place is not None:
            self._stream.in_module, self._stream.plain = True, False
            self._stream.refs.add(":".join(place))
            self._out += b"H" + text(place[0]) + text(place[1])

    def _frozen(self, value: Any, write: Callable[[Any], None]) -> None:
        """Write something that can't change itself: by its content, if that can't either."""
        out = self._out
        number, start, changing = self._count, len(out), self._changing
        here = len(self.streams) - 1
        self._seen[id(value)] = _Seen(here, number, None, value)
        self._count += 1
        write(value)
        if changing == self._changing:
            self._count = number
            self._seen[id(value)] = _Seen(here, number, _shorten(out, start), value)

    def _items(self, items: Iterable[Any] | None) -> None:
        if items is None:
            self._out += b"-"
            return
        items = tuple(items)
        data = block(items)
        self._out += b"%d:" % len(items)
        if data is not None:
            self._out += data
            return
        self._out += b"*"
        for item in items:
            self._visit(item)

    def _nan(self, value: float) -> None:
        """It can't change, but is found in a list, or as a key, by being the same object."""
        self._stream.plain = False
        place = self._singletons.get(id(value))
        seen = self._seen.get(id(value))
        if place is not None:
            self._out += _by_name(*place)
        elif seen is None or not self._again(seen):
            self._begin(value)
            self._out += ATOMS[float](value)

    def _list(self, value: list[Any]) -> None:
        self._out += b"["
        self._items(value)

    def _dict(self, value: dict[Any, Any]) -> None:
        self._out += b"{"
        self._items(value)
        self._items(value.values())

    def _bytearray(self, value: bytearray) -> None:
        self._out += b"B%d:" % len(value) + value

    def _set(self, value: Any) -> None:
        # In the order in which it is gone through, and with the room in it: the order after a
        # further `add`, or in a copy, depends on it.
        self._stream.plain = False
        self._out += b"%c%d," % (b"Z" if type(value) is frozenset else b"S", sys.getsizeof(value))
        self._items(value)

    def _tuple(self, value: tuple[Any, ...]) -> None:
        data = block(value)
        if data is None:
            self._frozen(value, self._write_tuple)
            return
        start = len(self._out)
        self._out += b"(%d:" % len(value) + data
        _shorten(self._out, start)

    def _write_tuple(self, value: tuple[Any, ...]) -> None:
        self._out += b"(%d:*" % len(value)
        for item in value:
            self._visit(item)

    def _memory(self, value: Memory) -> None:
        self._changing += 1
        value.block = self._block
        if value.stop <= value.start:
            self._out += b"m"
            return
        self._out += b"M"
        self._stream.memory.append(value)

    def _code(self, value: CodeType) -> None:
        self._out += self._world.codes.of(value).canonical

    def _globals(self, value: ModuleGlobals) -> None:
        self._out += b"g" + text(value.module)

    # --- all other objects ---

    def _object(self, value: Any) -> None:
        self._stream.plain = False
        if self._block and is_array(value) and not value.dtype.hasobject:
            memory, place = array_in_block(value, self._block)
            self._memory(memory)
            self._write_tuple(place)
            return
        red = self._reduced(value)
        if isinstance(red, Reference):
            self._reference(value, red)
        elif isinstance(red, Opaque):
            self._opaque(value, red)
        elif red.frozen:
            self._frozen(value, lambda _: self._parts(red))
        elif red.columns is not None:
            self._begin(value)
            self._columns(red.columns)
        elif red.make_copy is not None:
            self._begin(value)
            self._block = id(value)
            self._seen.pop(id(red.arguments[1]), None)  # the values
            self._parts(red)
            self._block = 0
        else:
            self._begin(value)
            self._parts(red)

    def _reduced(self, value: Any) -> Reduction:
        try:
            return self._world.reduce(value)
        except RecursionError:
            raise
        except Exception as failure:  # of the value's own methods
            return Opaque(f"{named(type(value))} that fails: {type(failure).__name__}")

    def _reference(self, value: Any, red: Reference) -> None:
        self._stream.refs.update(red.refs)
        content = _by_name(red.module, red.name)
        self._out += content
        stream = len(self.streams) - 1 if red.refs else _ANYWHERE
        self._seen[id(value)] = _Seen(stream, 0, content, value)

    def _parts(self, red: Parts) -> None:
        stream = self._stream
        stream.refused = stream.refused or red.refusal
        stream.refs.update(red.refs)
        self._out += b"O%d" % len(red.arguments)
        self._visit(red.make)
        for argument in red.arguments:
            self._visit(argument)
        self._state(red.state)
        self._items(red.items)
        self._items(red.pairs)
        if red.setter is not None:
            self._visit(red.setter)
        if red.extra is not None:
            self._out += b"+"
            self._state(red.extra)
        self._out += b";"

    def _columns(self, columns: tuple[tuple[Any, Any], ...]) -> None:
        self._out += b"D%d:" % len(columns)
        for owner, counted in columns:
            self._block = 0 if owner is None else id(owner)
            self._state(counted)
        self._block = 0

    def _state(self, state: Any) -> None:
        """A state made for the occasion has no identity."""
        if type(state) is tuple:
            self._write_tuple(state)
        else:
            self._visit(state)

    def _opaque(self, value: Any, red: Opaque) -> None:
        stream = self._stream
        if not stream.opaque:
            verb = "holds" if stream.data else "is"  # the name's own value is met first
            stream.opaque = f"{verb} {red.words}"
        self._begin(value)
        stream.hidden.append(value)
        self._out += b"?" + text(named(type(value)))
        stream.leaves += red.leaves
        for item in red.inside:
            self._visit(item)


def _by_name(module: str, name: str) -> bytes:
    return b"G" + text(module) + text(name)


def _shorten(out: bytearray, start: int) -> bytes:
    """What was written since `start`, or in its place the digest of it, if that is shorter."""
    content = bytes(memoryview(out)[start:])
    if len(content) > _SHORT:
        content = b"#" + blake3(content).digest()
        out[start:] = content
    return content
