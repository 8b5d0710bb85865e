"""Remove what builds have put into a folder, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from treadle.app.lock import locked, say_nothing
from treadle.app.scratch import FOLDER, Scratch
from treadle.engine.store import eviction as evict
from treadle.engine.store.eviction import PARTS, Removed
from treadle.engine.store.store import store_folder

# What running LaTeX on STEM.tex by hand leaves beside it.
BY_HAND = (".aux", ".log", ".out", ".toc", ".lof", ".lot", ".loa", ".bbl", ".blg", ".synctex.gz")


def clean(
    out_dir: Path, stems: tuple[str, ...] = (), waiting: Callable[[], None] = say_nothing
) -> tuple[Path, ...]:
    """Remove what was built in `out_dir` (of these documents; of all if none): the files.

    The cache stays. `waiting` is called if a build has to come to its end first.
    """
    removed: list[Path] = []
    for stem in _stems(out_dir):
        scratch = Scratch(out_dir, stem)
        if (not stems or stem in stems) and _parts(scratch):
            with locked(scratch.root, waiting):  # not under a build's feet
                removed += _clean_one(scratch)
    remove_empty(out_dir / FOLDER, out_dir.parent)
    return tuple(removed)


def unknown(out_dir: Path, files: Iterable[Path]) -> Path | None:
    """A file that isn't there, and that nothing in `out_dir` was made of."""
    stems = _stems(out_dir)
    return next((path for path in files if not path.exists() and path.stem not in stems), None)


def _stems(out_dir: Path) -> list[str]:
    return sorted(path.name for path in (out_dir / FOLDER).glob("*") if path.is_dir())


def clean_cache(out_dir: Path) -> Removed:
    """Remove the cache of builds to `out_dir`. Raises OSError."""
    removed = evict.remove_all(store_folder(out_dir))
    remove_empty(store_folder(out_dir), out_dir.parent)
    return removed


def clean_old(out_dir: Path, seconds: float) -> Removed:
    """Remove what the cache holds and no build has used for so many seconds. Raises OSError."""
    return evict.remove_older(store_folder(out_dir), seconds)


def _clean_one(scratch: Scratch) -> tuple[Path, ...]:
    others = (Scratch(scratch.out_dir, stem) for stem in _stems(scratch.out_dir))
    shared = (other.published() for other in others if other.stem != scratch.stem)
    names = scratch.published().difference(*shared)  # the last one that is removed has them all
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
