"""What lies in a store's folder."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct

from treadle.store.atomic import PART, remove
from treadle.store.sealed import SIZE

PARTS = ("blobs", "traces", "documents", "stats")  # folders: all that a store has
UNFINISHED = 3600.0  # seconds after which an unfinished file is a killed build's


class Entry(Struct, frozen=True):
    """A file of the store."""

    path: str
    name: str
    size: int  # bytes
    used: float  # when it was last used, in seconds since 1970


class Removed(Struct, frozen=True):
    """How much was removed."""

    entries: int = 0
    size: int = 0  # bytes

    def __add__(self, other: Removed) -> Removed:
        return Removed(self.entries + other.entries, self.size + other.size)


def entries_below(folder: str) -> Iterator[Entry]:
    """The files in `folder` and its folders, without those that vanish meanwhile."""
    try:
        with os.scandir(folder) as found:
            inside = list(found)
    except FileNotFoundError:
        return
    for item in inside:
        if item.is_dir(follow_symlinks=False):
            yield from entries_below(item.path)
            continue
        with suppress(FileNotFoundError):
            status = item.stat(follow_symlinks=False)
            yield Entry(item.path, item.name, status.st_size, status.st_mtime)


def finished(folder: str) -> list[Entry]:
    """The finished files below `folder`; the unfinished ones of killed builds are removed."""
    found = []
    for entry in entries_below(folder):
        if not entry.name.startswith(PART):
            found.append(entry)
        elif entry.used < time.time() - UNFINISHED:
            remove(entry.path)
    return found


def unlink(entry: Entry) -> Removed:
    """Remove the file. Raises OSError, but not where another one was quicker."""
    try:
        os.unlink(entry.path)
    except FileNotFoundError:
        return Removed()
    return Removed(1, entry.size)


def named_blobs(trace: Entry) -> frozenset[str]:
    """The blobs that a trace names; none if it can't be read.

    The seal is not looked at: the answer decides about what to keep, not about what to believe.
    """
    try:
        with open(trace.path, "rb") as file:
            names = json.loads(file.read()[SIZE:]).get("blobs", ())
        return frozenset(str(name) for name in names)
    except (OSError, ValueError, AttributeError, TypeError):
        return frozenset()
