"""How figures are to look, told to a worker that has started before it was known: by a file."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.json import Decoder

from treadle.engine.messages import FigureStyle
from treadle.engine.store.atomic import write_whole
from treadle.engine.store.traces import encoded

_PAUSE = 0.005  # seconds between two looks for the file


def tell_style(style: FigureStyle, path: str) -> None:
    """Write it, in one step. Raises OSError."""
    write_whole(path, [encoded(style)])


class LateStyle:
    """What `tell_style` has written or will write, for a worker and its children."""

    def __init__(self, path: str | None) -> None:
        """`path`: that file; None: the style is the usual one."""
        self._path = path
        self._teller = os.getppid()
        self._style = FigureStyle() if path is None else None
        self.waited = 0.0  # seconds that the chunks themselves have, so far

    def get(self) -> FigureStyle:
        """The style: it waits for it, as long as somebody is there who could tell."""
        if self._style is None and threading.current_thread() is threading.main_thread():
            start = time.perf_counter()
            with _unlimited():
                self._style = self._awaited(str(self._path))
            self.waited += time.perf_counter() - start
        return self._style or self._awaited(str(self._path))  # another thread's time is its own

    def _awaited(self, path: str) -> FigureStyle:
        while True:
            try:
                with open(path, "rb") as file:  # noqa: PTH123  (the worker starts without pathlib)
                    return Decoder(FigureStyle).decode(file.read())
            except FileNotFoundError:
                if not self._can_be_told(path):
                    return FigureStyle()
            time.sleep(_PAUSE)

    def _can_be_told(self, path: str) -> bool:
        try:
            os.kill(self._teller, 0)
        except OSError:
            return False
        return os.path.isdir(os.path.dirname(path))  # noqa: PTH112, PTH120


@contextmanager
def _unlimited() -> Iterator[None]:
    """The chunk's time limit stands still: that others aren't ready is not its doing."""
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)
