"""Blocks whose text is not Markdown: code, LaTeX, HTML."""

from __future__ import annotations

from markdown_it.tree import SyntaxTreeNode

from treadle.press.markdown.context import Context
from treadle.press.markdown.divs import PLACE
from treadle.press.markdown.marks import trailing_attributes
from treadle.press.weave.fragment import Fragment, Line, fixed
from treadle.press.weave.latex import escape_code
from treadle.press.weave.listings import code_lines


def line_of(node: SyntaxTreeNode) -> int:
    """The line a block begins at, counted from 0."""
    return node.map[0] if node.map else 0


def code_block(node: SyntaxTreeNode, context: Context) -> Fragment:
    """A listing; `{=latex}` is LaTeX itself, and what is for other formats is left out."""
    if node.type == "fence" and not _is_closed(node):
        text = "this block of code is never closed: all that follows is taken for its text"
        context.warn(line_of(node), text, f"close it with {node.markup}")
    line = line_of(node) + (node.type == "fence")
    info = node.info.strip()
    content = node.content.removesuffix("\n")
    if info.startswith("{="):
        return _latex_of(content, line, context) if info in {"{=latex}", "{=tex}"} else ()
    _, found = trailing_attributes(info)
    words = info.split("{")[0].split()
    language = words[0] if words else next(iter(found.classes), "text")
    if context.notes:
        return _code_in_note(content, line, context)
    lines = code_lines(content, language, context.setting.columns)
    body = tuple(Line(text, context.origin(line + number), True) for text, number in lines)
    start, end = context.origin(line_of(node)), body[-1].origin if body else context.origin(line)
    return (Line(r"\begin{listing}", start), *body, Line(r"\end{listing}", end, True))


def _code_in_note(content: str, line: int, context: Context) -> Fragment:
    lines = content.expandtabs().split("\n")
    blanks = (len(text) - len(text.lstrip()) for text in lines)
    pairs = zip(lines, blanks, strict=True)
    set_ = [rf"\code{{{'~' * blank}{escape_code(text.strip())}}}" for text, blank in pairs]
    return context.lines("\\\\\n".join(set_), line)


def _is_closed(node: SyntaxTreeNode) -> bool:
    first, end = node.map or (0, 0)
    return end - first == node.content.count("\n") + 2


def _latex_of(content: str, line: int, context: Context) -> Fragment:
    return fixed(context.lines(content, line))


def html_block(node: SyntaxTreeNode, context: Context) -> Fragment:
    """HTML has no place in LaTeX; a comment is left out without a word, unless it holds chunks."""
    content = node.content.strip()
    if content.startswith("<!--"):
        if content.rpartition("-->")[2].strip():
            context.warn(line_of(node), "what follows the comment on its line is left out")
        numbers = [int(found[1]) for found in PLACE.finditer(content)]
        context.findings.places.update(numbers)
        if numbers:
            said = "the code in this HTML comment is run, and nothing of it is shown"
            context.warn(line_of(node), said, "`evaluate=False` keeps a chunk from being run")
    else:
        context.warn(line_of(node), f"HTML is left out: `{content.splitlines()[0][:60]}`")
    return ()
