"""`sys.stdout`, `sys.stderr` and `input()` as chunks find them."""

from __future__ import annotations

import builtins
import io
import os
import sys
from typing import NoReturn

from treadle.engine.worker.capture import Capture


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
        written = 0
        while written < len(view):
            written += os.write(self._descriptor, view[written:])
        return written


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
        """Record `text`."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._record(self._stream, text)
        return len(text)

    def writable(self) -> bool:
        """Always."""
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
