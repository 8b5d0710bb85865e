"""HTML in Markdown: tags are left out, and what stands between them stays.

Tables, scripts, drawings are left out as a whole; a comment is left out without a word.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from markdown_it import rules_block
from markdown_it.common.html_blocks import block_names
from markdown_it.common.html_re import close_tag, open_tag
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from treadle.press.markdown.attributes import (
    Attributes,
    paragraph_from,
    push_block,
    text_at,
)

# Marks of HTML that have a meaning on paper, as classes of spans.
HTML = MappingProxyType(
    {"sub": "sub", "sup": "sup", "b": "bold", "strong": "bold", "i": "italic", "em": "emph"}
    | {"u": "underline", "s": "strike", "del": "strike", "mark": "mark", "kbd": "kbd", "tt": "kbd"}
)
TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-z]+)>")


def html_spans(state: StateCore) -> None:
    """Make spans of pairs such as `<sub>` and `</sub>`."""
    for token in state.tokens:
        opened: list[tuple[str, int, Token]] = []
        for child in token.children or ():
            tag = TAG.fullmatch(child.content) if child.type == "html_inline" else None
            if tag is None or tag["name"] not in HTML:
                continue
            if not tag["close"]:
                opened.append((tag["name"], child.level, child))
            elif opened and opened[-1][:2] == (tag["name"], child.level):
                first = opened.pop()[2]
                first.type, first.nesting, first.tag = "span_open", 1, "span"
                first.meta = {"attributes": Attributes(classes=(HTML[tag["name"]],))}
                child.type, child.nesting, child.tag = "span_close", -1, "span"


# What holds no text, or text that means nothing without its order.
WHOLE = {
    "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "col", "colgroup", "head",
    "title", "iframe", "frameset", "noframes", "option", "optgroup", "select", "svg", "math",
    "video", "audio", "canvas", "object", "map",
}  # fmt: skip
VOID = {"col"}  # of these, what holds nothing and is not closed
VERBATIM = {"script", "style", "pre", "textarea"}  # to their closing tags
BLOCKS = {*block_names} - WHOLE  # begin a paragraph of their own
NAME = re.compile(r"</?(?P<name>[A-Za-z][A-Za-z0-9-]*)(?=[\s/>]|$)")
ANY_TAG = re.compile(f"{open_tag}|{close_tag}")
OPEN_AT_END = re.compile(
    r"""</?[A-Za-z][A-Za-z0-9-]*(?:[^<>"']|"[^"]*"|'[^']*')*(?:"[^"]*|'[^']*)?"""
)
COMMENT, COMMENT_END = "<!--", "-->"


def html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A comment; what is left out as a whole; a tag that has its lines to itself."""
    text = text_at(state, start)
    if not text.startswith("<") or state.is_code_block(start):
        return False
    if text.startswith(COMMENT):
        return _comment(state, start, end, silent)
    found = NAME.match(text)
    name = found["name"].lower() if found else ""
    if name in WHOLE:
        return silent or _whole(state, start, end)
    if not name or name in VERBATIM:
        return rules_block.html_block(state, start, end, silent)
    return name in BLOCKS and _tag(state, start, end, silent)


def _lines(state: StateBlock, silent: bool, start: int, stop: int) -> bool:
    content = state.getLines(start, stop, state.blkIndent, False)
    return push_block(state, silent, (start, stop), "html_block", content)


def _paragraph_end(state: StateBlock, start: int, end: int) -> int:
    """The first line that is empty, or out of the block that this one stands in."""
    lines = range(start + 1, end)
    return next((n for n in lines if state.isEmpty(n) or state.sCount[n] < state.blkIndent), end)


def _whole(state: StateBlock, start: int, end: int) -> bool:
    """What is left out as a whole, to the tag that closes it; what stands behind that is text."""
    stop = _paragraph_end(state, start, end)
    text = "\n".join(text_at(state, line) for line in range(start, stop))
    left_out = text[: _end_of_whole(text)]
    last = start + left_out.count("\n")
    at = state.bMarks[last] + state.tShift[last] + len(left_out.rpartition("\n")[2])
    push_block(state, False, (start, last + 1), "html_block", left_out)
    if state.src[at : state.eMarks[last]].strip():
        paragraph_from(state, last, at, end)
    return True


def _end_of_whole(text: str) -> int:
    """Where the elements end that a text begins with and that are left out as a whole; the end of
    the text if one of them is not closed there."""
    at = end = 0
    while (found := NAME.match(text, at)) and found["name"].lower() in WHOLE:
        closed = _end_of_element(text, at, found["name"])
        if closed is None:
            return len(text)
        end = closed
        at = end + len(text[end:]) - len(text[end:].lstrip())
    return end


def _end_of_element(text: str, at: int, name: str) -> int | None:
    """Where the element ends whose tag stands there; a tag that has no other one is all of it."""
    tag = ANY_TAG.match(text, at)
    if tag is None:
        return None
    if tag[0].startswith("</") or tag[0].endswith("/>") or name.lower() in VOID:
        return tag.end()
    depth = 0
    for each in re.compile(rf"<(?P<close>/?){name}\b[^>]*>", re.IGNORECASE).finditer(text, at):
        depth += -1 if each["close"] else not each[0].endswith("/>")
        if depth == 0:
            return each.end()
    return None


def _tag(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A tag, over as many lines as it has, with no text behind it; with text it begins a
    paragraph."""
    texts = [text_at(state, start)]
    if OPEN_AT_END.fullmatch(texts[0]):
        stop = _paragraph_end(state, start, end)
        texts += (text_at(state, line) for line in range(start + 1, stop))
    found = ANY_TAG.match("\n".join(texts))
    if found is None or silent:
        return found is not None
    last = found[0].count("\n")
    alone = found[0].rpartition("\n")[2] == texts[last].rstrip()
    return alone and _lines(state, silent, start, start + last + 1)


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A comment, empty lines and all; what stands behind its end is text."""
    close = state.src.find(COMMENT_END, state.bMarks[start] + state.tShift[start] + 2)
    last = _line_of(state, close, start, end) if close >= 0 else None
    if last is None:
        return False
    at = close + len(COMMENT_END)
    if not state.src[at : state.eMarks[last]].strip():
        return _lines(state, silent, start, last + 1)
    if not any(map(state.isEmpty, range(start, last))):
        return False  # it stands within a paragraph
    if not silent:
        _lines(state, silent, start, last + 1)
        paragraph_from(state, last, at, end)
    return True


def _line_of(state: StateBlock, at: int, start: int, end: int) -> int | None:
    """The line of a place in the text, if the block in which `start` stands holds it."""
    for line in range(start, end):
        if line > start and state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return None
        if at < state.eMarks[line]:
            return line
    return None
