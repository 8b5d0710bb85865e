"""The canonical walk: a stream of bytes for each name, equal where the values behave equally.

What can change is numbered when it is first met, and a later meeting is written as its number:
so the stream says what is shared, and in what way. What can't change is written by its content,
wherever it is met, as it must not matter whether two equal strings are one object.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any, Final

from blake3 import blake3
from msgspec import Struct, field

from treadle.engine.values.classes import class_by_value, recipe
from treadle.engine.values.codes import ATOMS, block, text
from treadle.engine.values.functions import function_by_value
from treadle.engine.values.memory import Memory
from treadle.engine.values.objects import named, singletons
from treadle.engine.values.pandas_values import array_apart
from treadle.engine.values.reduction import Opaque, Parts, Reduction, Reference, Unseen
from treadle.engine.values.sets import table
from treadle.engine.values.world import MAIN, World

# What a walk writes down about the value of one name.

# ruff: noqa: ANN401  (a value is whatever the user made)


_SHORT: Final = 64  # bytes from which on what can't change is written as its digest


class Trail(Struct):
    """What the walk of one name's value found."""

    name: str
    stream: bytearray = field(default_factory=bytearray)
    memory: list[Memory] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)
    leaves: list[Any] = field(default_factory=list)  # what something opaque was computed from
    opaque: str = ""  # what in it can't be looked into, in words
    refused: str = ""  # what in it can't be stored, in words
    plain: bool = True  # nothing but what pickle is known to keep as it is
    resides: bool = False  # it is, or holds, an object of one of the project's modules
    defined: bool = False  # it is a class or function of this very name


def is_array(value: Any) -> bool:
    """Whether it is an array, which has no identity within a frame."""
    kind = type(value)
    return kind.__name__ == "ndarray" and kind.__module__ == "numpy"


def by_name(module: str, name: str) -> bytes:
    """Something found by name."""
    return b"G" + text(module) + text(name)


def shorten(out: bytearray, start: int) -> bytes:
    """What was written since `start`, or the digest of it, if that is shorter."""
    content = bytes(memoryview(out)[start:])
    if len(content) > _SHORT:
        content = b"#" + blake3(content).digest()
        out[start:] = content
    return content


# The canonical walk: a stream of bytes for each name, equal where the values behave equally.
#
# What can change is numbered when it is first met, and a later meeting is written as its number:
# so the stream says what is shared, and in what way. What can't change is written by its content,
# wherever it is met, as it must not matter whether two equal strings are one object.

# ruff: noqa: ANN401  (a value is whatever the user made)


MOST: Final = 5_000_000  # objects looked at for one name
DEEPEST: Final = 60_000  # frames of Python, which take no C stack
_ANYWHERE: Final = -1  # no trail, but content that is the same in all of them


class _TooMuchError(Exception):
    """A walk does not end within bounds."""


class Walk:
    """A walk over several names; what they share links them."""

    def __init__(self, world: World) -> None:
        """Nothing is walked yet."""
        self.trails: list[Trail] = []
        self.links: list[tuple[int, int]] = []  # numbers of trails that share something
        self._world = world
        self._homes: dict[int, tuple[str, str]] = {}
        self._process: dict[int, tuple[str, str]] = {}
        self._seen: dict[int, tuple[int, int, bytes | None, Any]] = {}
        self._count = 0
        self._changing = 0
        self._left = MOST
        self._block = 0  # of a frame, in which the walk is
        self._trail = Trail("")
        self._out = self._trail.stream
        self._builtin: dict[type, Callable[[Any], None]] = {
            list: self._list,
            tuple: self._tuple,
            dict: self._dict,
            set: self._set,
            frozenset: self._frozenset,
            bytearray: self._bytearray,
            Memory: self._memory,
            CodeType: self._code,
            Unseen: lambda _: None,
        }

    def add(self, name: str, value: Any) -> Trail:
        """Walk what a name is bound to."""
        self._trail = trail = Trail(name)
        self._out = trail.stream
        self._count, self._changing, self._left, self._block = 0, 0, MOST, 0
        self.trails.append(trail)
        encode = ATOMS.get(type(value))
        if encode is not None:
            trail.stream += encode(value)
            return trail
        if not self._process:
            self._homes = self._world.homes.found()
            self._process = singletons()
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEEPEST))
        try:
            self._root(name, value)
        except RecursionError:
            trail.opaque = "is nested too deeply"
        except _TooMuchError:
            trail.opaque = "holds too many objects"
        finally:
            sys.setrecursionlimit(limit)
        return trail

    def holder(self, value: Any) -> str:
        """A name from which `value`, if it can change, was reached; empty if there is none."""
        seen = self._seen.get(id(value))
        return "" if seen is None or seen[0] < 0 else self.trails[seen[0]].name

    def _root(self, name: str, value: Any) -> None:
        """A class or function is walked itself only where it is what its name stands for."""
        if getattr(type(value), "__name__", "") != "function" and not isinstance(value, type):
            self._visit(value, root=True)
            return
        red = self._world.reduce(value)
        if not isinstance(red, Reference) or (red.module, red.name) != (MAIN, name):
            self._visit(value, root=True)
            return
        self._trail.defined = True
        by_value = class_by_value if isinstance(value, type) else function_by_value
        parts = by_value(value, self._world)
        if not isinstance(value, type):
            parts = Parts(
                parts.make, parts.arguments, parts.state, extra=parts.extra, refs=parts.refs
            )
        self._parts(parts)
        if isinstance(value, type) and recipe(value) is not None:
            self._trail.refused = ""

    def _visit(self, value: Any, *, root: bool = False) -> None:
        encode = ATOMS.get(type(value))
        if encode is not None:
            self._out += encode(value)
            return
        seen = self._seen.get(id(value))
        if seen is not None and not (self._block and is_array(value)) and self._again(seen):
            return
        if id(value) in self._process:
            self._of_process(*self._process[id(value)])
            return
        self._left -= 1
        if self._left < 0:
            raise _TooMuchError
        walk = self._builtin.get(type(value))
        if walk is not None:
            walk(value)
        else:
            self._object(value, root=root)

    def _of_process(self, module: str, name: str) -> None:
        """Write an object that is what it is by being in its place."""
        self._trail.resides, self._trail.plain = True, False
        self._out += by_name(module, name)

    def _again(self, seen: tuple[int, int, bytes | None, Any]) -> bool:
        """Write that something was met before; False where it has to be walked again."""
        trail, number, content, _ = seen
        here = len(self.trails) - 1
        if content is not None:
            if trail in (here, _ANYWHERE):
                self._out += content
                return True
            return False  # another name needs its refs
        if trail != here:
            self.links.append((trail, here))
        self._changing += 1
        self._out += b"@%d," % number + text(self.trails[trail].name)
        return True

    def _begin(self, value: Any) -> None:
        """Number something that can change."""
        self._seen[id(value)] = (len(self.trails) - 1, self._count, None, value)
        self._count += 1
        self._changing += 1
        home = self._homes.get(id(value))
        if home is not None:
            self._trail.resides, self._trail.plain = True, False
            self._trail.refs.add(":".join(home))
            self._out += b"H" + text(home[0]) + text(home[1])

    def _frozen(self, value: Any, write: Callable[[Any], None]) -> None:
        """Write something that can't change itself: by its content, if that can't either."""
        out = self._out
        number, start, changing = self._count, len(out), self._changing
        here = len(self.trails) - 1
        self._seen[id(value)] = (here, number, None, value)
        self._count += 1
        write(value)
        if changing == self._changing:
            self._count = number
            self._seen[id(value)] = (here, number, shorten(out, start), value)

    # --- containers ---

    def _items(self, items: Iterable[Any]) -> None:
        items = tuple(items)
        data = block(items)
        self._out += b"%d:" % len(items)
        if data is not None:
            self._out += data
            return
        self._out += b"*"
        for item in items:
            self._visit(item)

    def _list(self, value: list[Any]) -> None:
        self._begin(value)
        self._out += b"["
        self._items(value)

    def _tuple(self, value: tuple[Any, ...]) -> None:
        data = block(value)
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

    def _dict(self, value: dict[Any, Any]) -> None:
        self._begin(value)
        self._out += b"{"
        self._items(value)
        self._items(value.values())

    def _set(self, value: set[Any]) -> None:
        self._begin(value)
        self._write_set(value)

    def _frozenset(self, value: frozenset[Any]) -> None:
        self._frozen(value, self._write_set)

    def _write_set(self, value: Any) -> None:
        # In the order in which it is gone through, and with its table: the order after a
        # further `add` depends on it.
        self._trail.plain = False
        if type(value) is frozenset:
            self._out += b"Z"
        else:
            read = table(value)
            self._out += b"S%d.%d.%d," % (read[:3] if read else (sys.getsizeof(value), 0, 0))
        self._items(value)

    def _bytearray(self, value: bytearray) -> None:
        self._begin(value)
        self._out += b"B%d:" % len(value) + value

    # --- what lies outside of Python's objects ---

    def _memory(self, value: Memory) -> None:
        self._changing += 1
        value.block = self._block
        if value.stop <= value.start:
            self._out += b"m"
            return
        self._out += b"M"
        self._trail.memory.append(value)

    def _code(self, value: CodeType) -> None:
        self._out += self._world.codes.canonical(value)

    # --- all other objects ---

    def _object(self, value: Any, *, root: bool) -> None:
        self._trail.plain = False
        if self._block and is_array(value) and not value.dtype.hasobject:
            memory, place = array_apart(value, self._block)
            self._memory(memory)
            self._write_tuple(place)
            return
        red = self._reduced(value)
        if isinstance(red, Reference):
            self._trail.refs.update(red.refs)
            content = by_name(red.module, red.name)
            self._out += content
            trail = len(self.trails) - 1 if red.refs else _ANYWHERE
            self._seen[id(value)] = (trail, 0, content, value)
        elif isinstance(red, Opaque):
            self._opaque(value, red, root=root)
        elif red.frozen:
            self._frozen(value, lambda _: self._parts(red))
        elif red.apart:
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

    def _parts(self, red: Parts) -> None:
        trail = self._trail
        if red.refusal:
            trail.refused = trail.refused or red.refusal
        trail.refs.update(red.refs)
        self._out += b"O%d" % len(red.arguments)
        self._visit(red.make)
        for argument in red.arguments:
            self._visit(argument)
        self._state(red.state)
        self._some(red.items)
        self._some(red.pairs)
        if red.setter is not None:
            self._visit(red.setter)
        if red.extra is not None:
            self._out += b"+"
            self._state(red.extra)
        self._out += b";"

    def _state(self, state: Any) -> None:
        """A state made for the occasion has no identity."""
        if type(state) is tuple:
            self._write_tuple(state)
        else:
            self._visit(state)

    def _some(self, items: Iterable[Any] | None) -> None:
        if items is None:
            self._out += b"-"
        else:
            self._items(items)

    def _opaque(self, value: Any, red: Opaque, *, root: bool) -> None:
        trail = self._trail
        if not trail.opaque:
            trail.opaque = f"is {red.words}" if root else f"holds {red.words}"
        self._begin(value)
        self._out += b"?" + text(named(type(value)))
        trail.leaves += red.leaves
        for item in red.inside:
            self._visit(item)
