"""What a walk has met, and how: so that what is met again is written as that.

What can change is numbered when it is first met, and a later meeting is written as its number. What
can't change is written by its content, wherever it is met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from blake3 import blake3

from treadle.engine.values.codes import text
from treadle.engine.values.pace import Paced
from treadle.engine.values.reach import NOT_FOLLOWED
from treadle.engine.values.streams import ValueStream

ANYWHERE: Final = -1  # the number of no stream: content that is the same in all of them
_SHORT: Final = 64  # bytes from which on what can't change is written as its digest


class Seen(NamedTuple):
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
        self._seen: dict[int, Seen] = {}
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
        seen = self._seen.get(id(value))
        return "" if seen is None or seen.stream < 0 else self.streams[seen.stream].name

    def _again(self, seen: Seen) -> bool:
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
        self._seen[id(value)] = Seen(len(self.streams) - 1, self._count, None, value)
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
        self._seen[id(value)] = Seen(here, number, None, value)
        self._count += 1
        write(value)
        if changing == self._changing:
            self._count = number
            self._seen[id(value)] = Seen(here, number, shorten(out, start), value)


def shorten(out: bytearray, start: int) -> bytes:
    """What was written since `start`, or in its place the digest of it, if that is shorter."""
    content = bytes(memoryview(out)[start:])
    if len(content) > _SHORT:
        content = b"#" + blake3(content).digest()
        out[start:] = content
    return content
