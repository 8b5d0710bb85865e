r"""Pipe tables, in which a formula is read whole: the bars of `$|x|$` and `$\|x\|$` end no cell."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore

from treadle.press.latex.escape import DOLLARS
from treadle.press.markdown.attributes import remark, text_at

BAR = "\ue0f8"  # in the place of a bar within a formula: a private-use character is never typed
FORMULA = re.compile(rf"{DOLLARS.pattern}|(?P<code>`[^`\n]*`)|\\\(.+?\\\)")
DELIMITERS = re.compile(r"(?=.*-)[-:|][-:| \t]*")
CELL_END = re.compile(r"(?<!\\)\|")
QUOTED = re.compile(r"^[ \t>]*")


def pipe_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A pipe table as Markdown has it, but for bars in formulas."""
    if start + 1 >= end or not DELIMITERS.fullmatch(text_at(state, start + 1)):
        return False
    if silent or "|" not in text_at(state, start):
        return table(state, start, end, silent)
    stop = next((line for line in range(start + 1, end) if state.isEmpty(line)), end)
    first, last = state.bMarks[start], state.eMarks[stop - 1]
    whole, rows = state.src, state.src[first:last]
    hidden = "\n".join(map(_hidden, rows.split("\n"))) if "$" in rows or r"\(" in rows else rows
    if hidden == rows:
        return table(state, start, end, silent)
    state.src = whole[:first] + hidden + whole[last:]
    before = len(state.tokens)
    made = table(state, start, end, silent)
    state.src = whole
    for token in state.tokens[before:]:
        token.content = token.content.replace(BAR, "|")
    return made


def _hidden(line: str) -> str:
    """A line with the bars of its formulas hidden, of the same length."""
    return FORMULA.sub(_without_bars, line)


def _without_bars(found: re.Match[str]) -> str:
    """A formula with its bars hidden; a lone one beside a dollar ends a cell: `$HOME|$PATH`."""
    inner = found[1] or ""
    lone = len(CELL_END.findall(found[0])) % 2 and (inner.startswith("|") or inner.endswith("|"))
    return found[0] if lone or found["code"] else found[0].replace("|", BAR)


def check_rows(state: StateCore) -> None:
    """Remark on rows that hold more entries than their table has columns: Markdown drops these."""
    lines = state.src.split("\n")
    columns, drawn = 0, False
    for token in state.tokens:
        if token.type == "table_open":
            columns, drawn = 0, token.meta.get("drawn", False)
        elif token.type == "th_open" and not drawn:
            columns += 1
        elif token.type == "tr_open" and columns and token.map:
            _check_row(lines[token.map[0]], token.map[0], columns, state)


def _check_row(line: str, number: int, columns: int, state: StateCore) -> None:
    entries = escapedSplit(_hidden(QUOTED.sub("", line).strip()))
    inner = entries[not entries[0] : len(entries) - (not entries[-1])]
    if any(entry.strip() for entry in inner[columns:]):
        what = f"a row of {len(inner)} cells in a table of {columns} columns: the last are lost"
        remark(state.env, number, what, "in a cell, a `|` is written `\\|`")
