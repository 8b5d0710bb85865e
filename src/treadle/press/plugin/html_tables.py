"""The table that a page of HTML is, if it is one table and little else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from treadle.press.plugin.cell_looks import rules_of
from treadle.press.plugin.grids import Cell, Grid, table_of_grid
from treadle.press.plugin.html_numbers import span
from treadle.press.plugin.tables import Table

# What a page may have besides: what only groups, or says how text looks.
PLAIN = frozenset({"html", "head", "body", "title", "meta", "div", "p", "span", "small", "br", "b"})
PLAIN |= {"strong", "i", "em", "u", "a", "code", "pre", "sub", "sup", "center", "font", "hr", "h1"}
PLAIN |= {"h2", "h3", "h4", "style", "table", "caption", "colgroup", "col", "thead", "tbody"}
PLAIN |= {"tfoot", "tr", "th", "td"}
PICTURES = frozenset({"img", "svg"})
ALONE = frozenset({"br", "hr", "img", "meta", "col"})  # elements that have no end
GROUPS = frozenset({"tr", "thead", "tbody", "tfoot", "table"})  # where a row ends
FACES = {"b": "font-weight", "strong": "font-weight", "i": "font-style", "em": "font-style"}
CSS = {"font-weight": "bold", "font-style": "italic"}
RAISED = {"sup": "^", "sub": "_"}
SIDE = re.compile(r"(?:^|[\s_-])(left|right|center)(?=\s|$)")
LONGEST = 200  # characters beside the table


class _NoTableError(Exception):
    """The page is more than one table."""


def table_of_html(html: str) -> Table | None:
    """None where it is anything else, too."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except _NoTableError:
        return None
    beside = " ".join("".join(reader.beside).split())
    if reader.tables != 1 or len(beside) > LONGEST:
        return None
    head, titles = _titles(reader.head)
    foot = [row[0].text for row in reader.foot if len(row) == 1]
    body = [*reader.body, *(row for row in reader.foot if len(row) > 1)]
    caption = ". ".join(text for text in (reader.caption.strip(), *titles) if text)
    below = " ".join(text for text in (*foot, beside) if text)
    labels = max(map(len, reader.stubs), default=0)
    return table_of_grid(Grid(head, body, labels, caption, below, tuple(sorted(reader.unseen))))


def _titles(head: Sequence[list[Cell]]) -> tuple[Sequence[list[Cell]], list[str]]:
    """The rows of the head, and the titles that stand above all columns before them."""
    count = 0
    while len(head) > count + 1 and len(head[count]) == 1 and head[count][0].columns > 1:
        count += 1
    return head[count:], [row[0].text for row in head[:count]]


class _Reader(HTMLParser):
    """Raises, while it is fed, what shows that the page is no table."""

    def __init__(self) -> None:
        super().__init__()
        self.head: list[list[Cell]] = []
        self.body: list[list[Cell]] = []
        self.foot: list[list[Cell]] = []
        self.stubs: list[list[Cell]] = []  # of each row of the body, the headings it begins with
        self.caption = ""
        self.beside: list[str] = []
        self.unseen: set[str] = set()
        self.tables = 0
        self._open: list[str] = []
        self._row: list[Cell] = []
        self._kinds: list[str] = []  # of the row's cells
        self._cell: Cell | None = None
        self._texts: list[str] = []
        self._faces: list[set[str]] = []  # of each piece of text in the cell

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "svg" in self._open:
            return
        if tag in PICTURES and self._cell:
            self.unseen.add("the pictures in its fields")
        elif tag not in PLAIN or (tag == "table" and self._cell):
            raise _NoTableError
        if tag == "br":
            self._texts.append("\n")
        if tag not in ALONE:
            self._open.append(tag)
        self.tables += tag == "table"
        if tag in GROUPS:
            self._end_row()
        elif tag in {"td", "th"}:
            self._end_cell()
            self._cell = _cell({name: value or "" for name, value in attrs})
            self._kinds.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag in GROUPS:
            self._end_row()
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open or "svg" in self._open or "title" in self._open:
            return
        if self._cell:
            self._texts.append(self._raised(" ".join(data.split("\n"))))
            if data.strip():
                self._faces.append({FACES[tag] for tag in self._open if tag in FACES})
        elif "caption" in self._open:
            self.caption += data
        else:
            self.beside.append(data)

    def _raised(self, text: str) -> str:
        sign = next((RAISED[tag] for tag in reversed(self._open) if tag in RAISED), "")
        if not sign or not re.fullmatch(r"[-+−\w]+", text):
            return text
        return rf"${sign}{{{text.replace('−', '-')}}}$"

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        faces = set.intersection(*self._faces) if self._faces else set[str]()
        if any(found != faces for found in self._faces):
            self.unseen.add("the faces of single words")
        css = (*self._cell.css, *((name, CSS[name]) for name in sorted(faces)))
        text = "\n".join(" ".join(line.split()) for line in "".join(self._texts).split("\n"))
        cell = Cell(text.strip(), self._cell.columns, self._cell.rows, css, self._cell.align)
        self._row.append(cell)
        self._cell, self._texts, self._faces = None, [], []

    def _end_row(self) -> None:
        self._end_cell()
        if not self._row:
            return
        heads = "th" in self._kinds and "td" not in self._kinds and len(self._row) > 1
        if "thead" in self._open or (heads and not self.body and "tbody" not in self._open):
            self.head.append(self._row)
        elif "tfoot" in self._open:
            self.foot.append(self._row)
        else:
            self.body.append(self._row)
            count = next((at for at, kind in enumerate(self._kinds) if kind == "td"), 0)
            self.stubs.append(self._row[:count])
        self._row, self._kinds = [], []


def _cell(attributes: dict[str, str]) -> Cell:
    side = SIDE.search(attributes.get("align", "") or attributes.get("class", ""))
    return Cell(
        "",
        span(attributes.get("colspan", "")),
        span(attributes.get("rowspan", "")),
        tuple(rules_of(attributes.get("style", ""))),
        side[1][0] if side else "",
    )
