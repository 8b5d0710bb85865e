"""Rules for fenced divs, `::: theorem` to `:::`, and for the places where chunks stand."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from treadle.press.markdown.marks import Attributes, parse_attributes
from treadle.press.markdown.problems import UNCLOSED, report
from treadle.press.markdown.raw_latex import BREAKS

COLONS = re.compile(r"(:{3,})\s*(.*?)\s*:*\s*$")
OPENS_PLACE = "\ue0f0"
PLACE = re.compile(r"\ue0f0(\d+)\ue0f1")  # private-use characters: never typed


def place(number: int) -> str:
    """The line that stands in the Markdown for LaTeX already made."""
    return f"\ue0f0{number}\ue0f1"


def typed(text: str) -> str:
    """A text that is not ours, in which no place can be forged."""
    return text.replace(OPENS_PLACE, "\ufffd")


def divs_plugin(md: MarkdownIt) -> None:
    """Recognise fenced divs and places."""
    md.block.ruler.before("fence", "div", div, {"alt": BREAKS})
    md.block.ruler.before("code", "place", place_block, {"alt": BREAKS})


def place_block(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A line that stands for LaTeX already made; it ends whatever list or paragraph it follows."""
    text = state.src[state.bMarks[start] : state.eMarks[start]]
    found = PLACE.fullmatch(text.strip())
    if found is None:
        return False
    if not silent:
        token = state.push("place", "", 0)
        token.map = [start, start + 1]
        token.meta = {"number": int(found[1])}
        state.line = start + 1
    return True


def div(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`::: {.theorem #thm:a title="Bayes"}`, blocks, `:::`; divs nest."""
    opening = _colons(state, start)
    if opening is None or not opening[2]:
        return False
    close = _closing_line(state, start, end)
    if close is None:
        report(state.env, start, "`:::` opens a block that nothing closes")
        return False
    if silent:
        return True
    token = state.push("div_open", "div", 1)
    token.map, token.meta = [start, close + 1], {"attributes": _attributes(opening[2])}
    parent, line_max = state.parentType, state.lineMax
    state.parentType, state.lineMax = "blockquote", close
    state.md.block.tokenize(state, start + 1, close)
    state.parentType, state.lineMax = parent, line_max
    state.push("div_close", "div", -1)
    state.line = close + 1
    return True


def _colons(state: StateBlock, line: int) -> re.Match[str] | None:
    if state.is_code_block(line):
        return None
    return COLONS.match(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])


def _closing_line(state: StateBlock, start: int, end: int) -> int | None:
    depth = 0
    for line in range(start, end):
        if found := _colons(state, line):
            depth += 1 if found[2] else -1
        if depth == 0:
            return line
        if depth > UNCLOSED:
            return None
    return None


def _attributes(text: str) -> Attributes:
    found = parse_attributes(text)
    return found[0] if found else Attributes(classes=(text.split()[0],))
