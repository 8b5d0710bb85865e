"""Pandoc's attributes, small marks such as H~2~O, and what all rules of the parser share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, paragraph
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.newline import newline
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from msgspec import Struct, field

from treadle.press.latex.escape import label_name

INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
UNCLOSED = 100  # braces or divs within one another beyond which nobody waits for the closing one
VALUE = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[^\s"\'{}]+'
ITEM = re.compile(
    rf"\s*(?:\#(?P<id>[^\s{{}}]+)|\.(?P<cls>[^\s{{}}]+)|(?P<raw>=\w+)|(?P<minus>-)(?=[\s}}])"
    rf"|(?P<key>[\w:-]+)=(?P<value>{VALUE}))"
)
END = re.compile(r"\s*\}")


def push(
    state: StateInline, silent: bool, end: int, kind: str, content: str = "", **meta: object
) -> bool:
    """Take the text up to `end` as a token, unless `silent`; True, as a rule answers."""
    if not silent:
        token = state.push(kind, "", 0)
        token.content, token.meta = content, meta
    state.pos = end
    return True


def push_block(
    state: StateBlock, silent: bool, lines: tuple[int, int], kind: str, content: str, **meta: object
) -> bool:
    """Likewise the lines from the first to before the last."""
    if not silent:
        token = state.push(kind, "", 0)
        token.content, token.map, token.meta = content, list(lines), meta
        state.line = lines[1]
    return True


def text_at(state: StateBlock, line: int) -> str:
    """A line without its indentation and the marks of the blocks it stands in."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def paragraph_from(state: StateBlock, line: int, at: int, end: int) -> None:
    """A paragraph that begins within a line, at that place of the text."""
    rest = state.src[at : state.eMarks[line]]
    state.bMarks[line], state.tShift[line] = at, len(rest) - len(rest.lstrip())
    state.sCount[line] = state.blkIndent
    paragraph(state, line, end, False)


def closing_line(lines: Iterable[int], opened: Callable[[int], int]) -> int | None:
    """The line by which all is closed that the first opens; each opens so many more than it
    closes. None: there is none, or nobody waits for it."""
    depth = 0
    for line in lines:
        depth += opened(line)
        if depth <= 0:
            return line
        if depth > UNCLOSED:
            return None
    return None


def remark(
    env: MutableMapping[str, Any], line: int, message: str, hint: str = "", is_latex: bool = False
) -> None:
    """Tell the author something about a line of the Markdown, counted from 0.

    It is kept in the parser's `env`; a rule that is tried again says nothing new. `is_latex`:
    LaTeX may fail of it, and says more then.
    """
    env.setdefault("remarks", set()).add((line, message, hint, is_latex))


class Attributes(Struct, frozen=True):
    """`{#fig:a .wide width=60% alt="a plot"}`; `raw` is the format of `{=latex}`."""

    id: str = ""
    classes: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""


def attributes_of(node: SyntaxTreeNode | Token) -> Attributes:
    """The `{...}` after an element."""
    found = node.meta.get("attributes")
    return found if isinstance(found, Attributes) else Attributes()


def parse_attributes(text: str, start: int = 0) -> tuple[Attributes, int] | None:
    """The attributes that `text[start:]` begins with and where they end; None if there are none."""
    if not text.startswith("{", start):
        return None
    identifier, raw, classes, values = "", "", [], {}
    position = start + 1
    while item := ITEM.match(text, position):
        position = item.end()
        identifier = label_name(item["id"] or "") or identifier
        raw = (item["raw"] or raw).removeprefix("=")
        if item["cls"] or item["minus"]:
            classes.append(item["cls"] or "unnumbered")
        if item["key"]:
            value = item["value"]
            quoted = value[0] in "\"'"
            values[item["key"]] = re.sub(r"\\(.)", r"\1", value[1:-1]) if quoted else value
    end = END.match(text, position)
    if end is None or position == start + 1:
        return None
    return Attributes(identifier, tuple(classes), values, raw), end.end()


def trailing_attributes(text: str) -> tuple[str, Attributes]:
    """`text` without the attributes it ends with, and these."""
    start = text.rfind("{")
    found = parse_attributes(text, start) if start >= 0 and text.rstrip().endswith("}") else None
    if found is None or text[found[1] :].strip() or text[start - 1 : start] in {"\\", "$"}:
        return text, Attributes()
    if start and not text[start - 1].isspace() and text[start + 1] not in "#.":
        return text, Attributes()
    return text[:start].rstrip(), found[0]


# Rules within text: attributes after an element, H~2~O, x^2^, ties, and lines counted.

SCRIPT = re.compile(r"(\^)([^\s^\[\]]+)\^|(~)([A-Za-z0-9+−()*-]+)~(?!~)")
ATTRIBUTED = {"image", "code_inline", "link_close"}


def counted_newline(state: StateInline, silent: bool) -> bool:
    """A line break that remembers which line of its block begins after it."""
    start = state.pos
    if not newline(state, silent):
        return False
    if not silent and state.tokens:
        state.tokens[-1].meta = {"line": state.src.count("\n", 0, start + 1)}
    return True


def keep_escaped(state: StateCore) -> None:
    r"""Have escaped signs stay apart from the text around them, in which they would look like
    marks: `\[^1]`, `\[ ]`, `\<!--`, `\"`."""
    for token in state.tokens:
        if "\\" not in token.content and "&" not in token.content:
            continue
        children = token.children or []
        for child, after in zip(children, [*children[1:], None], strict=False):
            opens = child.content == "<" and after is not None and after.content.startswith("!--")
            if child.type == "text_special" and (child.content in {*"[]'\""} or opens):
                child.type = "escaped"


def nonbreaking(state: StateInline, silent: bool) -> bool:
    r"""`\ ` is a blank that does not break; an image before it stands in the text."""
    last = state.tokens[-1].type if state.tokens and not state.pending else ""
    if state.src[state.pos] == "\\" and state.pos == state.posMax - 1 and last == "image":
        return push(state, silent, state.pos + 1, "latex_inline", "~")
    if not state.src.startswith("\\ ", state.pos):
        return False
    return push(state, silent, state.pos + 2, "latex_inline", "~")


def script(state: StateInline, silent: bool) -> bool:
    """`x^2^` and `H~2~O`; a lone `~` between two words ties them, as in LaTeX."""
    src, pos = state.src, state.pos
    if src[pos] not in "^~":
        return False
    found = SCRIPT.match(src, pos)
    if found and not src.startswith("~~", pos):
        text, mark = found[2] or found[4], found[1] or found[3]
        return push(state, silent, found.end(), "script", text, mark=mark)
    around = src[pos - 1] + src[pos + 1] if 0 < pos < state.posMax - 1 else " "
    tie = src[pos] == "~" and not any(char.isspace() or char == "~" for char in around)
    return tie and push(state, silent, pos + 1, "latex_inline", "~")


def attributes(state: StateInline, silent: bool) -> bool:
    """`{...}` right after an image, inline code or a link."""
    after = state.tokens[-1] if state.tokens and not state.pending else None
    if state.src[state.pos] != "{" or after is None or after.type not in ATTRIBUTED:
        return False
    if (found := parse_attributes(state.src, state.pos)) is None:
        return False
    if not silent:
        after.meta = {**after.meta, "attributes": found[0]}
    state.pos = found[1]
    return True


def heading_attributes(state: StateCore) -> None:
    """Take `{#sec:a .unnumbered}` off the end of headings."""
    for heading, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if heading.type == "heading_open":
            inline.content, found = trailing_attributes(inline.content)
            heading.meta = {"attributes": found}
