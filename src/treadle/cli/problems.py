"""Say what is wrong: one line each as `FILE:LINE: severity: message`, or for machines."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from enum import Enum

from treadle.diagnostics import Diagnostic

Teller = Callable[[Diagnostic], None]


class Format(Enum):
    """How problems are told: to people, or to programs."""

    TEXT = "text"
    JSON = "json"  # an object a line, on standard output, which holds nothing else then
    GITHUB = "github"  # annotations of GitHub's workflows, likewise


def add_format(command: argparse.ArgumentParser) -> None:
    """Declare the option."""
    command.add_argument(
        "--format",
        choices=[kind.value for kind in Format],
        default=Format.TEXT.value,
        help="how problems are told: as text (default), as JSON, as GitHub's annotations; the "
        "latter two on standard output, which holds nothing else then",
    )


def teller(kind: Format) -> Teller:
    """What tells one problem, at once."""
    if kind is Format.TEXT:
        return lambda problem: print(in_text(problem), file=sys.stderr, flush=True)
    from treadle.cli.machines import as_annotation, as_json

    words = as_json if kind is Format.JSON else as_annotation
    return lambda problem: print(words(problem), flush=True)


def tell_all(problems: Iterable[Diagnostic], tell: Teller) -> None:
    """Tell each."""
    for problem in problems:
        tell(problem)


def line_of(problem: Diagnostic) -> str:
    """One line, whatever its message holds."""
    return " ".join(str(problem).splitlines())


def in_text(problem: Diagnostic) -> str:
    """The problem, with the line it speaks of if standard error is a terminal."""
    if not _is_coloured():
        return line_of(problem)
    from treadle.cli.excerpt import with_excerpt

    return with_excerpt(problem)


def say_waiting() -> None:
    """Say why nothing happens."""
    print("treadle: waiting for another build of the document to end", file=sys.stderr)


def misuse(message: str) -> None:
    """Say that the command itself was called wrongly."""
    print(f"treadle: error: {message}", file=sys.stderr)


def _is_coloured() -> bool:
    """Whether errors go to a terminal that can, and whose user has not declined (no-color.org)."""
    declined = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stderr.isatty() and not declined
