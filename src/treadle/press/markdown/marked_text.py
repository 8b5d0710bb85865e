"""Line blocks, spans, shortcodes: `| line`, `[a]{.sc}`, `{{< x >}}`."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from treadle.press.markdown.attributes import parse_attributes, push, text_at

BAR = re.compile(r"\|(?: |$)")


def line_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""Lines that begin with `|`: a paragraph that keeps their ends and the blanks before them."""
    if state.is_code_block(start) or not BAR.match(text_at(state, start)):
        return False
    if silent:
        return True
    lines: list[str] = []
    line = start
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        text = text_at(state, line)
        if BAR.match(text):
            words = text[2:].rstrip()
            if lines:
                lines[-1] += "\\" if lines[-1] or len(lines) > 1 else ""
            lines.append(r"\ " * (len(words) - len(words.lstrip())) + words.lstrip())
        elif state.sCount[line] > state.blkIndent:
            lines.append(text)  # the line before goes on
        else:
            break
        line += 1
    state.push("paragraph_open", "p", 1).map = [start, line]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = "\n".join(lines), [start, line], []
    state.push("paragraph_close", "p", -1)
    state.line = line
    return True


SHORTCODE = re.compile(r"\{\{<\s*(?P<name>[\w-]+)(?P<rest>[^\n]*?)>\}\}")


def shortcode(state: StateInline, silent: bool) -> bool:
    """Quarto's `{{< pagebreak >}}`; one of three braces shows it."""
    shown = state.src.startswith("{{{<", state.pos)
    found = SHORTCODE.match(state.src, state.pos + shown)
    if found is None:
        return False
    if shown and state.src.startswith("}", found.end()):
        return push(state, silent, found.end() + 1, "text", found[0])
    kind = "latex_inline" if found["name"] == "pagebreak" else "shortcode"
    text = r"\newpage{}" if kind == "latex_inline" else found[0]
    return push(state, silent, found.end(), kind, text)


def span(state: StateInline, silent: bool) -> bool:
    """`[text]{.class #id}`."""
    if state.src[state.pos] != "[":
        return False
    close = state.md.helpers.parseLinkLabel(state, state.pos)
    found = parse_attributes(state.src, close + 1) if close >= 0 else None
    if found is None:
        return False
    if not silent:
        last, start = state.posMax, state.pos + 1
        state.push("span_open", "span", 1).meta = {"attributes": found[0]}
        state.pos, state.posMax = start, close
        state.md.inline.tokenize(state)
        state.push("span_close", "span", -1)
        state.posMax = last
    state.pos = found[1]
    return True
