"""Pipe tables and their captions, `: Losses {#tbl:losses}`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.tree import SyntaxTreeNode

from treadle.press.markdown.context import Context
from treadle.press.markdown.inline import inline_latex
from treadle.press.markdown.marks import trailing_attributes
from treadle.press.markdown.parser import parse_inline
from treadle.press.weave.fragment import Fragment
from treadle.press.weave.graphics import Float
from treadle.press.weave.tabulars import Tabular, table, with_minus

CAPTION = re.compile(r"(?:[Tt]able)?:\s+(.*)", re.DOTALL)


def is_caption(node: SyntaxTreeNode) -> bool:
    """Whether a paragraph is a table's caption."""
    return node.type == "paragraph" and bool(CAPTION.match(_source(node)))


def pipe_table(node: SyntaxTreeNode, caption: SyntaxTreeNode | None, context: Context) -> Fragment:
    """A table; its caption may be a paragraph beside it, or its last row."""
    rows = [child.children for part in node.children for child in part.children]
    line = node.map[0] if node.map else 0
    text = _source(caption) if caption else ""
    below = caption.map[0] if caption and caption.map else line
    if not text and len(rows) > 1 and (found := _caption_row(rows[-1])):
        text = found
        rows.pop()
    at = [line + number + (number > 0) for number in range(len(rows))]  # below the header: |---|
    header, *body = [
        tuple(with_minus(inline_latex(cell, number, context)) for cell in row)
        for number, row in zip(at, rows, strict=True)
    ]
    align = tuple(_align(cell) for cell in rows[0])
    tabular = Tabular(header, tuple(body), align, tuple(map(context.origin, at)))
    return table(tabular, _float(text, below, context), context.origin(line))


def _float(text: str, line: int, context: Context) -> Float | None:
    found = CAPTION.match(text)
    if found is None:
        return None
    words, attributes = trailing_attributes(found[1])
    caption = inline_latex(parse_inline(words, {}), line, context)
    position = attributes.values.get("pos", "htbp")
    return Float(caption, attributes.id, "table", position, context.origin(line))


def _caption_row(row: Sequence[SyntaxTreeNode]) -> str:
    first, *others = (_source(cell) for cell in row)
    return first if CAPTION.match(first) and not any(others) else ""


def _source(node: SyntaxTreeNode) -> str:
    return node.children[0].content if node.children else ""


def _align(cell: SyntaxTreeNode) -> str:
    style = str(cell.attrs.get("style", ""))
    return {"right": "r", "center": "c"}.get(style.removeprefix("text-align:"), "l")
