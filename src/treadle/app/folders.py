"""Where builds put their files: under `DIR/.treadle/STEM/`, used by one build at a time, what DIR
is given, what is in the way there, and how all of it is removed, and nothing else."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from treadle.engine.store import eviction as evict
from treadle.engine.store.eviction import PARTS, Removed
from treadle.engine.store.store import store_folder

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


# Removing it.

# What running LaTeX on STEM.tex by hand leaves beside it.
BY_HAND = (".aux", ".log", ".out", ".toc", ".lof", ".lot", ".loa", ".bbl", ".blg", ".synctex.gz")


def clean(
    out_dir: Path, stems: tuple[str, ...] = (), waiting: Callable[[], None] = say_nothing
) -> tuple[Path, ...]:
    """Remove what was built in `out_dir` (of these documents; of all if none): the files.

    The cache stays. `waiting` is called if a build has to come to its end first.
    """
    found = sorted(path.name for path in (out_dir / FOLDER).glob("*") if path.is_dir())
    removed: list[Path] = []
    for stem in found:
        scratch = Scratch(out_dir, stem)
        if (not stems or stem in stems) and _parts(scratch):
            with scratch.locked(waiting):  # not under a build's feet
                removed += _clean_one(scratch)
    remove_empty(out_dir / FOLDER, out_dir.parent)
    return tuple(removed)


def clean_cache(out_dir: Path) -> Removed:
    """Remove the cache of builds to `out_dir`. Raises OSError."""
    removed = evict.remove_all(store_folder(out_dir))
    remove_empty(store_folder(out_dir), out_dir.parent)
    return removed


def clean_old(out_dir: Path, seconds: float) -> Removed:
    """Remove what the cache holds and no build has used for so many seconds. Raises OSError."""
    return evict.remove_older(store_folder(out_dir), seconds)


def _clean_one(scratch: Scratch) -> tuple[Path, ...]:
    names = scratch.published()
    if f"{scratch.stem}.tex" in names:
        names |= {f"{scratch.stem}{suffix}" for suffix in BY_HAND}
    scratch.rules.unlink(missing_ok=True)
    removed = remove_files(scratch.out_dir, names)
    return (*removed, *_remove_scratch(scratch))


def _parts(scratch: Scratch) -> list[Path]:
    """What lies there of the document's; the cache may, too: one may be called `store.pmd`."""
    kept = PARTS if scratch.root == store_folder(scratch.out_dir) else ()
    return [path for path in scratch.root.iterdir() if path.name not in kept]


def _remove_scratch(scratch: Scratch) -> tuple[Path, ...]:
    removed: list[Path] = []
    for path in _parts(scratch):
        if path.is_dir() and not path.is_symlink():
            removed += (file for file in path.rglob("*") if file.is_file())
            shutil.rmtree(path)
        else:
            removed.append(path)
            path.unlink()
    remove_empty(scratch.root, scratch.out_dir)
    return tuple(removed)


def remove_files(folder: Path, names: Iterable[str]) -> tuple[Path, ...]:
    """Remove these files of `folder`, and folders that are empty then; what was removed.

    Nothing is removed through a link that somebody has put in a folder's place meanwhile.
    """
    removed = []
    for path in sorted(folder / name for name in names):
        if any(above.is_symlink() for above in path.parents if folder in above.parents):
            continue
        if path.is_file() or path.is_symlink():
            path.unlink()
            removed.append(path)
        remove_empty(path.parent, folder)
    return tuple(removed)


def remove_empty(folder: Path, top: Path) -> None:
    """Remove `folder` and those above it, below `top`, as far as they are empty."""
    while top in folder.parents:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:  # not empty
            return
        folder = folder.parent
