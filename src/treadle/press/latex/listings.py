"""Code and printed text as lines within a `Verbatim`, highlighted and no wider than the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby, pairwise
from unicodedata import east_asian_width

from treadle.press.latex.escape import escape_verbatim
from treadle.press.latex.highlight_python import Run, python_runs

MARK = r"\wrapmark{}"  # what a line that goes on begins with; two columns wide
TAB = 8
# Terminals' CSI sequences (colours, cursor), OSC sequences (titles, links), two-character ones.
ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[()][0-9A-Za-z]|\x1b[78=>cDEHMNOZ]"
)


def code_lines(code: str, language: str, width: int | None) -> tuple[tuple[str, int], ...]:
    """LaTeX for each line of `code` and the number of the line (from 0) it belongs to.

    Lines over `width` columns are broken; None leaves them as they are.
    """
    lines = enumerate(highlighted(code.expandtabs(TAB), language))
    return tuple((text, number) for number, runs in lines for text in _set(runs, width))


def output_lines(text: str, width: int | None) -> tuple[str, ...]:
    """LaTeX for the lines of printed text, broken as code is."""
    return tuple(piece for line in printed_lines(text) for piece in _set((("", line),), width))


def highlighted(code: str, language: str) -> tuple[tuple[Run, ...], ...]:
    """The lines of `code`, each as runs of one style; an unknown language has none."""
    whole = code + "\n"  # a prompt's lexer wants whole lines
    runs: Iterable[Run] | None = python_runs(whole) if language == "python" else None
    if runs is None:
        from treadle.press.latex.highlight_pygments import (
            pygments_runs,  # most documents don't need it
        )

        runs = pygments_runs(whole, language)
    lines: list[list[Run]] = [[]]
    for style, value in runs:
        first, *others = value.split("\n")
        lines[-1].append((style, first))
        lines.extend([(style, text)] for text in others)
    return tuple(tuple(_merged(line)) for line in lines[:-1])


def _merged(runs: Iterable[Run]) -> Iterator[Run]:
    """As few runs as show the same: blanks have no style of their own."""
    style, text = "", ""
    for next_style, more in runs:
        if next_style == style or not more.strip():
            text += more
        else:
            yield style, text
            style, text = next_style, more
    yield style, text


def printed_lines(text: str) -> tuple[str, ...]:
    """The lines of `text` as a terminal leaves them: without ANSI codes, overwritten parts and
    tabs; no empty last line."""
    clean = ANSI.sub("", text).replace("\r\n", "\n")
    lines = [_overwritten(line).expandtabs(TAB) for line in clean.split("\n")]
    return tuple(lines if lines[-1] else lines[:-1])


def _overwritten(line: str) -> str:
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
    while (end := _end(line, start, room)) < len(line):
        joint = max(line.rfind(mark, start, end) for mark in (" ", ","))
        start = joint + 1 if joint >= start + (end - start) // 2 else end
        breaks.append(start)
        room = max(width - 2, 2)
    return tuple(breaks)


def _end(line: str, start: int, room: int) -> int:
    """Where the text ends that fits into so many columns; ideographs and their like take two."""
    if line.isascii():
        return min(start + room, len(line))
    widths = accumulate(2 if east_asian_width(char) in "WF" else 1 for char in line[start:])
    return next((start + at for at, width in enumerate(widths) if width > room), len(line))


def _set(runs: tuple[Run, ...], width: int | None) -> Iterator[str]:
    """The LaTeX of a line, in as many pieces as fit `width`."""
    line = "".join(text for _, text in runs)
    breaks = wrap_at(line, width) if width else ()
    for number, piece in enumerate(_cut(runs, line, breaks) if breaks else [runs]):
        latex = "".join(_styled(style, text) for style, text in piece)
        yield (MARK if number else "") + latex.rstrip(" ")


def _cut(runs: tuple[Run, ...], line: str, breaks: tuple[int, ...]) -> Iterator[list[Run]]:
    styles = [style for style, text in runs for _ in text]
    for start, end in pairwise((0, *breaks, len(line))):
        groups = groupby(range(start, end), key=styles.__getitem__)
        yield [(style, "".join(line[at] for at in places)) for style, places in groups]


def _styled(style: str, text: str) -> str:
    inner = text.rstrip() if style else ""
    tail = text[len(inner) :]
    styled = f"{style}{{{escape_verbatim(inner)}}}" if inner else ""
    return styled + escape_verbatim(tail)
