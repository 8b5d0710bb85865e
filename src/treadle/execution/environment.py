"""The environment variables of a worker."""

from __future__ import annotations

import os

# The same in every build, whatever the user's terminal and language.
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # a printed set would differ between builds
    "PYTHONUTF8": "1",
    "PYTHONOPTIMIZE": "",  # else an `assert` that checks an equation checks nothing
    "MPLBACKEND": "agg",
    "COLUMNS": "80",
    "LINES": "24",
    "TERM": "dumb",
    "NO_COLOR": "1",
    # Threads that wait asleep: spinning ones stall each other where anything else runs as well.
    "OMP_WAIT_POLICY": "PASSIVE",
}


def worker_environment(threads: int | None) -> dict[str, str]:
    """The user's variables, and those that keep builds alike."""
    return os.environ | _ENVIRONMENT | _thread_limits(threads)


def _thread_limits(threads: int | None) -> dict[str, str]:
    """What numerical libraries read when they are loaded; sums differ with their threads."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {} if threads is None else dict.fromkeys(names, str(threads))
