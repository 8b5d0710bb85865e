"""How large the store is and may be; what has not been used for long goes.

A build that runs meanwhile computes it again, or asks for another build.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.store.atomic import PART, remove
from treadle.engine.store.digest import SEAL

VARIABLE = "TREADLE_CACHE_LIMIT"
DEFAULT = 5 * 10**9  # bytes
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class LimitError(OSError):
    """The limit that is given is no size; the command reports it as it does other OSErrors."""


def cache_limit() -> int:
    """The limit in bytes: 5 GB, or what the environment variable TREADLE_CACHE_LIMIT says.

    It holds a number and perhaps a unit: `500M`, `2.5G`. Raises LimitError.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return DEFAULT
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", given.upper())
    if found is None:
        raise LimitError(f"{VARIABLE} is {given!r}; a size like 500M or 5G is expected")
    return int(float(found[1]) * UNITS[found[2]])


def in_words(size: int) -> str:
    """A size for people: `12.3 MB`."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (1000, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"


PARTS = ("blobs", "traces", "records", "stats")  # folders: all that a store has
UNFINISHED = 3600.0  # seconds after which an unfinished file is a killed build's


class StoredFile(Struct, frozen=True):
    path: str
    name: str
    size: int  # bytes
    used: float  # when it was last used, in seconds since 1970


class Removed(Struct, frozen=True):
    entries: int = 0
    size: int = 0  # bytes
    recent: int = 0  # traces that were used since a given time
    left: int = 0  # bytes

    def __add__(self, other: Removed) -> Removed:
        return Removed(
            self.entries + other.entries, self.size + other.size, self.recent + other.recent
        )


def entries_below(folder: str) -> Iterator[StoredFile]:
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
            yield StoredFile(item.path, item.name, status.st_size, status.st_mtime)


def finished(folder: str) -> list[StoredFile]:
    """The finished files below `folder`; the unfinished ones of killed builds are removed."""
    found = []
    for entry in entries_below(folder):
        if not entry.name.startswith(PART):
            found.append(entry)
        elif entry.used < time.time() - UNFINISHED:
            remove(entry.path)
    return found


def unlink(entry: StoredFile) -> Removed:
    """Remove the file. Raises OSError, but not where another one was quicker."""
    try:
        os.unlink(entry.path)
    except FileNotFoundError:
        return Removed()
    return Removed(1, entry.size)


def named_blobs(trace: StoredFile) -> frozenset[str]:
    """The blobs that a trace names; none if it can't be read.

    The seal is not looked at: the answer decides about what to keep, not about what to believe.
    """
    try:
        with open(trace.path, "rb") as file:
            names = json.loads(file.read()[SEAL:]).get("blobs", ())
        return frozenset(str(name) for name in names)
    except (OSError, ValueError, AttributeError, TypeError):
        return frozenset()


# Seconds for which a blob that no trace names is left alone: a build puts blobs first.
GRACE = 3600.0
ROOM = 0.9  # of the limit is left when it has been exceeded, so that this is seldom


def size(root: Path | str) -> int:
    """The bytes that the store in `root` holds."""
    return sum(entry.size for path in _folders(root).values() for entry in entries_below(path))


def shrink(root: Path | str, limit: int, since: float = math.inf) -> Removed:
    """Remove what was used longest ago until the store holds at most `limit` bytes.

    Traces used `since` then, in seconds since 1970, are counted. A trace goes with the blobs that
    only it names. Nothing is removed below the limit but unfinished files of killed builds. It
    looks at every file: see `Tally`. Raises OSError.
    """
    found = {part: finished(path) for part, path in _folders(root).items()}
    held = sum(entry.size for part in found.values() for entry in part)
    excess = held - limit
    if excess <= 0:
        return Removed(left=held)
    shelf = _Shelf(found["traces"], found["blobs"])
    removed = shelf.remove_unnamed()
    for trace in shelf.oldest_first():
        if removed.size >= excess + limit * (1 - ROOM):
            break
        removed += shelf.remove(trace) + Removed(recent=trace.used >= since)
    return replace(removed, left=held - removed.size)


def remove_older(root: Path | str, seconds: float) -> Removed:
    """Remove the entries that have not been used for so many seconds. Raises OSError."""
    found = {part: finished(path) for part, path in _folders(root).items()}
    before = time.time() - seconds
    shelf = _Shelf(found["traces"], found["blobs"])
    removed = shelf.remove_unnamed()
    for trace in shelf.oldest_first():
        if trace.used < before:
            removed += shelf.remove(trace)
    for entry in (*found["records"], *found["stats"]):
        if entry.used < before:
            removed += unlink(entry)
    return removed


def remove_all(root: Path | str) -> Removed:
    """Remove the store, and `root` if nothing else is in it. Raises OSError."""
    removed = Removed()
    for path in _folders(root).values():
        for entry in list(entries_below(path)):
            removed += unlink(entry)
        for folder, _, _ in os.walk(path, topdown=False):
            _remove_folder(folder)
    _remove_folder(os.fspath(root))
    return removed


class _Shelf:
    """Traces and the blobs they name."""

    def __init__(self, traces: Iterable[StoredFile], blobs: Iterable[StoredFile]) -> None:
        self._blobs = {blob.name: blob for blob in blobs}
        self._names = {trace: named_blobs(trace) for trace in traces}
        self._uses = Counter(name for names in self._names.values() for name in names)

    def oldest_first(self) -> list[StoredFile]:
        return sorted(self._names, key=lambda trace: trace.used)

    def remove(self, trace: StoredFile) -> Removed:
        removed = unlink(trace)
        for name in self._names[trace]:
            self._uses[name] -= 1
            if not self._uses[name]:
                removed += self._remove_blob(name)
        return removed

    def remove_unnamed(self) -> Removed:
        """Remove the blobs that no trace has named for an hour."""
        before = time.time() - GRACE
        old = [name for name, blob in self._blobs.items() if blob.used < before]
        return sum((self._remove_blob(name) for name in old if not self._uses[name]), Removed())

    def _remove_blob(self, name: str) -> Removed:
        blob = self._blobs.pop(name, None)
        if blob is None:
            return Removed()
        with suppress(FileNotFoundError):
            if os.stat(blob.path).st_mtime > blob.used:  # just put again: a build needs it
                return Removed()
        return unlink(blob)


def _folders(root: Path | str) -> dict[str, str]:
    return {part: f"{os.fspath(root)}/{part}" for part in PARTS}


def _remove_folder(path: str) -> None:
    """Remove an empty folder; a build that runs may just have put something there."""
    with suppress(OSError):
        os.rmdir(path)
