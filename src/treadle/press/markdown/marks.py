"""Small rules within text: attributes after an element, H~2~O, x^2^, ties, and lines counted."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.newline import newline
from msgspec import Struct, field

from treadle.press.weave.latex import label_name

# Pandoc's attributes, `{#fig:a .wide width=60% alt="a plot"}`.

VALUE = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[^\s"\'{}]+'
ITEM = re.compile(
    rf"\s*(?:\#(?P<id>[^\s{{}}]+)|\.(?P<cls>[^\s{{}}]+)|(?P<raw>=\w+)|(?P<minus>-)(?=[\s}}])"
    rf"|(?P<key>[\w:-]+)=(?P<value>{VALUE}))"
)


class Attributes(Struct, frozen=True):
    """Identifier, classes and key-value pairs; `raw` is the format of `{=latex}`."""

    id: str = ""
    classes: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""


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
            values[item["key"]] = _unquote(item["value"])
    end = re.compile(r"\s*\}").match(text, position)
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


def _unquote(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] in "\"'" else value


# Small rules within text: attributes after an element, H~2~O, x^2^, ties, and lines counted.

SCRIPT = re.compile(r"(\^)([^\s^\[\]]+)\^|(~)([A-Za-z0-9+−()*-]+)~(?!~)")
ATTRIBUTED = {"image", "code_inline", "link_close"}


def marks_plugin(md: MarkdownIt) -> None:
    """Install the rules."""
    md.inline.ruler.at("newline", counted_newline)
    md.inline.ruler.before("escape", "nonbreaking", nonbreaking)
    md.inline.ruler.before("strikethrough", "script", script)
    md.inline.ruler.after("image", "attributes", attributes)
    md.core.ruler.before("inline", "heading_attributes", heading_attributes)


def counted_newline(state: StateInline, silent: bool) -> bool:
    """A line break that remembers which line of its block begins after it."""
    start = state.pos
    if not newline(state, silent):
        return False
    if not silent and state.tokens:
        state.tokens[-1].meta = {"line": state.src.count("\n", 0, start + 1)}
    return True


def nonbreaking(state: StateInline, silent: bool) -> bool:
    r"""`\ ` is a blank that does not break."""
    if not state.src.startswith("\\ ", state.pos):
        return False
    if not silent:
        state.push("latex_inline", "", 0).content = "~"
    state.pos += 2
    return True


def script(state: StateInline, silent: bool) -> bool:
    """`x^2^` and `H~2~O`; a lone `~` between two words ties them, as in LaTeX."""
    src, pos = state.src, state.pos
    if src[pos] not in "^~":
        return False
    found = SCRIPT.match(src, pos)
    if found and not src.startswith("~~", pos):
        if not silent:
            token = state.push("script", "", 0)
            token.content = found[2] or found[4]
            token.markup = found[1] or found[3]
        state.pos = found.end()
        return True
    tie = src[pos] == "~" and 0 < pos < state.posMax - 1 and _glued(src[pos - 1], src[pos + 1])
    if tie and not silent:
        state.push("latex_inline", "", 0).content = "~"
    state.pos += tie
    return tie


def _glued(before: str, after: str) -> bool:
    return not before.isspace() and not after.isspace() and "~" not in (before, after)


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
