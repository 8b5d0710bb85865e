"""Threads that a step leaves running: what they do later belongs to no step."""

from __future__ import annotations

import threading
from typing import Any

_KNOWN = frozenset({"TMonitor"})  # tqdm's, which only looks at the clock


def running() -> frozenset[int]:
    """The threads there are now, without those that are known to do no work."""
    threads: dict[int, Any] = threading._active  # type: ignore[attr-defined]
    if len(threads) < 2:
        return frozenset(threads)
    return frozenset(
        key for key, each in list(threads.items()) if type(each).__name__ not in _KNOWN
    )
