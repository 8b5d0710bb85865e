"""What the system says about a path, as a text to compare: its kind, its size, its names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

from treadle.engine.store.digest import combined


def standing(path: str, how: str) -> str:
    """What is said about a path; empty: nothing is there.

    `how` is "kind", "size", "all" (mode and time as well), "inode" (what a new file in its place
    changes, whatever its times say), "link" (its kind, not followed) or "access N", N as
    `os.access` takes it. Of a folder, "names" are those in it and "tree" those below it, without
    what editors leave for a while, and "among A/B" those in it that are called so, whatever their
    case; "program" is the file that a command's name stands for.
    """
    if how.startswith("access "):
        return "yes" if os.access(path, int(how[7:])) else "no"
    try:
        if how == "names":
            return combined(sorted(_lasting(os.listdir(path))))
        if how.startswith("among "):
            wanted = set(how[6:].split("/"))
            found_names = [name for name in os.listdir(path) if name.lower() in wanted]
            return combined(sorted(found_names)) if found_names else ""
        if how == "tree":
            return combined(_below(path))
        if how == "program":
            from shutil import which  # the worker imports this module when it starts

            path = which(path) or ""
        found = os.lstat(path) if how == "link" else os.stat(path)
    except (OSError, ValueError):
        return ""
    return said(found, how, path)


def said(found: os.stat_result, how: str, path: str) -> str:
    """What `standing` says, from a status at hand."""
    mode = found.st_mode
    kind = "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"
    if how == "link" and stat.S_ISLNK(mode):
        return f"link to {os.readlink(path)}"
    if how in ("kind", "link"):
        return kind
    if how in ("inode", "program"):
        return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
    return f"{kind} of {found.st_size}" + f", {mode:o}, {found.st_mtime_ns}" * (how == "all")


def _lasting(names: Iterable[str]) -> Iterator[str]:
    """Without what editors and builds leave and remove: it would be new all the time."""
    for name in names:
        if not name.startswith((".", "#")) and not name.endswith(("~", ".part", ".swp", ".pyc")):
            yield name


def _below(folder: str) -> Iterator[str]:
    for path, folders, names in os.walk(folder):
        folders.sort()
        yield path
        yield from sorted(_lasting(names))
