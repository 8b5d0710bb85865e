"""What a chunk prints and shows, in the order it happened.

Python's own prints are recorded as they are made. What comes from outside Python (a C
library, a subprocess) lands in a scratch file under each of the descriptors 1 and 2, and is
taken over before the next thing is recorded: so it stands in its place, whoever wrote it.
Between two such moments the standard output comes before the standard error: the true
order of two descriptors can't be known, and this one is the same in every build.
What is shown may have a name, by which something else takes its place.

`sys.stdout`, `sys.stderr` and `input()` are replaced for that.
"""

from __future__ import annotations

import builtins
import codecs
import contextlib
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import NoReturn

from msgspec import Struct

from treadle.engine.addresses import without_addresses
from treadle.engine.store.atomic import scratch_file, write_all
from treadle.engine.trace import Display, Echo, Output, Stream
from treadle.engine.worker.screen import Screen, last_line

# Characters a chunk may print to each stream, some 250 pages; the rest is dropped.
LIMIT = 1_000_000
_PEEK = 1000  # bytes looked at for the latest line


class Tap:
    """A scratch file in the place of a descriptor, and how far it has been read."""

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self._descriptor = descriptor
        self._file = scratch_file(name)
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        os.dup2(self._file, descriptor)

    def read(self) -> str:
        """What was written since the last time."""
        end = os.lseek(self._file, 0, os.SEEK_END)
        if end == self._offset:
            return ""
        start = self._offset if self._offset < end else 0  # someone truncated it
        self._offset = end
        kept = min(end - start, 4 * LIMIT)
        return self._decoder.decode(os.pread(self._file, kept, start))

    def peek(self) -> str:
        """The end of what was written since the last time, without taking it."""
        end = os.lseek(self._file, 0, os.SEEK_END)
        start = max(self._offset, end - _PEEK)
        return os.pread(self._file, _PEEK, start).decode("utf-8", "replace")

    def pending(self) -> int:
        return os.lseek(self._file, 0, os.SEEK_END) - self._offset

    def rewind(self) -> str:
        """What is left, and an empty scratch file again."""
        text = self.read() + self._decoder.decode(b"", final=True)
        if self._offset:
            os.ftruncate(self._file, 0)
            self._offset = 0
        return text


class _Text(Struct, frozen=True):
    """The place of consecutive prints to one stream."""

    name: str


class _Record:
    """What has been printed and shown since a moment."""

    def __init__(self) -> None:
        self.items: list[Output | _Text] = []
        self.screens = {"stdout": Screen(), "stderr": Screen()}
        self.full: set[str] = set()  # streams to which too much was printed
        self.named: dict[str, list[int]] = {}  # the places of what was shown, by name
        self.is_stale = False  # it goes as soon as something follows

    def outputs(self) -> list[Output]:
        texts: dict[int, list[str]] = {}
        for screen in self.screens.values():
            for place, text in screen.pieces():
                texts.setdefault(place, []).append(text)
        found: list[Output] = []
        for place, item in enumerate(self.items):
            if isinstance(item, _Text):
                text = "".join(texts.get(place, ()))
                if not text.isascii():
                    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
                found += [Stream(item.name, text)] if text else []
            elif not isinstance(item, Display) or item.data or item.files:
                found.append(item)
        return found


class Capture:
    """Records outputs until they are taken."""

    def __init__(self) -> None:
        """Take over the descriptors 1 and 2."""
        self._lock = threading.RLock()  # a __del__ may print while we record
        self._record = _Record()
        self._taps = (Tap("stdout", 1), Tap("stderr", 2))
        self._forked = False
        self.printed: Callable[[str], str] = without_addresses  # of a text, what is recorded
        self.cut: tuple[str, ...] = ()  # the streams of which something was dropped at last
        os.register_at_fork(after_in_child=self._after_fork)

    def write(self, name: str, text: str) -> None:
        if self._forked:
            os.write(1 if name == "stdout" else 2, text.encode("utf-8", "backslashreplace"))
            return
        with self._lock:
            self._drain()
            self._append(name, text)

    def show(self, output: Output, name: str = "") -> None:
        """Record anything else that is displayed, under a name that others may share."""
        with self._lock:
            self._drain()
            record = self._current()
            if name:
                record.named.setdefault(name, []).append(len(record.items))
            record.items.append(output)

    def replace(self, name: str, output: Output) -> bool:
        """Put it into the place of what was shown under the name, if there is such."""
        with self._lock:
            places = self._record.named.get(name, ())
            for place in places:
                self._record.items[place] = output
            return bool(places)

    def clear(self, *, wait: bool = False) -> None:
        """Forget what was printed and shown; `wait`: as soon as something follows."""
        with self._lock:
            self._drain()
            self._record.is_stale = True
            if not wait:
                self._current()

    def take(self) -> tuple[Output, ...]:
        """All that was recorded since the last time; streams are as terminals leave them."""
        with self._lock:
            for tap in self._taps:
                self._append(tap.name, tap.rewind())
            record, self._record = self._record, _Record()
        self.cut = tuple(sorted(record.full))
        notes = (Stream(name, f"\n[{name} cut after {LIMIT:,} characters]\n") for name in self.cut)
        return (*_merged(record.outputs()), *notes)

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """Forget what is recorded inside."""
        with self._lock:
            self._drain()
            before, self._record = self._record, _Record()
        try:
            yield
        finally:
            with self._lock:
                self._drain()
                self._record = before

    def latest(self) -> str:
        """The latest line printed, for the progress display; nothing is taken."""
        with self._lock:
            for tap in self._taps:
                if tap.pending() > 4 * LIMIT:  # don't let a runaway program fill the memory
                    self._append(tap.name, tap.rewind())
            waiting = "".join(tap.peek() for tap in self._taps)
            record = self._record
            texts = [item.name for item in record.items[-1:] if isinstance(item, _Text)]
            recorded = record.screens[texts[0]].latest() if texts else ""
        return last_line(waiting) or last_line(recorded)

    def _drain(self) -> None:
        for tap in self._taps:
            text = tap.read()
            if text:
                self._append(tap.name, text)

    def _current(self) -> _Record:
        """The record, to which something is about to be added."""
        if self._record.is_stale:
            old, self._record = self._record, _Record()
            self._record.items += [item for item in old.items if isinstance(item, Echo)]
        return self._record

    def _append(self, name: str, text: str) -> None:
        if not text:
            return
        if " at " in text:  # an address of an object, perhaps
            text = self.printed(text)
        record = self._current()
        screen = record.screens[name]
        if len(text) > LIMIT - screen.size:
            text = text[: LIMIT - screen.size] if name not in record.full else ""
            record.full.add(name)
        if not text:
            return
        last = record.items[-1] if record.items else None
        if not isinstance(last, _Text) or last.name != name:
            record.items.append(_Text(name))
        screen.write(text, len(record.items) - 1)

    def _after_fork(self) -> None:
        # A forked child shares the scratch files, not the list: it writes there.
        self._forked = True
        self._lock = threading.RLock()


def _merged(outputs: list[Output]) -> list[Output]:
    merged: list[Output] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if isinstance(output, Stream) and isinstance(last, Stream) and last.name == output.name:
            merged[-1] = Stream(last.name, last.text + output.text)
        else:
            merged.append(output)
    return merged


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`: straight to the descriptor, where the capture finds it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: object) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        write_all(self._descriptor, view)
        return len(view)


class OutputStream(io.TextIOBase):
    """A text stream that records what is written, unbuffered."""

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
    line_buffering = True
    mode = "w"

    def __init__(self, name: str, descriptor: int, capture: Capture) -> None:
        """The stream `name`; `descriptor` is what it stands for."""
        self._stream = name
        self._descriptor = descriptor
        self._record = capture.write
        self.name = f"<{name}>"
        self.buffer = _Bytes(descriptor)

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._record(self._stream, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """1 or 2: for subprocesses; what they write is recorded as well."""
        return self._descriptor

    def close(self) -> None:
        """Nothing: later chunks print too."""

    def reconfigure(self, **_: object) -> None:
        """Nothing: there is no buffer and the encoding is fixed."""


def install(capture: Capture) -> None:
    """Make all printing go to `capture`, and `input()` say clearly that nobody answers."""
    sys.stdout = sys.__stdout__ = OutputStream("stdout", 1, capture)  # type: ignore[assignment,misc]
    sys.stderr = sys.__stderr__ = OutputStream("stderr", 2, capture)  # type: ignore[assignment,misc]
    builtins.input = _no_input
    _unbuffer_c_streams()


def _no_input(prompt: object = "", /) -> NoReturn:
    raise EOFError(f"input({prompt!r}): nobody is there to answer while a document is built")


def _unbuffer_c_streams() -> None:
    """Make C's printf write at once, or it would come out after later prints of Python."""
    try:
        import ctypes

        library = ctypes.CDLL(None)
        for name in ("stdout", "stderr"):
            stream = ctypes.c_void_p.in_dll(library, name)
            library.setvbuf(stream, None, 2, 0)  # 2: _IONBF
    except (ImportError, OSError, ValueError):  # another C library: its order is not known
        return
