"""Tables, whether from Markdown or from values: booktabs, columns aligned in the LaTeX as well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.latex.escape import DOLLARS, escape
from treadle.press.latex.figures import Float
from treadle.press.latex.footnotes import caption_of, noted, texts_of
from treadle.press.latex.fragment import Fragment, Line, indent
from treadle.press.latex.templates import render

NEGATIVE = re.compile(r"-(?=\.?\d|inf)")
LONG = 35  # rows beyond which a table may not fit on a page, and is broken between its rows
# Characters a row may hold before its long columns are set as paragraphs: nearly as many as code,
# which is smaller, has on a line, but not more than these.
ROOM = 90
LEAST = 20  # of them are for the long columns


class Heading(Struct, frozen=True):
    """What stands over one column of a table, or over several in one."""

    text: str
    columns: int = 1
    align: str = "c"


class Tabular(Struct, frozen=True):
    """Entries of LaTeX; `align` has a letter of l, c, r for each column, `origins` the `.pmd` line
    of the header and of each row, where they have lines of their own.

    `above` are the rows of the head that stand over `header`: the headings of each cover all
    columns. The first `labels` columns say what a row is. Before the `parts`, numbers of rows,
    something new begins. `below` is a line under the table.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...]
    origins: tuple[int, ...] = ()
    above: tuple[tuple[Heading, ...], ...] = ()
    labels: int = 1
    parts: tuple[int, ...] = ()
    below: str = ""


def entry(text: str) -> str:
    """The text of a value as an entry: mathematics within dollars is kept, a minus is a minus."""
    words = " ".join(text.split())
    parts, position = [], 0
    for found in DOLLARS.finditer(words):
        parts += [escape(words[position : found.start()]), found.group()]
        position = found.end()
    return with_minus("".join([*parts, escape(words[position:])]))


def with_minus(latex: str) -> str:
    """An entry of LaTeX, whose leading hyphen is a minus if a number follows."""
    return "$-$" + latex[1:] if NEGATIVE.match(latex) else latex


def table(tabular: Tabular, float_: Float | None, origin: int, line: int) -> Fragment:
    """The table as a float with its caption above, or centred in its place; a long one, there.

    A line of the page has room for `line` characters of code.
    """
    tabular, caption_text, notes = _without_notes(tabular, float_.caption if float_ else "")
    columns, fits = _columns(tabular, min(line, ROOM))
    rows_of_text = (tabular.header, *tabular.rows)
    texts = _aligned([tuple(map(_broken, row, columns)) for row in rows_of_text])
    origins = tabular.origins or (origin,) * len(texts)
    header, *rows = map(Line, texts, origins)
    head = _head_above(tabular.above, tabular.align, header.origin)
    long = len(rows) > LONG and fits
    caption: Fragment = ()
    if float_:
        at = origin if float_.origin is None else float_.origin
        caption = (Line(f"  {caption_text}", at),)
    values = {
        "float": float_,
        "columns": "".join(columns),
        "shrink": not fits,
        "notes": texts_of(notes),
        "below": tabular.below,
    }
    if any(tabular.header):
        head += (header,)
    body = _with_parts(rows, tabular.parts)
    slots = {"header": indent(head, 4), "rows": indent(body, 4), "caption": caption}
    return render("longtable.tex.j2" if long else "table.tex.j2", origin, values, slots)


def _head_above(above: Sequence[Sequence[Heading]], align: Sequence[str], origin: int) -> Fragment:
    """The rows of headings, each with a rule below those that span several columns."""
    lines: list[Line] = []
    for row in above:
        ends = [*accumulate(heading.columns for heading in row)]
        texts = [_heading(heading, end, align) for heading, end in zip(row, ends, strict=True)]
        lines.append(Line(" & ".join(texts) + r" \\", origin))
        rules = [
            rf"\cmidrule(lr){{{end - heading.columns + 1}-{end}}}"
            for heading, end in zip(row, ends, strict=True)
            if heading.text and heading.columns > 1
        ]
        if rules:
            lines.append(Line(" ".join(rules), origin))
    return tuple(lines)


def _heading(heading: Heading, end: int, align: Sequence[str]) -> str:
    """A heading whose last column is the `end`th: at the table's sides it has no space beside."""
    if not heading.text:
        return " & " * (heading.columns - 1)
    if heading.columns == 1 and heading.align == align[end - 1]:
        return heading.text
    left = "@{}" if end == heading.columns else ""
    right = "@{}" if end == len(align) else ""
    column = left + heading.align + right
    return rf"\multicolumn{{{heading.columns}}}{{{column}}}{{{heading.text}}}"


def _with_parts(rows: Sequence[Line], parts: Sequence[int]) -> Fragment:
    """The rows, with some space before those that begin a part."""
    lines: list[Line] = []
    for number, row in enumerate(rows):
        if number and number in parts:
            lines.append(Line(r"\addlinespace", row.origin))
        lines.append(row)
    return tuple(lines)


def _without_notes(tabular: Tabular, caption: str) -> tuple[Tabular, str, list[str]]:
    """The table and its caption with marks for their notes, and these."""
    above = noted(caption)
    notes = [*above.notes]
    rows = []
    for row in (tabular.header, *tabular.rows):
        entries = []
        for text in row:
            found = noted(text, len(notes))
            notes += found.notes
            entries.append(found.marked)
        rows.append(tuple(entries))
    return replace(tabular, header=rows[0], rows=tuple(rows[1:])), caption_of(above), notes


def _columns(tabular: Tabular, room: int) -> tuple[tuple[str, ...], bool]:
    """LaTeX's columns, and whether the table fits the page with them, or is made smaller.

    In a wide table, long columns are paragraphs that share the room which the others leave.
    """
    columns = zip(tabular.header, *tabular.rows, strict=True)
    widths = [max(map(_visible, column)) for column in columns]
    lacking = max((_lacking(widths, row) for row in tabular.above), default=0)
    if sum(widths) + 3 * len(widths) + lacking <= room:
        return tabular.align, True
    long = [width if width > max(room // len(widths), 15) else 0 for width in widths]
    others = sum(width + 3 for width, taken in zip(widths, long, strict=True) if not taken)
    free = room - lacking - others
    share = max(free, LEAST) / room / max(sum(long), 1)
    aligns = (
        _paragraphs(align, share * width) if width else align
        for align, width in zip(tabular.align, long, strict=True)
    )
    return tuple(aligns), any(long) and free >= LEAST


def _lacking(widths: Sequence[int], row: Sequence[Heading]) -> int:
    """The characters for which the columns below a row's headings are too narrow."""
    end = lacking = 0
    for heading in row:
        start, end = end, end + heading.columns
        below = sum(widths[start:end]) + 3 * (heading.columns - 1)
        lacking += max(_visible(heading.text) - below, 0)
    return lacking


def _visible(latex: str) -> int:
    lines = _lines_of(latex)
    return max(len(re.sub(r"\\[A-Za-z]+ ?|[{}$\\]", "", line)) for line in lines)


STEP = re.compile(r"\\(?P<what>begin|end)\b|(?P<break> *\\\\(?:\{\})? *)|\\.|[{}$]")


def _lines_of(entry: str) -> list[str]:
    """The lines of an entry; a break within a formula or an argument is that one's own."""
    lines, start, depth, maths = [], 0, 0, False
    for found in STEP.finditer(entry) if r"\\" in entry else ():
        maths ^= found[0] == "$"
        depth += (found[0] == "{" or found["what"] == "begin") - (
            found[0] == "}" or found["what"] == "end"
        )
        if found["break"] and not depth and not maths:
            lines.append(entry[start : found.start()])
            start = found.end()
    return [*lines, entry[start:]]


def _broken(entry: str, column: str) -> str:
    r"""An entry for a column, where `\\` would end the row."""
    lines = _lines_of(entry)
    if len(lines) == 1:
        return entry
    if len(column) > 1:  # a paragraph
        return r" \newline ".join(lines)
    inner = r" \\ ".join(lines)
    return rf"\begin{{tabular}}[t]{{@{{}}{column}@{{}}}}{inner}\end{{tabular}}"


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
