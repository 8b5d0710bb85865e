"""Print problems on stderr, one a line, as `FILE:LINE: severity: message`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from treadle.diagnostics import Diagnostic


def print_problems(problems: Iterable[Diagnostic]) -> None:
    """Print each on a line."""
    for problem in problems:
        print(line_of(problem), file=sys.stderr, flush=True)


def line_of(problem: Diagnostic) -> str:
    """One line, whatever its message holds."""
    return " ".join(str(problem).splitlines())


def say_waiting() -> None:
    """Say why nothing happens."""
    print("treadle: waiting for another build of the document to end", file=sys.stderr)


def misuse(message: str) -> None:
    """Say that the command itself was called wrongly."""
    print(f"treadle: error: {message}", file=sys.stderr)
