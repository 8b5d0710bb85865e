"""Whether files stayed as they were while somebody used them."""

from __future__ import annotations

import os
from collections.abc import Iterable


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
