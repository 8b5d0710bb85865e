"""Tables of Markdown, however they were drawn, and their captions, `: Losses {#tbl:losses}`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.tree import SyntaxTreeNode
from msgspec.structs import replace

from treadle.press.latex.figures import Float
from treadle.press.latex.fragment import Fragment
from treadle.press.latex.tables import Tabular, table, with_minus
from treadle.press.markdown.attributes import trailing_attributes
from treadle.press.markdown.parser import parse_inline
from treadle.press.markdown.running_text import inline_latex
from treadle.press.markdown.text_context import TextContext, line_of

Nodes = Sequence[SyntaxTreeNode]
CAPTION = re.compile(r"(?:[Tt]able)?:\s+(.*)", re.DOTALL)


def captions_table(nodes: Nodes, number: int) -> bool:
    """Whether a block is the caption of a table before or after it."""
    beside = nodes[max(number - 1, 0) : number + 2]
    return _is_caption(nodes[number]) and any(node.type == "table" for node in beside)


def caption_beside(nodes: Nodes, number: int) -> SyntaxTreeNode | None:
    """The caption of the table `nodes[number]`: below it, or above it where it is no other's."""
    if number + 1 < len(nodes) and _is_caption(nodes[number + 1]):
        return nodes[number + 1]
    taken = number > 1 and nodes[number - 2].type == "table"
    return nodes[number - 1] if number and not taken and _is_caption(nodes[number - 1]) else None


def table_lines(
    node: SyntaxTreeNode, caption: SyntaxTreeNode | None, context: TextContext
) -> Fragment:
    """A table; its caption may be a paragraph beside it, or its last row."""
    given = [child for part in node.children for child in part.children]
    rows, lines = [child.children for child in given], list(map(line_of, given))
    line = line_of(node)
    text, at = (_source(caption), line_of(caption)) if caption else ("", line)
    if not text and (own := caption_within(node)):
        text = own
        rows.pop()
        lines.pop()
    header, *body = [
        tuple(with_minus(inline_latex(entry, number, context)) for entry in row)
        for number, row in zip(lines, rows, strict=True)
    ]
    align = tuple(map(_align, rows[0]))
    tabular = Tabular(header, tuple(body), align, tuple(map(context.origin, lines)))
    room = context.options.room(_margins(node), context.box)
    made = table(tabular, _float(text, at, context), context.origin(line), room)
    if made.told:
        context.warn(line, made.told, made.hint)
    return made.lines


MARGINS = {"list_item": 1, "dd": 1, "blockquote": 2}


def _margins(node: SyntaxTreeNode) -> int:
    """Those of the lists and quotations in which a block stands."""
    count, outer = 0, node.parent
    while outer is not None and not outer.is_root:
        count += MARGINS.get(outer.type, 0)
        outer = outer.parent
    return count


def caption_within(node: SyntaxTreeNode) -> str:
    """The caption that is a table's last row; "": none."""
    rows = [child.children for part in node.children for child in part.children]
    if len(rows) < 2:
        return ""
    last, *others = map(_source, rows[-1])
    return last if CAPTION.match(last) and not any(others) else ""


def _float(text: str, line: int, context: TextContext) -> Float | None:
    found = CAPTION.match(text)
    if found is None:
        return None
    words, attributes = trailing_attributes(found[1])
    words = words.removesuffix("[]")  # a span that holds nothing but these
    classes = (f".{name}" for name in attributes.classes if name != "literal")
    for name in (*classes, *sorted(attributes.values.keys() - {"pos"})):
        context.warn(line, f"`{name}` means nothing to a table", "known are pos, .literal")
    env = context.apart()
    caption = inline_latex(
        parse_inline(words, env, context.options.words.quotes), line, replace(context, env=env)
    )
    position = "H" if context.boxed else attributes.values.get("pos", "htbp")
    return Float(caption, attributes.id, "table", position, context.origin(line))


def _is_caption(node: SyntaxTreeNode) -> bool:
    return node.type == "paragraph" and bool(CAPTION.match(_source(node)))


def _source(node: SyntaxTreeNode) -> str:
    return node.children[0].content if node.children else ""


def _align(entry: SyntaxTreeNode) -> str:
    style = str(entry.attrs.get("style", ""))
    return {"right": "r", "center": "c"}.get(style.removeprefix("text-align:"), "l")
