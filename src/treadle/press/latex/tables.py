"""Tables, whether from Markdown or from values: booktabs, columns aligned in the LaTeX as well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise, product

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.latex.escape import DOLLARS, escape
from treadle.press.latex.figures import Float
from treadle.press.latex.footnotes import caption_of, noted, texts_of
from treadle.press.latex.fragment import Fragment, Line, indent, stack
from treadle.press.latex.lengths import inches
from treadle.press.latex.measures import POINTS, Measures
from treadle.press.latex.table_columns import Columns, Shape
from treadle.press.latex.table_entries import (
    Extent,
    extent_of,
    in_column,
    visible,
    with_breaks,
)
from treadle.press.latex.table_layout import Layout, Room, laid_out
from treadle.press.latex.templates import render

NEXT_SLIDE = r"\framebreak"
NEGATIVE = re.compile(r"-(?=\.?\d|inf)")


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
    something new begins. `below` is a line under the table. `numbers` say which row is which in
    columns that are in several parts, if no label does.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...]
    origins: tuple[int, ...] = ()
    above: tuple[tuple[Heading, ...], ...] = ()
    labels: int = 1
    parts: tuple[int, ...] = ()
    below: str = ""
    numbers: tuple[str, ...] = ()


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


class LaidTable(Struct, frozen=True):
    """A table in LaTeX, and what is to be said of it: that it is not as wide as it would be, and
    the way out."""

    lines: Fragment
    told: str = ""
    hint: str = ""


def table(tabular: Tabular, float_: Float | None, origin: int, room: Room) -> LaidTable:
    """The table as a float with its caption above, or centred in its place; a long one, there."""
    room = _within_float(room, float_) if float_ else room
    tabular, caption, notes = _without_notes(tabular, float_.caption if float_ else "")
    environment = float_.environment if float_ else ""
    layout = laid_out(shape_of(tabular, room.measures), environment, room)
    if tabular.numbers and len(layout.parts) > 1:
        tabular = _numbered(tabular)
        layout = laid_out(shape_of(tabular, room.measures), environment, room)
    head: Fragment = ()
    if float_:
        at = origin if float_.origin is None else float_.origin
        head = (Line(f"  {caption}", at),)
    setting = _Setting(tabular, layout, float_, head, origin, room.measures)
    made = _long(setting) if layout.long else _floating(setting)
    texts = tuple(Line(text, origin) for text in texts_of(notes))
    return LaidTable((*made, *texts), layout.told, layout.hint)


def _numbered(tabular: Tabular) -> Tabular:
    """The table with its rows' numbers as their labels."""
    pairs = zip(tabular.numbers, tabular.rows, strict=True)
    return replace(
        tabular,
        header=("", *tabular.header),
        rows=tuple((number, *row) for number, row in pairs),
        align=("r", *tabular.align),
        above=tuple((Heading(""), *row) for row in tabular.above),
        labels=1,
    )


def _within_float(room: Room, float_: Float) -> Room:
    """The room in a float that may have a width of its own, text beside it."""
    measures = room.measures
    line, page = measures.line / POINTS, measures.page / POINTS
    width = inches(float_.width, line, page) if float_.width else None
    return replace(room, measures=replace(measures, line=width * POINTS)) if width else room


class _Setting(Struct, frozen=True):
    """A table that is being set."""

    tabular: Tabular
    layout: Layout
    float_: Float | None
    caption: Fragment
    origin: int
    measures: Measures

    def values(self, number: int, count: int) -> dict[str, object]:
        """What the template of piece `number` of so many has to know."""
        float_, layout = self.float_, self.layout
        first = number == 0
        return {
            "float": float_ if first else None,
            "environment": layout.environment,
            "arguments": self._arguments(),
            "size": layout.size.command,
            "continued": f"{number + 1}/{count}" if float_ and not first else "",
            "below": self.tabular.below if number == count - 1 else "",
        }

    def _arguments(self) -> str:
        """Those of the float that was asked for; another one is to stand there, too."""
        float_ = self.float_
        if float_ is None or float_.environment == self.layout.environment:
            return float_.arguments if float_ else ""
        return f"[{float_.position}]"

    def caption_of(self, number: int) -> Fragment:
        return () if number else self.caption


def shape_of(tabular: Tabular, measures: Measures) -> Shape:
    """What a table takes in the size of the text."""
    known: dict[str, Extent] = {}

    def extent(text: str) -> Extent:
        if text not in known:
            known[text] = extent_of(text, measures)
        return known[text]

    rows = [list(map(extent, row)) for row in (tabular.header, *tabular.rows)]
    columns = list(zip(*rows, strict=True))
    widths = [max(each.width for each in column) for column in columns]
    for row in tabular.above:
        end = 0
        for heading in row:
            start, end = end, end + heading.columns
            below = sum(widths[start:end]) + 2 * measures.gap * (heading.columns - 1)
            widths[end - 1] += max(extent(heading.text).width - below, 0)
    letters = tuple(max(each.letters for each in column) for column in columns)
    return Shape(
        measures.em,
        tuple(widths),
        tuple(tuple(each.width for each in row) for row in rows[1:]),
        letters,
        tabular.align,
        tuple(max(each.least for each in column) for column in columns),
        min(tabular.labels, len(columns) - 1),
        max((_lacking(letters, row) for row in tabular.above), default=0),
    )


def _floating(setting: _Setting) -> Fragment:
    """The table in a float, or centred in its place; or several of them, one after the other."""
    layout = setting.layout
    ends = [*layout.starts, len(setting.tabular.rows)]
    pieces = [_piece(setting, part, rows) for rows, part in product(pairwise(ends), layout.parts)]
    if layout.together and len(pieces) > 1:
        gap = (Line(r"  \par\addvspace{\medskipamount}", setting.origin),)
        pieces = [stack((pieces[0], *(part for piece in pieces[1:] for part in (gap, piece))))]
    made: list[Fragment] = []
    for number, piece in enumerate(pieces):
        if len(layout.starts) > 1:  # a slide for each
            made.append((Line(NEXT_SLIDE, setting.origin),))
        slots = {"caption": setting.caption_of(number), "body": piece}
        values = setting.values(number, len(pieces))
        made.append(render("table.tex.j2", setting.origin, values, slots))
    return stack(made)


def _long(setting: _Setting) -> Fragment:
    """The table over several pages; of several parts of its columns, one after the other."""
    layout = setting.layout
    rows = (0, len(setting.tabular.rows))
    made = []
    for number, part in enumerate(layout.parts):
        header, body = _rows(setting, part, rows)
        slots = {
            "header": indent(header, 4),
            "rows": indent(body, 4),
            "caption": setting.caption_of(number),
        }
        values = {**setting.values(number, len(layout.parts)), "columns": "".join(part.specs)}
        made.append(render("longtable.tex.j2", setting.origin, values, slots))
    return stack(made)


def _piece(setting: _Setting, part: Columns, rows: tuple[int, int]) -> Fragment:
    """Some of the columns, and some of the rows."""
    header, body = _rows(setting, part, rows)
    values = {"columns": "".join(part.specs), "shrink": not setting.layout.sure}
    slots = {"header": indent(header, 4), "rows": indent(body, 4)}
    return render("tabular.tex.j2", setting.origin, values, slots)


def _rows(setting: _Setting, part: Columns, rows: tuple[int, int]) -> tuple[Fragment, Fragment]:
    """The head, and these rows."""
    tabular, (start, end) = setting.tabular, rows
    scale = setting.layout.size.scale
    chosen = [
        tuple(
            _set(row[at], spec, width / scale, setting.measures)
            for at, spec, width in zip(part.at, part.specs, part.widths, strict=True)
        )
        for row in (tabular.header, *tabular.rows[start:end])
    ]
    texts = _aligned(chosen)
    origins = tabular.origins or (setting.origin,) * (len(tabular.rows) + 1)
    header, *lines = map(Line, texts, (origins[0], *origins[start + 1 : end + 1]))
    above = [_within(row, part.at) for row in tabular.above]
    align = [tabular.align[at] for at in part.at]
    head = _head_above(above, align, header.origin)
    head += (header,) if any(tabular.header) else ()
    return head, _with_parts(lines, [number - start for number in tabular.parts])


def _set(entry: str, spec: str, room: float, measures: Measures) -> str:
    broken = with_breaks(entry, room, measures) if room else entry
    return in_column(broken, spec)


def _within(row: Sequence[Heading], at: Sequence[int]) -> tuple[Heading, ...]:
    """The headings over these columns."""
    end, found = 0, []
    for heading in row:
        start, end = end, end + heading.columns
        if count := sum(start <= number < end for number in at):
            found.append(replace(heading, columns=count))
    return tuple(found)


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


def _lacking(widths: Sequence[int], row: Sequence[Heading]) -> int:
    """The characters for which the columns below a row's headings are too narrow."""
    end = lacking = 0
    for heading in row:
        start, end = end, end + heading.columns
        below = sum(widths[start:end]) + 3 * (heading.columns - 1)
        lacking += max(visible(heading.text) - below, 0)
    return lacking


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [min(max(map(len, column)), 30) for column in zip(*rows, strict=True)]
    lines = (
        " & ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    # After \\, a bracket or a star would be taken for the line's extra space.
    return [("{}" + line if line[:1] in {"[", "*"} else line) + r" \\" for line in lines]
