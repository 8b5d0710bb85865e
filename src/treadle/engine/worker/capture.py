"""What a chunk prints and shows, in the order it happened.

Python's own prints are recorded as they are made. What comes from outside Python (a C
library, a subprocess) lands in a scratch file under each of the descriptors 1 and 2, and is
taken over before the next thing is recorded: so it stands in its place, whoever wrote it.
Between two such moments the standard output comes before the standard error: the true
order of two descriptors can't be known, and this one is the same in every build.

`sys.stdout`, `sys.stderr` and `input()` are replaced for that.
"""

from __future__ import annotations

import builtins
import codecs
import contextlib
import io
import os
import re
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn

from treadle.engine.store.atomic import scratch_file, write_all
from treadle.engine.trace import Output, Stream

_ERASE = "\x1b[K"
_CONTROL = re.compile(r"\r|\x08|\x1b\[K")


def settle(text: str) -> str:
    """The text after carriage returns, backspaces and erasures have done their work.

    As a terminal would leave it: progress bars end as their last state.
    """
    if _CONTROL.search(text) is None:
        return text
    return "\n".join(_settle_line(line) for line in text.replace("\r\n", "\n").split("\n"))


def _settle_line(line: str) -> str:
    cells: list[str] = []
    column = 0
    for piece in re.split(f"({_CONTROL.pattern})", line):
        if piece == "\r":
            column = 0
        elif piece == "\x08":
            column = max(0, column - 1)
        elif piece == _ERASE:
            del cells[column:]
        else:
            cells[column : column + len(piece)] = piece
            column += len(piece)
    return "".join(cells).rstrip() if _CONTROL.search(line) else line


def last_line(text: str) -> str:
    """The last line with anything on it, for the progress display."""
    lines = [line for line in re.split(r"[\r\n]", text) if line.strip()]
    return lines[-1].strip() if lines else ""


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


class _Text:
    """Consecutive prints to one stream."""

    __slots__ = ("name", "parts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts: list[str] = []


class Capture:
    """Records outputs until they are taken."""

    def __init__(self) -> None:
        """Take over the descriptors 1 and 2."""
        self._lock = threading.RLock()  # a __del__ may print while we record
        self._items: list[Output | _Text] = []
        self._sizes = {"stdout": 0, "stderr": 0}
        self._taps = (Tap("stdout", 1), Tap("stderr", 2))
        self._forked = False
        self.cut: tuple[str, ...] = ()  # the streams of which something was dropped at last
        os.register_at_fork(after_in_child=self._after_fork)

    def write(self, name: str, text: str) -> None:
        if self._forked:
            os.write(1 if name == "stdout" else 2, text.encode("utf-8", "backslashreplace"))
            return
        with self._lock:
            self._drain()
            self._append(name, text)

    def show(self, output: Output) -> None:
        """Record anything else that is displayed."""
        with self._lock:
            self._drain()
            self._items.append(output)

    def take(self) -> tuple[Output, ...]:
        """All that was recorded since the last time; streams are settled and merged."""
        with self._lock:
            for tap in self._taps:
                self._append(tap.name, tap.rewind())
            items, self._items = self._items, []
            cut = {name for name, size in self._sizes.items() if size > LIMIT}
            self._sizes = dict.fromkeys(self._sizes, 0)
        self.cut = tuple(sorted(cut))
        notes = (Stream(name, f"\n[{name} cut after {LIMIT:,} characters]\n") for name in self.cut)
        return (*_settled(items), *notes)

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """Forget what is recorded inside."""
        before, sizes = self._items, dict(self._sizes)
        with self._lock:
            self._drain()
            self._items = []
        try:
            yield
        finally:
            with self._lock:
                self._drain()
                self._items = before
                self._sizes = sizes

    def latest(self) -> str:
        """The latest line printed, for the progress display; nothing is taken."""
        with self._lock:
            for tap in self._taps:
                if tap.pending() > 4 * LIMIT:  # don't let a runaway program fill the memory
                    self._append(tap.name, tap.rewind())
            waiting = "".join(tap.peek() for tap in self._taps)
            texts = [item for item in self._items[-1:] if isinstance(item, _Text)]
            recorded = "".join(texts[0].parts[-20:]) if texts else ""
        return last_line(waiting) or last_line(recorded)

    def _drain(self) -> None:
        for tap in self._taps:
            text = tap.read()
            if text:
                self._append(tap.name, text)

    def _append(self, name: str, text: str) -> None:
        if not text:
            return
        room = LIMIT - self._sizes[name]
        self._sizes[name] += len(text)
        if room <= 0:
            return
        last = self._items[-1] if self._items else None
        if not isinstance(last, _Text) or last.name != name:
            last = _Text(name)
            self._items.append(last)
        last.parts.append(text if len(text) <= room else text[:room])

    def _after_fork(self) -> None:
        # A forked child shares the scratch files, not the list: it writes there.
        self._forked = True
        self._lock = threading.RLock()


def _settled(items: list[Output | _Text]) -> list[Output]:
    """Texts as streams; a progress bar drawn between other outputs keeps its last state only."""
    outputs: list[Output] = []
    unfinished: dict[str, int] = {}  # stream -> where its last line stands open
    for item in items:
        if not isinstance(item, _Text):
            outputs.append(item)
            continue
        text = "".join(item.parts)
        if not text.isascii():
            text = text.encode("utf-8", "backslashreplace").decode("utf-8")
        if text.startswith("\r") and item.name in unfinished:
            _drop_last_line(outputs, unfinished[item.name])
        unfinished.pop(item.name, None)
        if not text.endswith("\n"):
            unfinished[item.name] = len(outputs)
        outputs.append(Stream(item.name, settle(text)))
    return _merged(outputs)


def _drop_last_line(outputs: list[Output], index: int) -> None:
    stream = outputs[index]
    assert isinstance(stream, Stream)
    outputs[index] = Stream(stream.name, stream.text[: stream.text.rfind("\n") + 1])


def _merged(outputs: list[Output]) -> list[Output]:
    merged: list[Output] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if isinstance(output, Stream) and not output.text:
            continue
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
