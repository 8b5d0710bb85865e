"""A document's folder elsewhere, so that what is done there changes nothing here.

The folder is copied as a whole, but for what builds made: each file that a build writes, it is to
write anew. What lies around the folder is reached by links from where it would be, so that
`../data` leads where it always did. Absolute paths lead to what they name.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from treadle.app.scratch import FOLDER
from treadle.engine.store.digest import combined

LARGE = 10_000_000  # bytes of a file that is not copied unless builds were seen to change it
ENVIRONMENTS = ("pyvenv.cfg", "conda-meta")  # in the folder of a Python with its packages
MADE_ANEW = (FOLDER, "__pycache__")


class Here(Struct, frozen=True):
    """What there is of a document; all paths are absolute."""

    folder: Path  # the document's
    written: tuple[Path, ...]  # other folders in which builds of it write
    products: frozenset[Path]  # files that builds of it make
    changed: frozenset[Path]  # files that they change


@contextmanager
def elsewhere(here: Here, seed: str) -> Iterator[str]:
    """A temporary folder, for as long as this lasts: `/a/b` is there as its `a/b`. Its path.

    Files are made in an order that `seed` gives: some file systems list them by that. Raises
    OSError.
    """
    with tempfile.TemporaryDirectory(prefix="treadle-", ignore_cleanup_errors=True) as name:
        top = str(Path(name).resolve())
        folders = [folder for folder in here.written if folder.is_dir()]
        outside = {folder for folder in folders if not folder.is_relative_to(here.folder)}
        around = {*outside, *here.folder.parents, *(up for each in outside for up in each.parents)}
        for folder in sorted(around):
            _surround(folder, around, here, top)
        _copy(here, seed, top)
        yield top


def _surround(folder: Path, around: Collection[Path], here: Here, top: str) -> None:
    """Make the folder, with links to all that is in it and is not to be there itself."""
    Path(f"{top}{folder}").mkdir(exist_ok=True)
    apart = {*around, *here.products, here.folder}
    with suppress(PermissionError):  # one may go through it, and not look at it
        for path in folder.iterdir():
            if path not in apart and path.name not in MADE_ANEW:
                _link(path, here, top)


def _link(path: Path, here: Here, top: str) -> None:
    """A link to what lies here; a link leads to where it would lead there."""
    target = path.readlink() if path.is_symlink() else path
    inside = target.is_absolute() and target.is_relative_to(here.folder) and path.is_symlink()
    Path(f"{top}{path}").symlink_to(f"{top}{target}" if inside else target)


def _copy(here: Here, seed: str, top: str) -> None:
    """Copy the document's folder. Folders in which there is nothing but products are left out."""
    Path(f"{top}{here.folder}").mkdir()
    for place, folders, names in os.walk(here.folder):
        if not folders and not names and Path(place) not in here.products:
            Path(f"{top}{place}").mkdir(parents=True, exist_ok=True)
        linked = [name for name in folders if _is_linked(Path(place, name))]
        folders[:] = [name for name in folders if name not in {*linked, *MADE_ANEW}]
        names = sorted((*linked, *names), key=lambda name: combined([seed, name]))
        for path in (Path(place, name) for name in names):
            if path not in here.products:
                Path(f"{top}{place}").mkdir(parents=True, exist_ok=True)
                _bring(path, here, top)


def _is_linked(folder: Path) -> bool:
    return folder.is_symlink() or any((folder / name).exists() for name in ENVIRONMENTS)


def _bring(path: Path, here: Here, top: str) -> None:
    is_large = path.is_file() and path.stat().st_size >= LARGE
    if path.is_symlink() or path.is_dir() or (is_large and path not in here.changed):
        _link(path, here, top)
    elif path.is_file():  # else a socket or a pipe
        with suppress(PermissionError):  # nor can the build read it
            shutil.copy2(path, f"{top}{path}")
