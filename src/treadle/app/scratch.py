"""The folders of a build under `DIR/.treadle/STEM/`, used by one build at a time; and what lies in
its way."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
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
    def shown(self) -> Path:
        """Where a worker without a store keeps what is shown and is no text."""
        return self.root / "shown"

    @property
    def stage(self) -> Path:
        """A copy of what DIR will hold, where LaTeX runs."""
        return self.root / "tex"

    @property
    def assets(self) -> Path:
        """The staged `STEM/`: figures, images and bibliographies."""
        return self.stage / self.stem

    @property
    def lines(self) -> Path:
        """Which line of the document each line of the `.tex` in DIR comes from: a list."""
        return self.root / "lines.json"

    @property
    def formats(self) -> Path:
        """Where dumped preambles are kept."""
        return self.root / "formats"

    @property
    def manifest(self) -> Path:
        """The list of the files that builds have put into DIR."""
        return self.root / "manifest.json"

    def published(self) -> frozenset[str]:
        """The files in DIR that builds of this document have put there, relative to DIR."""
        try:
            names = json.loads(self.manifest.read_text("utf-8"))
        except (OSError, ValueError):
            return frozenset()
        return frozenset(name for name in names if _inside(name))

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
        """The figures' folder, emptied; and nothing is left of what an earlier worker showed."""
        shutil.rmtree(self.shown, ignore_errors=True)
        shutil.rmtree(self.figures, ignore_errors=True)
        self.figures.mkdir(parents=True)
        return self.figures


def _inside(name: object) -> bool:
    """Whether it is the name of a file under DIR: the list may have been tampered with."""
    return isinstance(name, str) and not name.startswith("/") and ".." not in Path(name).parts


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


# What lies where a build is to put its files, and must not be replaced or written through.
#
# A link to a file is no obstacle: the build puts a file of its own in its place, and what the link
# led to stays as it is. A link to a folder would lead the build's files out of DIR, onto files of
# the user's, so it is one; DIR itself may be a link, that says plainly where to write.

AWAY = "move it out of the way"


def obstacles(out_dir: Path, names: Iterable[str]) -> Iterator[str]:
    """What is in the way of these files of `out_dir`, each once, in words."""
    folders: dict[Path, None] = {}
    for name in names:
        path = out_dir / name
        if path.is_dir() and not path.is_symlink():
            yield f"{path} is a folder, and a file is to be put there: {AWAY}"
        folders.update((folder, None) for folder in path.parents if out_dir in folder.parents)
    for folder in folders:
        if folder.is_symlink():
            yield f"{folder} is a link, and files would be written through it: {AWAY}"
        elif folder.exists() and not folder.is_dir():
            yield f"{folder} is a file, and a folder is to be put there: {AWAY}"
