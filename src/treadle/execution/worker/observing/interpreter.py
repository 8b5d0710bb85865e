"""Python's own state: what `os`, `sys`, `warnings` and the like keep for the whole process."""

from __future__ import annotations

# Not `signal`: it is imported by the user's code or not at all.
import _signal  # type: ignore[import-not-found]
import os
import sys
import warnings

from treadle.execution.worker.observing import frames
from treadle.execution.worker.observing.environment import current
from treadle.execution.worker.observing.state import Probe

ENVIRONMENT = "the environment variable `{}`"

_SIGNALS = tuple(
    getattr(_signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGCHLD", "SIGPIPE", "SIGUSR1")
    if hasattr(_signal, name)
)


def probes() -> tuple[Probe, ...]:
    """All that can be asked of Python without importing anything."""
    return (
        Probe(ENVIRONMENT, lambda: current().copy()),
        Probe("the module search path", lambda: tuple(sys.path)),
        Probe("`sys.argv`", lambda: tuple(sys.argv)),
        Probe("the working directory", _working_directory),
        Probe("Python's settings", _settings),
        Probe("the warnings filter", _filters),
        Probe("the signal handlers", _handlers),
        Probe("`{}`", _hooks),
    )


def _working_directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109
    except FileNotFoundError:  # removed
        return ""


def _settings() -> tuple[object, ...]:
    return (
        sys.getrecursionlimit(),
        sys.get_int_max_str_digits(),
        getattr(sys, "tracebacklimit", None),
    )


def _filters() -> tuple[object, ...]:
    return tuple(warnings.filters)


def _handlers() -> tuple[object, ...]:
    """But for those that libraries set for their own processes, as torch's loaders do."""
    found = map(_signal.getsignal, _SIGNALS)
    return tuple([_signal.SIG_DFL if _is_librarys(handler) else handler for handler in found])


def _is_librarys(handler: object) -> bool:
    code = getattr(handler, "__code__", None)
    return code is not None and frames.is_installed(code.co_filename)


def _hooks() -> dict[str, object]:
    """What Python calls and prints to, which anyone may replace."""
    return {
        "sys.displayhook": sys.displayhook,
        "sys.excepthook": sys.excepthook,
        "sys.stdout": sys.stdout,
        "sys.stderr": sys.stderr,
        "sys.stdin": sys.stdin,
        "sys.settrace": sys.gettrace(),
        "sys.setprofile": sys.getprofile(),
        "warnings.showwarning": warnings.showwarning,
    }
