"""Remove what has not been used for long; a build that runs meanwhile computes it again."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from treadle.store.entries import (
    PARTS,
    Entry,
    Removed,
    entries_below,
    finished,
    named_blobs,
    unlink,
)

# Seconds for which a blob that no trace names is left alone: a build puts blobs first, then the
# trace.
GRACE = 3600.0
ROOM = 0.9  # of the limit is left when it has been exceeded, so that this is seldom


def size(root: Path | str) -> int:
    """The bytes that the store in `root` holds."""
    return sum(entry.size for path in _folders(root).values() for entry in entries_below(path))


def shrink(root: Path | str, limit: int) -> Removed:
    """Remove what was used longest ago until the store holds at most `limit` bytes.

    A trace goes with the blobs that only it names. Nothing is removed below the limit but
    unfinished files of killed builds. Raises OSError.
    """
    found = {part: finished(path) for part, path in _folders(root).items()}
    excess = sum(entry.size for part in found.values() for entry in part) - limit
    if excess <= 0:
        return Removed()
    shelf = _Shelf(found["traces"], found["blobs"])
    removed = shelf.remove_unnamed()
    for trace in shelf.oldest_first():
        if removed.size >= excess + limit * (1 - ROOM):
            break
        removed += shelf.remove(trace)
    return removed


def remove_older(root: Path | str, seconds: float) -> Removed:
    """Remove the entries that have not been used for so many seconds. Raises OSError."""
    found = {part: finished(path) for part, path in _folders(root).items()}
    before = time.time() - seconds
    shelf = _Shelf(found["traces"], found["blobs"])
    removed = shelf.remove_unnamed()
    for trace in shelf.oldest_first():
        if trace.used < before:
            removed += shelf.remove(trace)
    for entry in (*found["documents"], *found["stats"]):
        if entry.used < before:
            removed += unlink(entry)
    return removed


def remove_all(root: Path | str) -> Removed:
    """Remove the store, and `root` if nothing else is in it. Raises OSError."""
    removed = Removed()
    for path in _folders(root).values():
        for entry in list(entries_below(path)):
            removed += unlink(entry)
        _remove_folders(path)
    _remove_folder(os.fspath(root))
    return removed


class _Shelf:
    """Traces and the blobs they name."""

    def __init__(self, traces: Iterable[Entry], blobs: Iterable[Entry]) -> None:
        self._blobs = {blob.name: blob for blob in blobs}
        self._names = {trace: named_blobs(trace) for trace in traces}
        self._uses = Counter(name for names in self._names.values() for name in names)

    def oldest_first(self) -> list[Entry]:
        return sorted(self._names, key=lambda trace: trace.used)

    def remove(self, trace: Entry) -> Removed:
        removed = unlink(trace)
        for name in self._names[trace]:
            self._uses[name] -= 1
            if not self._uses[name]:
                removed += self._remove_blob(name)
        return removed

    def remove_unnamed(self) -> Removed:
        """Remove the blobs that no trace has named for an hour."""
        before = time.time() - GRACE
        unnamed = [
            name
            for name, blob in self._blobs.items()
            if not self._uses[name] and blob.used < before
        ]
        return sum((self._remove_blob(name) for name in unnamed), Removed())

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


def _remove_folders(path: str) -> None:
    for folder, _, _ in os.walk(path, topdown=False):
        _remove_folder(folder)


def _remove_folder(path: str) -> None:
    """Remove an empty folder; a build that runs may just have put something there."""
    with suppress(OSError):
        os.rmdir(path)
