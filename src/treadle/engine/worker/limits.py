"""The limits of a chunk: time and memory."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType

UNIT = 1 if sys.platform == "darwin" else 1024  # of `ru_maxrss`, in bytes


@contextlib.contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise TimeoutError in the chunk after so many seconds."""
    if not seconds:
        yield
        return

    def expire(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"the chunk took longer than its timeout of {seconds:g} s")

    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


@contextlib.contextmanager
def memory_limit(limit: int | None) -> Iterator[None]:
    """Let no allocation succeed by which the process would hold more than so many bytes.

    What earlier chunks left in memory counts as well, shared libraries do not. On Linux.
    """
    if limit is None:
        yield
        return
    import resource  # few chunks ask for it

    before = resource.getrlimit(resource.RLIMIT_DATA)
    hard = before[1]
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def peak_memory() -> int:
    """The bytes that the process has held in memory at most."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
