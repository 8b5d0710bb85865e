"""The Markdown parser: CommonMark, and pandoc's extensions that reports use."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from treadle.press.markdown.citations import citations_plugin
from treadle.press.markdown.divs import divs_plugin
from treadle.press.markdown.marks import marks_plugin
from treadle.press.markdown.maths import maths_plugin
from treadle.press.markdown.problems import nesting_plugin, report
from treadle.press.markdown.raw_latex import raw_latex_plugin

# Rows of pipe tables that hold more cells than their table has columns: Markdown drops these.

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


# The Markdown parser: CommonMark, and pandoc's extensions that reports use.


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """A parser; it holds no state of a document."""
    md = MarkdownIt("commonmark", {"typographer": True, "html": True})
    md.enable(["table", "strikethrough", "smartquotes"])
    md.normalizeLinkText = str  # type: ignore[assignment]  # printed as typed
    md.use(deflist_plugin).use(footnote_plugin, move_to_end=False)
    md.use(raw_latex_plugin).use(maths_plugin).use(divs_plugin)
    md.use(citations_plugin).use(marks_plugin).use(nesting_plugin).use(table_rows_plugin)
    return md


def parse(text: str, env: dict[str, Any]) -> SyntaxTreeNode:
    """The tree of a text; footnotes and problems are left in `env`."""
    return SyntaxTreeNode(parser().parse(text, env))


def parse_inline(text: str, env: dict[str, Any]) -> SyntaxTreeNode:
    """The tree of a text that is one line of running text, such as a caption."""
    return SyntaxTreeNode(parser().parseInline(text, env))
