"""Move what a build made to where the user looks for it: whole files, or nothing."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from treadle.building.scratch import Scratch
from treadle.weaving.images import Copy


def publish(
    scratch: Scratch, suffixes: Iterable[str], supplements: Iterable[Copy] = ()
) -> tuple[Path, ...]:
    """Put into DIR the staged `STEM/`, the supplements, and `STEM` with each suffix: their paths.

    Each file is replaced in one step, figures before the `.tex` that names them. What an earlier
    build had put into `STEM/` and this one has not is removed; other files are left alone.
    """
    staged = (path for path in sorted(scratch.assets.rglob("*")) if path.is_file())
    copies = [Copy(path, str(path.relative_to(scratch.stage))) for path in staged]
    results = [f"{scratch.stem}{suffix}" for suffix in suffixes]
    copies += [*supplements, *(Copy(scratch.stage / name, name) for name in results)]
    names = {copy.target for copy in copies}
    earlier = read_manifest(scratch)
    # Before the files themselves: a killed build must not leave files that nobody knows.
    _write_manifest(scratch, earlier | names)
    for copy in copies:
        _replace(copy.source, scratch.out_dir / copy.target)
    stale = {name for name in earlier - names if name.startswith(f"{scratch.stem}/")}
    remove_files(scratch.out_dir, stale)
    _write_manifest(scratch, (earlier | names) - stale)
    paths = tuple(scratch.out_dir / name for name in results)
    for path in paths:
        os.utime(path)  # for make they are newer than their sources, even if nothing changed
    return paths


def read_manifest(scratch: Scratch) -> frozenset[str]:
    """The files in DIR that builds of this document have put there, relative to DIR."""
    try:
        names = json.loads(scratch.manifest.read_text("utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(name for name in names if _inside(name))


def remove_files(folder: Path, names: Iterable[str]) -> tuple[Path, ...]:
    """Remove these files of `folder`, and folders that are empty then; what was removed."""
    removed = []
    for path in sorted(folder / name for name in names):
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
    _write_whole(scratch.manifest, json.dumps(sorted(names), indent=0).encode())


def _replace(source: Path, target: Path) -> None:
    if target.is_file() and filecmp.cmp(source, target, shallow=False):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)


def _write_whole(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(data)
    part.replace(target)
