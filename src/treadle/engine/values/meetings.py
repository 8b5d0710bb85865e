"""What a walk has met, and how: so that what is met again is written as that.

What can change is numbered when it is first met, and a later meeting is written as its number. What
can't change is written by its content, wherever it is met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any, Final, NamedTuple

from blake3 import blake3
from msgspec import Struct, field

from treadle.engine.identity import identity
from treadle.engine.values.allowance import Paced
from treadle.engine.values.atoms import text
from treadle.engine.values.reductions import Parts
from treadle.engine.values.regions import Memory
from treadle.engine.values.sharing.reach import NOT_FOLLOWED
from treadle.engine.values.world import top

_TAKEN_APART: Final = 4  # and made anew, and looked at again
ANYWHERE: Final = -1  # the number of no stream: content that is the same in all of them
_SHORT: Final = 64  # bytes from which on what can't change is written as its digest


class ValueStream(Struct):
    """What a walk over the value of one name has found."""

    name: str
    data: bytearray = field(default_factory=bytearray)
    memory: list[Memory] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)  # refs of what its name's own `def` or `class` holds
    codes: dict[str, CodeType] = field(default_factory=dict)  # of that, by their dotted names
    holds: set[str] = field(default_factory=set)  # functions and classes of the session's, itself
    leaves: list[Any] = field(default_factory=list)  # what something opaque was computed from
    ends: bool = False  # something in it does something when it ends
    opaque: str = ""  # what in it can't be looked into, in words
    bare: bool = False  # and nothing can stand for something of it
    hidden: list[Any] = field(default_factory=list)  # and itself
    weak: list[Any] = field(default_factory=list)  # what it refers to, and does not hold on to
    refused: str = ""  # what in it can't be stored, in words
    plain: bool = True  # nothing but what pickle is known to keep as it is
    in_module: bool = False  # it is, or holds, an object of a module, and comes back as that
    identities: bool = False  # it holds numbers that stand for objects, as `id` gives them
    defined: bool = False  # it is a class or function of this very name
    weight: int = 0  # how many objects were looked at, or what is as much work
    seconds: float = 0.0  # what that took
    unseen: str = ""  # why it was not looked at to its end, in words

    @property
    def times(self) -> int:
        """How many times as long as looking at it takes keeping it."""
        return 1 if self.plain else _TAKEN_APART

    def is_own(self, parts: Parts) -> bool:
        """Whether it is a function that the `def` or `class` of the name holds, as that which a
        decorator has wrapped; not one that was attached to it. The first of a dotted name is."""
        if parts.make is not FunctionType:
            return False
        code: CodeType = parts.arguments[0]
        path = code.co_qualname
        return top(path) == self.name and self.codes.setdefault(path, code) == code


class Met(NamedTuple):
    stream: int
    number: int
    content: bytes | None  # of what can't change; None for what can
    value: Any  # kept alive, as its identity is its key


class Meetings(Paced):
    """Of what was met from several names; what they share links them."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: list[ValueStream] = []
        self.links: list[tuple[int, int]] = []  # numbers of streams that share something
        self._in_modules: dict[int, tuple[str, str]] = {}
        self._seen: dict[int, Met] = {}
        self._count = 0  # of what was numbered in this stream
        self._changing = 0  # meetings with what can change
        self._regions: set[tuple[int, int]] = set()  # the memory that was met
        self._stream = ValueStream("")
        self._out = self._stream.data

    def _forget_last(self) -> None:
        """As if the last value had not been met."""
        memory = self.streams.pop().memory
        self._regions.difference_update((each.start, each.stop) for each in memory)
        last = len(self.streams)
        self._seen = {key: seen for key, seen in self._seen.items() if seen.stream != last}
        self.links = [pair for pair in self.links if last not in pair]

    def owners(self) -> dict[int, int]:
        """The number of the stream in which what can change was first met, by its identity."""
        return {key: seen.stream for key, seen in self._seen.items() if seen.content is None}

    def met(self) -> list[list[Any]]:
        """What was met in each stream and may hold something."""
        found: list[list[Any]] = [[] for _ in self.streams]
        for seen in self._seen.values():
            if seen.stream >= 0 and not isinstance(seen.value, NOT_FOLLOWED):
                found[seen.stream].append(seen.value)
        return found

    def kept_alive(self) -> Iterator[Any]:
        """All that it refers to."""
        yield from (seen.value for seen in self._seen.values())
        for stream in self.streams:
            yield from stream.hidden
            yield from stream.leaves
            yield from (memory.keeper for memory in stream.memory)

    def holder(self, value: Any) -> str:
        """A name from which `value`, if it can change, was reached; empty if there is none."""
        seen = self._seen.get(identity(value))
        return "" if seen is None or seen.stream < 0 else self.streams[seen.stream].name

    def _again(self, seen: Met) -> bool:
        """Write that something was met before; False where it has to be walked again."""
        here = len(self.streams) - 1
        if seen.content is not None:
            if seen.stream in (here, ANYWHERE):
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
        self._seen[identity(value)] = Met(len(self.streams) - 1, self._count, None, value)
        self._count += 1
        self._changing += 1
        place = self._in_modules.get(identity(value))
        if place is not None:
            self._stream.in_module, self._stream.plain = True, False
            self._stream.refs.add(":".join(place))
            self._out += b"H" + text(place[0]) + text(place[1])

    def _frozen(self, value: Any, write: Callable[[Any], None]) -> None:
        """Write something that can't change itself: by its content, if that can't either."""
        out = self._out
        number, start, changing = self._count, len(out), self._changing
        here = len(self.streams) - 1
        self._seen[identity(value)] = Met(here, number, None, value)
        self._count += 1
        write(value)
        if changing == self._changing:
            self._count = number
            self._seen[identity(value)] = Met(here, number, shorten(out, start), value)


def shorten(out: bytearray, start: int) -> bytes:
    """What was written since `start`, or in its place the digest of it, if that is shorter."""
    content = bytes(memoryview(out)[start:])
    if len(content) > _SHORT:
        content = b"#" + blake3(content).digest()
        out[start:] = content
    return content
