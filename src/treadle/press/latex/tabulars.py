"""Tables, whether from Markdown or from values: booktabs, columns aligned in the LaTeX as well."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from treadle.press.latex.escape import DOLLARS, escape
from treadle.press.latex.fragment import Fragment, Line, indent, render
from treadle.press.latex.graphics import Float

NEGATIVE = re.compile(r"-(?=\.?\d|inf)")
NOTES = r"\begin{savenotes}"  # LaTeX loses a footnote of a table without it
LONG = 35  # rows beyond which a table may not fit on a page, and is broken between its rows
ROOM = 90  # characters a row may hold before its long columns are set as paragraphs


class Tabular(Struct, frozen=True):
    """Cells of LaTeX; `align` has a letter of l, c, r for each column, `origins` the `.pmd` line
    of the header and of each row, where they have lines of their own."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...]
    origins: tuple[int, ...] = ()


def cell(text: str) -> str:
    """The text of a value as a cell: mathematics within dollars is kept, a minus is a minus."""
    words = " ".join(text.split())
    parts, position = [], 0
    for found in DOLLARS.finditer(words):
        parts += [escape(words[position : found.start()]), found.group()]
        position = found.end()
    return with_minus("".join([*parts, escape(words[position:])]))


def with_minus(latex: str) -> str:
    """A cell of LaTeX, whose leading hyphen is a minus if a number follows."""
    return "$-$" + latex[1:] if NEGATIVE.match(latex) else latex


def table(tabular: Tabular, float_: Float | None, origin: int) -> Fragment:
    """The table as a float with its caption above, or centred in its place; a long one, there."""
    texts = _aligned([tabular.header, *tabular.rows])
    origins = tabular.origins or (origin,) * len(texts)
    header, *rows = indent(tuple(map(Line, texts, origins)), 4)
    columns, fits = _columns(tabular)
    long = len(rows) > LONG and fits
    caption: Fragment = ()
    if float_:
        at = origin if float_.origin is None else float_.origin
        caption = (Line(f"  \\caption{{{float_.caption}}}", at),)
    slots = {
        "header": (header,) if any(tabular.header) else (),
        "rows": tuple(rows),
        "caption": caption,
    }
    values = {
        "float": float_,
        "columns": columns,
        "shrink": not fits,
        "notes": NOTES if any(r"\footnote{" in text for text in texts) else "",
    }
    return render("longtable.tex.j2" if long else "table.tex.j2", origin, values, slots)


def _columns(tabular: Tabular) -> tuple[str, bool]:
    """LaTeX's columns, and whether the table fits the page with them.

    In a wide table, long columns are paragraphs that share the room which the others leave.
    """
    cells = zip(tabular.header, *tabular.rows, strict=True)
    widths = [max(map(_visible, column)) for column in cells]
    if sum(widths) + 3 * len(widths) <= ROOM:
        return "".join(tabular.align), True
    long = [width if width > max(ROOM // len(widths), 15) else 0 for width in widths]
    free = ROOM - sum(width + 3 for width, taken in zip(widths, long, strict=True) if not taken)
    share = max(free, 20) / ROOM / max(sum(long), 1)
    columns = (
        _paragraphs(align, share * width) if width else align
        for align, width in zip(tabular.align, long, strict=True)
    )
    return "".join(columns), any(long)


def _visible(latex: str) -> int:
    return len(re.sub(r"\\[A-Za-z]+ ?|[{}$\\]", "", latex))


def _paragraphs(align: str, share: float) -> str:
    side = {"l": r"\raggedright", "c": r"\centering", "r": r"\raggedleft"}[align]
    return rf">{{{side}\arraybackslash}}p{{{share:.2f}\linewidth}}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [min(max(map(len, column)), 30) for column in zip(*rows, strict=True)]
    lines = (
        " & ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    # After \\, a bracket or a star would be taken for the line's extra space.
    return [("{}" + line if line[:1] in {"[", "*"} else line) + r" \\" for line in lines]
