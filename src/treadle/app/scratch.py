"""The folders of a build under `DIR/.treadle/STEM/`, used by one build at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

FOLDER = ".treadle"


def say_nothing() -> None:
    """Nobody wants to know."""


class Scratch(Struct, frozen=True):
    """Where the files of one document's build lie; `out_dir` is the user's DIR."""

    out_dir: Path
    stem: str

    @property
    def root(self) -> Path:
        """`DIR/.treadle/STEM`."""
        return self.out_dir / FOLDER / self.stem

    @property
    def figures(self) -> Path:
        """Where the worker writes figures."""
        return self.root / "figures"

    @property
    def stage(self) -> Path:
        """A copy of what DIR will hold, where LaTeX runs."""
        return self.root / "tex"

    @property
    def assets(self) -> Path:
        """The staged `STEM/`: figures, images and bibliographies."""
        return self.stage / self.stem

    @property
    def formats(self) -> Path:
        """Where dumped preambles are kept."""
        return self.root / "formats"

    @property
    def manifest(self) -> Path:
        """The list of the files that builds have put into DIR."""
        return self.root / "manifest.json"

    @property
    def rules(self) -> Path:
        """What the PDF is made of, in the words of make."""
        return self.out_dir / FOLDER / f"{self.stem}.d"

    @contextmanager
    def locked(self, waiting: Callable[[], None] = say_nothing) -> Iterator[None]:
        """Wait until no other build uses this scratch, then keep others waiting.

        `waiting` is called first if another one does.
        """
        lock = self._lock(waiting)
        try:
            yield
        finally:
            os.close(lock)

    def _lock(self, waiting: Callable[[], None]) -> int:
        path = self.root / "lock"
        while True:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            except FileNotFoundError:  # `treadle clean` has just removed the folder
                continue
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            if _is_at(path, lock):
                return lock
            os.close(lock)  # `treadle clean` has removed it while we waited

    def fresh_figures(self) -> Path:
        """The figures' folder, emptied."""
        shutil.rmtree(self.figures, ignore_errors=True)
        self.figures.mkdir(parents=True)
        return self.figures


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
