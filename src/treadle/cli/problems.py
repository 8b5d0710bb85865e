"""Print problems on stderr, one a line, as `FILE:LINE: severity: message`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from treadle.diagnostics import Diagnostic


def print_problems(problems: Iterable[Diagnostic]) -> None:
    """Print each, on one line whatever its message holds."""
    for problem in problems:
        print(" ".join(str(problem).splitlines()), file=sys.stderr)


def say_waiting() -> None:
    """Say why nothing happens."""
    print("treadle: waiting for another build of the document to end", file=sys.stderr)


def misuse(message: str) -> None:
    """Say that the command itself was called wrongly."""
    print(f"treadle: error: {message}", file=sys.stderr)
