"""Threads that a step leaves running: what they do later belongs to no step."""

from __future__ import annotations

import threading
from typing import Any

_TQDM = "TMonitor"  # looks at the clock
_JOBLIB = "joblib.externals.loky"  # looks after a pool that is kept for the next use
_QUEUE = "QueueFeederThread"  # passes data on to a process


def running() -> frozenset[int]:
    """The threads there are now, without those that are known to do no work of their own."""
    threads: dict[int, Any] = threading._active  # type: ignore[attr-defined]
    if len(threads) < 2:
        return frozenset(threads)
    return frozenset(key for key, each in list(threads.items()) if not _is_known(each))


def _is_known(thread: threading.Thread) -> bool:
    kind = type(thread)
    known = kind.__name__ == _TQDM or kind.__module__.startswith(_JOBLIB)
    return known or thread.name == _QUEUE
