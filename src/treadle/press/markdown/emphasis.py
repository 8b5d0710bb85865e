"""Emphasis beside Chinese, Japanese and Korean signs, `**注意：**请看`: these have no blanks around
them that would tell which `*` opens and which closes."""

from __future__ import annotations

from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from treadle.press.markdown.quotation_marks import WIDE


def emphasis(state: StateInline, silent: bool) -> bool:
    """CommonMark's rule; a wide sign outside a mark is as good as a blank, and one inside as a
    letter."""
    sign = state.src[state.pos]
    if silent or sign not in "*_":
        return False
    found = state.scanDelims(state.pos, sign == "*")
    opens, closes = found.can_open, found.can_close
    before = state.src[state.pos - 1 : state.pos] or " "
    after = state.src[state.pos + found.length : state.pos + found.length + 1] or " "
    if sign == "*":
        opens = opens or bool(WIDE.match(before) and not after.isspace())
        closes = closes or bool(WIDE.match(after) and not before.isspace())
    for _ in range(found.length):
        state.push("text", "", 0).content = sign
        state.delimiters.append(
            Delimiter(ord(sign), found.length, len(state.tokens) - 1, -1, opens, closes)
        )
    state.pos += found.length
    return True
