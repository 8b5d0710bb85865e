"""A problem on a terminal: in colour, with the line it speaks of and a caret below it."""

from __future__ import annotations

import re
from pathlib import Path

from treadle.cli.problems import line_of
from treadle.diagnostics import Diagnostic, Severity, Span

BOLD, DIM, RED, YELLOW, PLAIN = (f"\x1b[{code}m" for code in (1, 2, 31, 33, 0))
COLOURS = {Severity.ERROR: RED, Severity.WARNING: YELLOW}
QUOTED = re.compile(r"`([^`]+)`|(\\[A-Za-z]+)")
# Cursor movements and the like in a document must not reach the terminal.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LONGEST = 120  # characters shown of a line


def with_excerpt(problem: Diagnostic) -> str:
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


def _marked(text: str, problem: Diagnostic) -> tuple[int, int]:
    """Where in `text` the mark begins, and its length: a column, what the message quotes, all."""
    if 0 < problem.span.column <= len(text):
        return problem.span.column - 1, 1
    for first, second in QUOTED.findall(problem.message):
        at = text.find(first or second)
        if at >= 0:
            return at, len(first or second)
    stripped = text.lstrip()
    return len(text) - len(stripped), len(stripped)
