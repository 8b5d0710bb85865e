"""Writes what a value is into a stream, part by part: each kind of parts has one way to be written.

What that means, and why it is no pickle, is told where it is used (`walk.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from types import CodeType
from typing import Any, Final

from treadle.engine.identity import identity
from treadle.engine.values.allowance import STRIDE
from treadle.engine.values.atoms import ATOMS, block, is_nan, text
from treadle.engine.values.meetings import ANYWHERE, Meetings, Met, shorten
from treadle.engine.values.reductions import (
    EMPTY,
    ModuleGlobals,
    Opaque,
    Parts,
    Reduction,
    Reference,
    Uncounted,
)
from treadle.engine.values.regions import Memory, array_in_block, is_array
from treadle.engine.values.types.objects import named
from treadle.engine.values.world import EVERYTHING, MAIN, World, top

_PER_VISIT: Final = 32  # items without parts, which are written together
_MANY: Final = 4 * STRIDE  # items of which so much is to be expected that it is asked for first
_PAGE: Final = 4096  # bytes of memory that are hashed while an object is looked at ...
PER_LENGTH: Final = 1024  # ... and of texts, which are copied first
TEXTS: Final = frozenset({str, bytes})
_LONG: Final = 1 << 20  # bytes of a text from which on that counts


class ValueWriter(Meetings):
    """Writes to the stream that is begun, as what it has met before lets it."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._singletons: dict[int, tuple[str, str]] = {}
        self._block = 0  # of a frame, in which the walk is: its identity
        self._identities = world.identities
        self._numbered = world.identities.asked  # whether numbers may stand for objects

    def _visit(self, value: Any) -> None:
        encode = ATOMS.get(type(value))
        if encode is not None:
            if value != value and is_nan(value):
                self._nan(value)
                return
            if self._numbered and self._identities.may_be_one(value):
                self._identity(value)
                return
            if type(value) in TEXTS and len(value) > _LONG:
                self._weigh(len(value) // PER_LENGTH)
            self._out += encode(value)
            return
        seen = self._seen.get(identity(value))
        if seen is not None and not (self._block and is_array(value)) and self._again(seen):
            return
        if identity(value) in self._singletons:
            self._stream.in_module, self._stream.plain = True, False
            if value is self._world.namespace:
                self._stream.refs.add(EVERYTHING)
            self._out += _by_name(*self._singletons[identity(value)])
            return
        self._left -= 1
        if self._left < 0:
            self._look()
        write = _CHANGEABLE.get(type(value))
        if write is not None:
            self._begin(value)
            write(self, value)
        else:
            _FIXED.get(type(value), ValueWriter._object)(self, value)

    def _items(self, items: Collection[Any] | None) -> None:
        if items is None:
            self._out += b"-"
            return
        count = len(items)
        if count >= _PER_VISIT:
            self._weigh(count // _PER_VISIT)
        if count > _MANY:
            self._foresee(items)
        items = tuple(items)
        data = self._apart(items) if self._numbered else block(items)
        self._out += b"%d:" % count
        if data is not None:
            self._out += data
            return
        self._out += b"*"
        self._expect(count // 4)
        for item in items:
            self._visit(item)

    def _apart(self, items: tuple[Any, ...]) -> bytes | None:
        """All items at once, if none of them has parts, nor stands for an object."""
        return None if any(map(self._identities.may_be_one, items)) else block(items)

    def _identity(self, value: int) -> None:
        """Write the object that a number stands for, and that it is its number."""
        self._stream.plain, self._stream.identities = False, True
        if self._identities.is_one(value):
            self._out += b"&"
            self._visit(self._identities.object_of(value))
        else:
            self._opaque(value, Opaque("a number that may be an object's identity"))

    def _foresee(self, items: Collection[Any]) -> None:
        """Give up at once on many that have parts: nothing is copied for that."""
        if type(next(iter(items))) not in ATOMS:
            self._expect(len(items) // 4)

    def _nan(self, value: float) -> None:
        """It can't change, but is found in a list, or as a key, by being the same object."""
        self._stream.plain = False
        place = self._singletons.get(identity(value))
        seen = self._seen.get(identity(value))
        if place is not None:
            self._out += _by_name(*place)
        elif seen is None or not self._again(seen):
            self._weigh(1)
            self._begin(value)
            self._out += ATOMS[float](value)

    def _list(self, value: list[Any]) -> None:
        self._out += b"["
        self._items(value)

    def _dict(self, value: dict[Any, Any]) -> None:
        self._out += b"{"
        if len(value) > _MANY:
            self._foresee(value.values())
        self._items(value)
        self._items(value.values())

    def _bytearray(self, value: bytearray) -> None:
        self._weigh(len(value) // _PAGE)
        self._out += b"B%d:" % len(value) + value

    def _set(self, value: Any) -> None:
        # In the order in which it is gone through, and with the room in it: the order after a
        # further `add`, or in a copy, depends on it.
        self._stream.plain = False
        if self._numbered and value and all(map(self._identities.is_one, value)):
            self._out += b"I"
            self._items(self._identities.in_order(value))
            return
        self._out += b"%c%d," % (b"Z" if type(value) is frozenset else b"S", sys.getsizeof(value))
        self._items(value)

    def _tuple(self, value: tuple[Any, ...]) -> None:
        data = self._apart(value) if self._numbered else block(value)
        if data is None:
            self._frozen(value, self._write_tuple)
            return
        start = len(self._out)
        self._out += b"(%d:" % len(value) + data
        shorten(self._out, start)

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
        place = (value.start, value.stop)
        if place not in self._regions:
            self._regions.add(place)
            self._weigh((value.stop - value.start) // _PAGE)

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
        if isinstance(red, Parts) and type(red.state) is dict:
            self._stream.in_module |= self._world.holds_mark(type(value), red.state)
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
            self._block = identity(value)
            self._seen.pop(identity(red.arguments[1]), None)  # the values
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
        if red.module == MAIN:
            self._stream.holds.add(top(red.name))
        self._stream.in_module |= red.kept
        content = _by_name(red.module, red.name)
        self._out += content
        stream = len(self.streams) - 1 if red.refs else ANYWHERE
        self._seen[identity(value)] = Met(stream, 0, content, value)

    def _parts(self, red: Parts) -> None:
        stream = self._stream
        stream.refused = stream.refused or red.refusal
        if red.refs:
            (stream.own if stream.is_own(red) else stream.refs).update(red.refs)
        if red.weak is not None:
            stream.weak.append(red.weak)
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
            self._block = 0 if owner is None else identity(owner)
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
        # Who names an object that holds nothing is likely to ask it for something.
        named_itself = not stream.data and red.instead is not None and red.instead[0] == EMPTY
        stream.bare |= red.instead is None or named_itself
        self._begin(value)
        stream.ends |= red.ends
        stream.hidden.append(value)
        self._out += b"?" + text(named(type(value)))
        stream.leaves += red.leaves
        if red.instead is not None:
            self._write_tuple(red.instead[1])
        for item in red.inside:
            self._visit(item)


# Of the class, not of each walk: a circle would keep what it has met until the collector comes.
_CHANGEABLE: Final[Mapping[type, Callable[[ValueWriter, Any], None]]] = {
    list: ValueWriter._list,
    dict: ValueWriter._dict,
    set: ValueWriter._set,
    bytearray: ValueWriter._bytearray,
}
_FIXED: Final[Mapping[type, Callable[[ValueWriter, Any], None]]] = {
    tuple: ValueWriter._tuple,
    frozenset: lambda walk, value: walk._frozen(value, walk._set),
    Memory: ValueWriter._memory,
    CodeType: ValueWriter._code,
    ModuleGlobals: ValueWriter._globals,
    Uncounted: lambda _, __: None,
}


def _by_name(module: str, name: str) -> bytes:
    return b"G" + text(module) + text(name)
