"""Printed text as a terminal would leave it: no colours, no overwritten parts, lines of a width."""

from __future__ import annotations

import re

# CSI sequences (colours, cursor), OSC sequences (titles, links), and the two-character ones.
ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[()][0-9A-Za-z]|\x1b[78=>cDEHMNOZ]"
)
TAB = 8


def printed_lines(text: str) -> tuple[str, ...]:
    """The lines of `text`: without ANSI codes, overwritten parts and tabs; no empty last line."""
    clean = ANSI.sub("", text).replace("\r\n", "\n")
    lines = [_overwrite(line).expandtabs(TAB) for line in clean.split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def _overwrite(line: str) -> str:
    # A carriage return goes back to the start of the line: what follows is printed over it.
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :]
    return shown


def wrap_at(line: str, width: int) -> tuple[int, ...]:
    """Where to break `line` so that it fits `width` columns, after a blank or comma if possible.

    The lines that go on are two columns shorter, for the mark they begin with.
    """
    breaks: list[int] = []
    start, room = 0, max(width, 4)
    while len(line) - start > room:
        joint = max(line.rfind(mark, start, start + room) for mark in (" ", ","))
        start = joint + 1 if joint >= start + room // 2 else start + room
        breaks.append(start)
        room = max(width - 2, 2)
    return tuple(breaks)
