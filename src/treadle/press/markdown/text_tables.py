"""Pandoc's tables of plain text: grid tables, simple tables, and those with rows of several lines.

They become the tokens of a pipe table, each row with the line it begins on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from markdown_it.rules_block import StateBlock, paragraph
from markdown_it.rules_core import StateCore
from msgspec import Struct

from treadle.press.markdown.attributes import remark, text_at

GRID = re.compile(r"\+(?:[-=:]+\+)+[ \t]*")
RULE = re.compile(r"-{3,}[ \t]*")
COLUMNS = re.compile(r"-+(?:[ \t]+-+)+[ \t]*")
BLOCKS = re.compile(r"\s*(?:[-+*]|\d+[.)]) +\S")  # a list in a cell


class Row(Struct, frozen=True):
    """The entries of a row, and the line it begins on."""

    line: int
    entries: tuple[str, ...]


class Table(Struct, frozen=True):
    """A table to before the line `end`; the entries of its header may be empty."""

    header: Row
    rows: tuple[Row, ...]
    align: tuple[str, ...]
    end: int


def grid_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table drawn with `+`, `-` and `|`; a remark where it is one that can't be read."""
    if state.is_code_block(start) or not GRID.fullmatch(_line(state, start)):
        return False
    last = start
    while (
        last < end
        and state.sCount[last] >= state.blkIndent
        and _line(state, last)[:1] in {"+", "|"}
    ):
        last += 1
    lines = [_cells_of(_line(state, line)) for line in range(start, last)]
    edges = [at for at, text in enumerate(lines[0]) if text == "+"]
    if len(lines) < 3 or not GRID.fullmatch("".join(lines[-1]).rstrip("\0 ")):
        return False
    if silent:
        return True
    for number, line in enumerate(lines):
        if not _is_drawn(line, edges):
            what = "a cell of this grid table spans several columns, or its edges are not aligned"
            hint = "draw each column through all rows, with `|` above `+`"
            remark(state.env, start + number, what, hint)
            return False
    _push(state, _grid(lines, edges, start, last, state), start)
    return True


def _is_drawn(line: Sequence[str], edges: Sequence[int]) -> bool:
    """Whether a line is cut by the table's edges, and by no others."""
    text = "".join(line)
    if line[0] == "+":
        return bool(GRID.fullmatch(text)) and [n for n, at in enumerate(line) if at == "+"] == edges
    within = re.search(r"\+[-=:]+(?=\+)|[-=]{2,}\+", text) is not None
    return not within and all(text_at in {"|", "+"} for text_at in _at(line, edges))


def _at(line: Sequence[str], edges: Sequence[int]) -> Iterator[str]:
    return ("".join(line[at : at + 1]) for at in edges)


def _grid(
    lines: Sequence[Sequence[str]], edges: Sequence[int], start: int, last: int, state: StateBlock
) -> Table:
    between = list(pairwise(edges))
    rows: list[Row] = []
    header: Row | None = None
    rule = lines[0]
    parts: list[list[str]] = [[] for _ in between]
    begun = start + 1
    for number, line in enumerate(lines[1:], start + 1):
        if line[0] != "+":
            for part, (left, right) in zip(parts, between, strict=True):
                part.append("".join(line[left + 1 : right]).replace("\0", "").strip())
            continue
        row = Row(begun, tuple(_entry(part, begun, state) for part in parts))
        if "=" in line and header is None and not rows:
            header, rule = row, line
        else:
            rows.append(row)
        parts, begun = [[] for _ in between], number + 1
    marks = ("".join(rule[left + 1 : right]).strip() for left, right in between)
    empty = Row(start, ("",) * len(between))
    return Table(header or empty, tuple(rows), tuple(map(_marked, marks)), last)


def _entry(lines: Sequence[str], first: int, state: StateBlock) -> str:
    """The text of a cell; what is more than running text can't be set there."""
    inner = "\n".join(lines).strip("\n")
    if "\n\n" in inner or any(map(BLOCKS.match, lines)):
        what = "a cell of this table holds more than a paragraph: it is set as one"
        remark(state.env, first, what, r"a line break in a cell is a `\` at its end")
    return _joined(lines)


def _joined(lines: Iterable[str]) -> str:
    r"""The lines of a cell as one, but for those that a `\` ends."""
    *others, last = [line for line in lines if line] or [""]
    broken = (len(line) - len(line.rstrip("\\")) for line in others)
    pairs = zip(others, broken, strict=True)
    return "".join(line + ("\n" if count % 2 else " ") for line, count in pairs) + last


def _marked(rule: str) -> str:
    left, right = rule.startswith(":"), rule.endswith(":")
    return "center" if left and right else "right" if right else "left" if left else ""


def check_marks(state: StateCore) -> None:
    """Remark on tables that are none, as text stands right above them."""
    told: set[tuple[int, str, str, bool]] = state.env.get("remarks", set())
    for token in state.tokens:
        if token.type != "inline" or token.map is None:
            continue
        first, end = token.map
        drawn = (
            n for n, line in enumerate(token.content.split("\n"), first) if GRID.fullmatch(line)
        )
        at = next(drawn, None)
        if at is not None and not any(first <= line <= end for line, *_ in told):
            what = "this looks like a table and is not read as one: it is printed as it stands"
            remark(state.env, at, what, "leave a line empty above it, and draw it to its end")


LABELLED = re.compile(r":\s.*\{[^{}]*#(?:tbl|tab)[:-][^{}]*\}\s*", re.DOTALL)


def before_caption(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line before `: Caption {#tbl:a}` is a paragraph, and no term that this would define."""
    first = start + 2 if start + 1 < end and state.isEmpty(start + 1) else start + 1
    if silent or first >= end or not text_at(state, first).startswith((": ", ":\t")):
        return False
    last = first
    while last < end and not state.isEmpty(last):
        last += 1
    text = "\n".join(text_at(state, line) for line in range(first, last))
    return bool(LABELLED.fullmatch(text)) and paragraph(state, start, end, silent)


def simple_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Columns below dashes, a row a line, or rows of several lines with empty lines between."""
    if state.is_code_block(start) or (state.level and state.sCount[start] < state.blkIndent):
        return False
    second = state.eMarks[min(start + 1, end - 1)]
    if state.src.find("-", state.bMarks[start], second) < 0:  # most blocks, in a fifth of the time
        return False
    found = _with_header(state, start, end) or _without_header(state, start, end)
    if found is None:
        return False
    if not silent:
        _push(state, found, start)
    return True


def _with_header(state: StateBlock, start: int, end: int) -> Table | None:
    """A header above the dashes; a full line of them above it says that rows have several lines."""
    several = bool(RULE.fullmatch(_line(state, start)))
    first = start + several
    most = end if several else min(first + 2, end)
    heads = range(first, most)
    dashes = next((line for line in heads if COLUMNS.fullmatch(_line(state, line))), None)
    if dashes is None or dashes == first or any(map(state.isEmpty, range(first, dashes))):
        return None
    last = _last(state, dashes + 1, end, several)
    if last is None:
        return None
    spans = _spans(_raw(state, dashes))
    parts = zip(*(_slices(_raw(state, line), spans) for line in range(first, dashes)), strict=True)
    header = Row(first, tuple(_joined(part) for part in parts))
    align = tuple(_aligned(_raw(state, first), span) for span in spans)
    return Table(
        header, _rows(state, dashes + 1, last, spans, several), align, _after(state, last, end)
    )


def _without_header(state: StateBlock, start: int, end: int) -> Table | None:
    """Rows between two lines of dashes."""
    if not COLUMNS.fullmatch(_line(state, start)):
        return None
    last = next(
        (line for line in range(start + 1, end) if RULE.match(_line(state, line))
         and (COLUMNS.fullmatch(_line(state, line)) or RULE.fullmatch(_line(state, line)))), None
    )  # fmt: skip
    if last is None or last == start + 1:
        return None
    spans = _spans(_raw(state, start))
    several = any(state.isEmpty(line) for line in range(start + 1, last))
    align = tuple(_aligned(_raw(state, start + 1), span) for span in spans)
    header = Row(start, ("",) * len(spans))
    return Table(header, _rows(state, start + 1, last, spans, several), align, last + 1)


def _last(state: StateBlock, start: int, end: int, several: bool) -> int | None:
    """The line behind the last row: an empty one, or in the other kind a line of dashes."""
    for line in range(start, end):
        text = _line(state, line)
        if RULE.fullmatch(text) or COLUMNS.fullmatch(text):
            return line
        if state.isEmpty(line) and not several:
            return line if line > start else None
    return None if several or start >= end else end


def _after(state: StateBlock, last: int, end: int) -> int:
    return last + (last < end and not state.isEmpty(last))


def _rows(
    state: StateBlock, start: int, end: int, spans: Sequence[tuple[int, int]], several: bool
) -> tuple[Row, ...]:
    rows: list[Row] = []
    fresh = True
    for line in range(start, end):
        if state.isEmpty(line):
            fresh = True
            continue
        entries = _slices(_raw(state, line), spans)
        if several and not fresh:
            before = rows.pop()
            joined = zip(before.entries, entries, strict=True)
            rows.append(Row(before.line, tuple(_joined(pair) for pair in joined)))
        else:
            rows.append(Row(line, entries))
        fresh = False
    return tuple(rows)


def _spans(dashes: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer("-+", dashes)]


def _slices(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """What stands below each group of dashes, up to the next."""
    cells = _cells_of(text)
    starts = [0, *(left for left, _ in spans[1:]), len(cells)]
    pairs = pairwise(starts)
    return tuple("".join(cells[a:b]).replace("\0", "").strip() for a, b in pairs)


def _aligned(text: str, span: tuple[int, int]) -> str:
    """The side on which a text is flush with the dashes below it."""
    cells = _cells_of(text)
    inner = "".join(cells[span[0] : span[1]]).ljust(span[1] - span[0])
    left, right = not inner[:1].isspace(), not inner[-1:].isspace()
    return {(True, False): "left", (False, True): "right", (False, False): "center"}.get(
        (left, right), ""
    )


def _cells_of(text: str) -> list[str]:
    """The characters of a line by their columns: wide ones have two."""
    cells: list[str] = []
    for char in text.expandtabs(4):
        if unicodedata.combining(char) and cells:
            cells[-1] += char
            continue
        cells.append(char)
        if unicodedata.east_asian_width(char) in "WF":
            cells.append("\0")
    return cells


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _raw(state: StateBlock, line: int) -> str:
    """A line with its indentation, less that of the block it stands in."""
    return state.getLines(line, line + 1, state.blkIndent, False)


def _push(state: StateBlock, table: Table, start: int) -> None:
    opening = state.push("table_open", "table", 1)
    opening.map, opening.meta = [start, table.end], {"drawn": True}
    for part, tag, rows in (("thead", "th", (table.header,)), ("tbody", "td", table.rows)):
        if rows:
            state.push(f"{part}_open", part, 1)
            _push_rows(state, tag, rows, table.align)
            state.push(f"{part}_close", part, -1)
    state.push("table_close", "table", -1)
    state.line = table.end


def _push_rows(state: StateBlock, tag: str, rows: Iterable[Row], align: Sequence[str]) -> None:
    for row in rows:
        place = [row.line, row.line + 1]
        state.push("tr_open", "tr", 1).map = place
        for text, side in zip(row.entries, align, strict=True):
            entry = state.push(f"{tag}_open", tag, 1)
            if side:
                entry.attrs = {"style": f"text-align:{side}"}
            inline = state.push("inline", "", 0)
            inline.content, inline.map, inline.children = text, place, []
            state.push(f"{tag}_close", tag, -1)
        state.push("tr_close", "tr", -1)
