"""Code and printed text as lines within a `Verbatim`, highlighted and no wider than the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from treadle.weaving.latex import escape_verbatim
from treadle.weaving.printed import printed_lines, wrap_at
from treadle.weaving.python_runs import Run, python_runs

MARK = r"\wrapmark{}"  # two columns wide


def highlighted(code: str, language: str) -> tuple[tuple[Run, ...], ...]:
    """The lines of `code`, each as runs of one style; an unknown language has none."""
    whole = code + "\n"  # a prompt's lexer wants whole lines
    runs = python_runs(whole) if language == "python" else None
    if runs is None:
        from treadle.weaving.pygments_runs import pygments_runs  # most documents don't need it

        runs = pygments_runs(whole, language)
    lines: list[list[Run]] = [[]]
    for style, value in runs:
        if "\n" not in value:
            lines[-1].append((style, value))
            continue
        first, *others = value.split("\n")
        lines[-1].append((style, first))
        lines.extend([(style, text)] for text in others)
    return tuple(tuple(_merged(line)) for line in lines[:-1])


def code_lines(code: str, language: str, width: int | None) -> tuple[tuple[str, int], ...]:
    """LaTeX for each line of `code` and the number of the line (from 0) it belongs to.

    Lines over `width` columns are broken; None leaves them as they are.
    """
    lines = enumerate(highlighted(code.expandtabs(8), language))
    return tuple((text, number) for number, runs in lines for text in _set(runs, width))


def output_lines(text: str, width: int | None) -> tuple[str, ...]:
    """LaTeX for the lines of printed text, broken as code is."""
    return tuple(piece for line in printed_lines(text) for piece in _set((("", line),), width))


def _merged(runs: Iterable[Run]) -> Iterator[Run]:
    held: Run = ("", "")
    for style, text in runs:
        if style == held[0] or not text.strip():
            held = (held[0], held[1] + text)
        else:
            yield held
            held = (style, text)
    yield held


def _set(runs: tuple[Run, ...], width: int | None) -> Iterator[str]:
    line = "".join(text for _, text in runs)
    breaks = wrap_at(line, width) if width else ()
    for number, piece in enumerate(_cut(runs, breaks)):
        yield (MARK if number else "") + "".join(_styled(piece)).rstrip(" ")


def _cut(runs: tuple[Run, ...], breaks: tuple[int, ...]) -> Iterator[list[Run]]:
    """The runs of each piece of a line that is broken at `breaks`."""
    held: list[Run] = []
    position, ahead = 0, iter((*breaks, None))
    end = next(ahead)
    for style, text in runs:
        start = position
        while end is not None and end < start + len(text):
            held.append((style, text[position - start : end - start]))
            yield held
            held, position, end = [], end, next(ahead)
        held.append((style, text[position - start :]))
        position = start + len(text)
    yield held


def _styled(runs: Iterable[Run]) -> Iterator[str]:
    for style, piece in runs:
        if not piece.strip() or not style:
            yield escape_verbatim(piece)
            continue
        tail = piece[len(piece.rstrip()) :]
        yield f"{style}{{{escape_verbatim(piece.rstrip())}}}{tail}"
