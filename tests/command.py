"""The command `treadle`, called in this process.

A process of its own loads Python and the program anew, which takes longer than most builds. The
worker and LaTeX are processes here, too.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest.mock import patch

from treadle.app.cli.main import main

PATIENCE = 120  # seconds
UNSAID = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


class Hangs(BaseException):
    """Not an Exception, so that nobody handles it on its way."""


def treadle(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `treadle ARGUMENTS` in `folder`, with `environment` besides the usual: its exit status
    and what it printed. Raises `Hangs`."""
    stdout, stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8", "strict") for _ in range(2))
    with (
        patch.dict(os.environ, environment or {}),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        _warnings_printed(),
        _patient(),
    ):
        try:
            status = main(arguments)
        except SystemExit as ended:  # wrong arguments
            status = int(ended.code or 0)
    return subprocess.CompletedProcess(arguments, status, _text(stdout), _text(stderr))


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextlib.contextmanager
def _warnings_printed() -> Iterator[None]:
    """Python's warnings are printed as in a process of its own: pytest would collect them."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for category in UNSAID:
            warnings.simplefilter("ignore", category)
        warnings.showwarning = _show
        yield


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    print(warnings.formatwarning(message, category, filename, lineno), file=sys.stderr)


@contextlib.contextmanager
def _patient() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hangs(f"more than {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
