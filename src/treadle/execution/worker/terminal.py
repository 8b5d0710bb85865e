"""Printed text as a terminal would leave it: progress bars end as their last state."""

from __future__ import annotations

import re

_ERASE = "\x1b[K"
_CONTROL = re.compile(r"\r|\x08|\x1b\[K")


def settle(text: str) -> str:
    """The text after carriage returns, backspaces and erasures have done their work."""
    if _CONTROL.search(text) is None:
        return text
    return "\n".join(_settle_line(line) for line in text.replace("\r\n", "\n").split("\n"))


def _settle_line(line: str) -> str:
    cells: list[str] = []
    column = 0
    for piece in re.split(f"({_CONTROL.pattern})", line):
        if piece == "\r":
            column = 0
        elif piece == "\x08":
            column = max(0, column - 1)
        elif piece == _ERASE:
            del cells[column:]
        else:
            cells[column : column + len(piece)] = piece
            column += len(piece)
    return "".join(cells).rstrip() if _CONTROL.search(line) else line


def last_line(text: str) -> str:
    """The last line with anything on it, for the progress display."""
    lines = [line for line in re.split(r"[\r\n]", text) if line.strip()]
    return lines[-1].strip() if lines else ""
