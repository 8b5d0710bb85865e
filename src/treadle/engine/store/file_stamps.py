"""When a file was last changed, as the system tells it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

# Nanoseconds that a file must have been left alone to be remembered: one that is written twice
# within a tick of the file system's clock has the same times, and may have the same size.
TICK = 2 * 10**9

Stamp = tuple[int, int, int, int, int]  # device, inode, size, mtime and ctime in nanoseconds


def stamp_of(found: os.stat_result) -> Stamp:
    """What changes when a file is written: not mtime alone, which anyone can set."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def settled_for(nanoseconds: int, stamp: Stamp) -> bool:
    """Whether a file has been left alone that long."""
    return stamp[4] + nanoseconds < time.time_ns()


def changed_since(moment: int, paths: Iterable[str]) -> bool:
    """Whether one of the files was written, replaced or made at `moment` or later.

    `moment` is in nanoseconds since 1970. The time of the last change of the inode tells, which
    nobody can set back: a file that was edited and put back counts as changed.
    """
    return any(_changed(path) >= moment for path in paths)


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_ctime_ns
    except OSError:
        return 0
