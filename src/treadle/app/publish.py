"""Files of the author's that LaTeX found beside the document: macros, classes, raw images.

The `.tex` must compile without the document's folder, so they are put beside it, too.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from treadle.app.scratch import Scratch
from treadle.engine.store.digest import combined
from treadle.press.weave.graphics import Copy
from treadle.problem import Problem, Span, error

# Move what a build made to where the user looks for it: whole files, or nothing.


def publish(
    scratch: Scratch, suffixes: Iterable[str], supplements: Iterable[Copy] = ()
) -> tuple[Path, ...]:
    """Put into DIR the staged `STEM/`, the supplements, and `STEM` with each suffix: their paths.

    Each file is replaced in one step, figures before the `.tex` that names them. What an earlier
    build had put into `STEM/` and this one has not is removed; other files are left alone.
    """
    results = [f"{scratch.stem}{suffix}" for suffix in suffixes]
    copies = to_publish(scratch, suffixes, supplements)
    names = {copy.target for copy in copies}
    earlier = read_manifest(scratch)
    # Before the files themselves: a killed build must not leave files that nobody knows.
    _write_manifest(scratch, earlier | names)
    document = combined([scratch.stem])[:16]
    for copy in copies:
        _replace(copy.source, scratch.out_dir / copy.target, document)
    stale = {name for name in earlier - names if name.startswith(f"{scratch.stem}/")}
    remove_files(scratch.out_dir, stale)
    _write_manifest(scratch, (earlier | names) - stale)
    paths = tuple(scratch.out_dir / name for name in results)
    for path in paths:
        os.utime(path)  # for make they are newer than their sources, even if nothing changed
    return paths


def to_publish(
    scratch: Scratch, suffixes: Iterable[str], supplements: Iterable[Copy] = ()
) -> tuple[Copy, ...]:
    """What `publish` copies into DIR, in this order."""
    staged = (path for path in sorted(scratch.assets.rglob("*")) if path.is_file())
    assets = (Copy(path, str(path.relative_to(scratch.stage))) for path in staged)
    results = (f"{scratch.stem}{suffix}" for suffix in suffixes)
    return (*assets, *supplements, *(Copy(scratch.stage / name, name) for name in results))


def read_manifest(scratch: Scratch) -> frozenset[str]:
    """The files in DIR that builds of this document have put there, relative to DIR."""
    try:
        names = json.loads(scratch.manifest.read_text("utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(name for name in names if _inside(name))


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


def _inside(name: object) -> bool:
    """Whether it is the name of a file under DIR: the list may have been tampered with."""
    return isinstance(name, str) and not name.startswith("/") and ".." not in Path(name).parts


def _write_manifest(scratch: Scratch, names: Iterable[str]) -> None:
    with _part(scratch.manifest, "manifest") as part:
        part.write_bytes(json.dumps(sorted(names), indent=0).encode())


def _replace(source: Path, target: Path, document: str) -> None:
    same = target.is_file() and filecmp.cmp(source, target, shallow=False)
    if same and not target.is_symlink():
        return
    with _part(target, document) as part:
        shutil.copyfile(source, part)


@contextmanager
def _part(target: Path, document: str) -> Iterator[Path]:
    """A file to be written beside `target`, which takes its place then, or goes.

    No other build of the `document` runs; but one of another may put the same file there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{document}.part")
    part.unlink(missing_ok=True)  # a killed build's, or a link that leads elsewhere
    try:
        yield part
        part.replace(target)
    except OSError as failure:
        raise OSError(failure.errno, failure.strerror, str(target)) from failure
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


# Files of the author's that LaTeX found beside the document: macros, classes, raw images.
#
# The `.tex` must compile without the document's folder, so they are put beside it, too.


class Supplements(Struct, frozen=True):
    """What to copy into DIR, and what is in the way there."""

    copies: tuple[Copy, ...] = ()
    diagnostics: tuple[Problem, ...] = ()


def find_supplements(scratch: Scratch, folder: Path, document: str) -> Supplements:
    """What TeX's record of the last pass says it read from `folder`, the document's.

    A file of the user's in DIR is never replaced: it is an error if it differs.
    """
    ours = read_manifest(scratch)
    copies, problems = [], []
    for source in _read_from(scratch, folder):
        name = str(source.relative_to(folder))
        target = scratch.out_dir / name
        if target.exists() and target.samefile(source):
            continue
        if target.exists() and name not in ours and not _same(source, target):
            text = f"LaTeX reads {name}, and a different file {target} is in its way"
            problems.append(error(Span.at(document, 1), text, "remove or rename one of them"))
        else:
            copies.append(Copy(source, name))
    return Supplements(tuple(copies), tuple(problems))


def _same(source: Path, target: Path) -> bool:
    return target.is_file() and filecmp.cmp(source, target, shallow=False)


def _read_from(scratch: Scratch, folder: Path) -> list[Path]:
    record = scratch.stage / f"{scratch.stem}.fls"
    lines = record.read_text("utf-8", "replace").splitlines() if record.exists() else []
    paths = {Path(line.removeprefix("INPUT ")) for line in lines if line.startswith("INPUT /")}
    return sorted(
        path
        for path in paths
        if folder in path.parents and scratch.root not in path.parents and path.is_file()
    )
