"""Tables of pandas' Styler: its formats, what it hides and marks, its caption."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from msgspec.structs import replace

from treadle.press.plugin.column_texts import is_missing, is_numeric
from treadle.press.plugin.grids import Cell, Grid, table_of_grid
from treadle.press.plugin.part_shown import whole
from treadle.press.plugin.tables import Loss, Table

SPANS = re.compile(r'colspan="(\d+)"')
Css = Mapping[str, tuple[tuple[str, str], ...]]  # by the id of a cell
Row = Sequence[Mapping[str, Any]]  # cells as pandas draws them


def styled_table(styler: Any, pandas: Any) -> Table | None:  # noqa: ANN401
    """None for one without columns, or one that is to be LaTeX."""
    if pandas.get_option("styler.render.repr") == "latex":
        return None
    styler = copy.deepcopy(styler)
    tooltips = _taken_tooltips(styler)
    drawn = _drawn(styler, pandas)
    css = {
        name: tuple(style["props"])
        for kind in ("cellstyle", "cellstyle_index")
        for style in drawn[kind]
        for name in style["selectors"]
    }
    shown = [row for row in drawn["body"] if any(cell["is_visible"] for cell in row)]
    levels = [*_levels(shown)]
    body = [_fields(row, levels, css) for row in shown]
    head = _head(drawn["head"], len(levels))
    counts = len(levels) == 1 and _only_counts(body, head)
    if counts:
        levels, body, head = [], [row[1:] for row in body], [row[1:] for row in head]
    losses = tuple(_losses(shown))
    below = "[{} rows x {} columns]".format(*styler.data.shape) if losses else ""
    caption, unseen = _caption(drawn), (*tooltips, *_unseen(drawn))
    table = table_of_grid(Grid(head, body, len(levels), caption, below, unseen, losses))
    return _numbered(table) if table and counts else table


def _numbered(table: Table) -> Table:
    first = [row[0] for row in table.rows]
    return replace(table, numbers=whole(len(first)).row_numbers(first, table.align[0]))


def _taken_tooltips(styler: Any) -> tuple[str, ...]:  # noqa: ANN401
    """What it lacks now, in words: pandas draws tooltips as tags in the fields, and as style."""
    parts = [styler, *getattr(styler, "concatenated", ())]
    having = [part for part in parts if getattr(part, "tooltips", None) is not None]
    for part in having:
        part.tooltips = None
    return ("the tooltips of `set_tooltips`",) if having else ()


def _drawn(styler: Any, pandas: Any) -> Mapping[str, Any]:  # noqa: ANN401
    """What pandas draws a page of HTML from, in which a text could not be told from a tag: as a
    page is all that is public, this is not."""
    options = [f"styler.sparse.{side}" for side in ("index", "columns")]
    options += [f"styler.render.max_{what}" for what in ("rows", "columns")]
    return styler._render(*map(pandas.get_option, options), "")  # type: ignore[no-any-return]


def _levels(shown: Sequence[Row]) -> Iterator[int]:
    """The places of the levels of labels that are not hidden: the empty ones below a label are
    invisible as well."""
    places = range(sum(cell["type"] == "th" for cell in shown[0]) if shown else 0)
    return (place for place in places if any(row[place]["is_visible"] for row in shown))


def _fields(row: Row, levels: Sequence[int], css: Css) -> list[Cell]:
    labels = (row[place] for place in levels)
    fields = (cell for cell in row if cell["type"] == "td" and cell["is_visible"])
    return [_cell(cell, css) for cell in (*labels, *fields)]


def _cell(cell: Mapping[str, Any], css: Css) -> Cell:
    text = _text(cell) if cell["is_visible"] else ""
    side = "r" if is_numeric([cell["value"]]) else ""
    # Rows that were put below by `concat` stand as the fields above them do.
    tells = not (is_missing(cell["value"]) or "foot" in str(cell.get("id")))
    return Cell(text, css=css.get(str(cell.get("id")), ()), align=side, tells=tells)


def _text(cell: Mapping[str, Any]) -> str:
    """What it shows; a text that was escaped for LaTeX or HTML (`escape=`), as it was before."""
    shown, value = str(cell["display_value"]), cell["value"]
    if not isinstance(value, str) or shown == value:
        return shown
    module = sys.modules["pandas.io.formats.style_render"]
    escape = getattr(module, "_str_escape", None)  # not public, and of use here alone
    as_latex = escape(value, "latex") if callable(escape) else None
    return value if shown == as_latex or unescape(shown) == value else shown


def _head(drawn: Sequence[Row], labels: int) -> list[list[Cell]]:
    """The rows of the head: names of the rows' labels stand beside the columns', if they can."""
    rows = [[_heading(cell) for cell in row if cell["is_visible"]] for row in drawn]
    rows = [row for row in rows if row]
    if not any("index_name" in cell["class"] for row in drawn[-1:] for cell in row):
        return rows
    *others, columns, names = rows if len(rows) > 1 else ([], *rows)
    if columns and not any(cell.text for cell in columns[:labels]):
        return [*others, [*names[:labels], *columns[labels:]]]
    return rows


def _heading(cell: Mapping[str, Any]) -> Cell:
    spans = SPANS.search(cell.get("attributes") or "")
    return Cell(_text(cell), int(spans[1]) if spans else 1)


def _only_counts(body: Sequence[Sequence[Cell]], head: Sequence[Sequence[Cell]]) -> bool:
    """Whether the labels of the rows are their numbers, and have neither a name nor a look."""
    return not any(row[0].text for row in head) and all(
        row[0] == Cell(str(number), align="r") for number, row in enumerate(body)
    )


def _losses(shown: Sequence[Row]) -> Iterator[Loss]:
    """What pandas leaves out of a Styler with very many fields, or as its options say."""
    classes = " ".join(cell["class"] for row in shown for cell in row)
    for what, option in (("row", "rows"), ("col", "columns")):
        if f"{what}_trim" in classes:
            hint = f"`pd.options.styler.render.max_{option}`, or `max_elements`, has more of them"
            yield Loss(f"some of the table's {option} are not shown", hint)


def _caption(drawn: Mapping[str, Any]) -> str:
    caption = drawn["caption"]  # with a short one, two
    return str(caption[0] if isinstance(caption, tuple | list) else caption or "")


def _unseen(drawn: Mapping[str, Any]) -> tuple[str, ...]:
    found = {
        "the style sheet of `set_table_styles`": drawn["table_styles"],
        "the looks of headings": drawn["cellstyle_columns"],
        "the attributes of the whole table": drawn["table_attributes"],
    }
    return tuple(words for words, given in found.items() if given)
