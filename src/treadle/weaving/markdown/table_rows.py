"""Rows of pipe tables that hold more cells than their table has columns: Markdown drops these."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from treadle.weaving.markdown.problems import report

QUOTED = re.compile(r"^[ \t>]*")


def table_rows_plugin(md: MarkdownIt) -> None:
    """Report them, once the blocks are known."""
    md.core.ruler.after("block", "table_rows", table_rows)


def table_rows(state: StateCore) -> None:
    """Look at each row of each table of the text."""
    lines: list[str] = []
    columns = 0
    for token in state.tokens:
        if token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and columns and token.map:
            lines = lines or state.src.split("\n")
            _look(token, lines, columns, state)


def _look(row: Token, lines: list[str], columns: int, state: StateCore) -> None:
    number = row.map[0] if row.map else 0
    cells = escapedSplit(QUOTED.sub("", lines[number]).strip())
    inner = cells[bool(cells and not cells[0]) : len(cells) - bool(cells and not cells[-1])]
    if any(cell.strip() for cell in inner[columns:]):
        what = f"a row of {len(inner)} cells in a table of {columns} columns: the last are lost"
        report(state.env, number, what, "in a cell, a `|` is written `\\|`")
