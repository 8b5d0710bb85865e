"""Say what is wrong: one line each as `FILE:LINE: severity: message`, or for machines."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from msgspec.structs import asdict

from treadle.problem import Problem, Severity, Span


class ProblemFormat(Enum):
    """How problems are told: to people, or to programs."""

    TEXT = "text"
    JSON = "json"  # an object a line, on standard output, which holds nothing else then
    GITHUB = "github"  # annotations of GitHub's workflows, likewise


def add_format(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=[kind.value for kind in ProblemFormat],
        default=ProblemFormat.TEXT.value,
        help="how problems are told: as text (default), as JSON, as GitHub's annotations; the "
        "latter two on standard output, which holds nothing else then",
    )


class Printer:
    """Prints problems, each once: those of chunks are told when they happen, and again at the end
    among all the others."""

    def __init__(self, format: ProblemFormat) -> None:
        self.format = format
        self.printed: set[Problem] = set()

    def print(self, problem: Problem) -> None:
        if problem in self.printed:
            return
        self.printed.add(problem)
        match self.format:
            case ProblemFormat.TEXT:
                print(in_text(problem), file=sys.stderr, flush=True)
            case ProblemFormat.JSON:
                print(as_json(problem), flush=True)
            case ProblemFormat.GITHUB:
                print(as_annotation(problem), flush=True)

    def print_all(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.print(problem)


def in_text(problem: Problem) -> str:
    """The problem, with the line it speaks of if standard error is a terminal."""
    return with_excerpt(problem) if _is_coloured() else line_of(problem)


def _is_coloured() -> bool:
    """Whether errors go to a terminal that can, and whose user has not declined (no-color.org)."""
    declined = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stderr.isatty() and not declined


def line_of(problem: Problem) -> str:
    """One line, whatever its message holds."""
    return " ".join(str(problem).splitlines())


# On a terminal: in colour, with the line it speaks of and a caret below it.

BOLD, DIM, RED, YELLOW, PLAIN = (f"\x1b[{code}m" for code in (1, 2, 31, 33, 0))
COLOURS = {Severity.ERROR: RED, Severity.WARNING: YELLOW}
QUOTED = re.compile(r"`([^`]+)`|(\\[A-Za-z]+)")
# Cursor movements and the like in a document must not reach the terminal.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LONGEST = 120  # characters shown of a line


def with_excerpt(problem: Problem) -> str:
    """The lines to print."""
    colour = COLOURS[problem.severity]
    place, kind = f"{problem.span}:", f"{problem.severity.value}:"
    words = UNSEEN.sub("?", line_of(problem)).removeprefix(f"{place} {kind}")
    head = f"{BOLD}{place} {colour}{kind}{PLAIN}{words}"
    text = _line(problem.span)
    if text is None:
        return head
    start, length = _marked(text, problem)
    begin = max(0, start - LONGEST // 2) if len(text) > LONGEST else 0
    shown = text[begin : begin + LONGEST]
    number = str(problem.span.line)
    caret = " " * (start - begin) + "^" * max(1, min(length, len(shown) - (start - begin)))
    margin = f"{DIM}{' ' * len(number)} |{PLAIN}"
    return f"{head}\n {DIM}{number} |{PLAIN} {shown}\n {margin} {colour}{caret}{PLAIN}"


def _line(span: Span) -> str | None:
    """The line's text; None where there is nothing to see."""
    try:
        lines = Path(span.file).read_text("utf-8-sig", "replace").split("\n")
    except OSError:
        return None
    if not 0 < span.line <= len(lines) or not lines[span.line - 1].strip():
        return None
    return UNSEEN.sub(" ", lines[span.line - 1].rstrip())


def _marked(text: str, problem: Problem) -> tuple[int, int]:
    """Where in `text` the mark begins, and its length: a column, what the message quotes, all."""
    if 0 < problem.span.column <= len(text):
        return problem.span.column - 1, 1
    for first, second in QUOTED.findall(problem.message):
        at = text.find(first or second)
        if at >= 0:
            return at, len(first or second)
    stripped = text.lstrip()
    return len(text) - len(stripped), len(stripped)


# A problem for programs: a JSON object a line, or an annotation of a GitHub workflow a line.


def as_json(problem: Problem) -> str:
    """One line of JSON: file, line, end_line, column (0: none), severity, message, hint."""
    values = {**asdict(problem.span), "severity": problem.severity.value}
    return json.dumps({**values, "message": problem.message, "hint": problem.hint})


def as_annotation(problem: Problem) -> str:
    """A workflow command, which GitHub shows beside the line: `::error file=a.pmd,line=3::...`."""
    span = problem.span
    values = {"file": span.file, "line": str(span.line), "endLine": str(span.end_line)}
    if span.column:
        values["col"] = str(span.column)
    properties = ",".join(f"{name}={_property(value)}" for name, value in values.items())
    words = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return f"::{problem.severity.value} {properties}::{_data(words)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
