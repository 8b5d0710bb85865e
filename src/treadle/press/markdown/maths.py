r"""Rules for mathematics: `$...$` as pandoc reads it, `\(...\)`, and displays with a label."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from treadle.press.markdown.marks import parse_attributes
from treadle.press.markdown.problems import report_latex
from treadle.press.markdown.raw_latex import BREAKS

# Pandoc's rule: no blank inside the dollars, no digit after them, so $5 and $6 are prices.
DOLLARS = re.compile(r"\$(?!\s)((?:[^$\\]|\\.)+?)(?<![\s])\$(?!\d)", re.DOTALL)
ROUND = re.compile(r"\\\((.+?)\\\)", re.DOTALL)
DISPLAY = re.compile(r"\$\$((?:[^$\\]|\\.|\$(?!\$))+?)\$\$|\\\[((?:(?!\\\]).)+)\\\]", re.DOTALL)
BLANK = re.compile(r"\n[ \t]*\n")
CLOSING = {"$$": "$$", r"\[": r"\]", r"\(": r"\)"}


def maths_plugin(md: MarkdownIt) -> None:
    """Recognise mathematics, within text and as blocks."""
    md.inline.ruler.before("escape", "maths_inline", maths_inline)
    md.block.ruler.before("code", "maths_block", maths_block, {"alt": BREAKS})


def maths_inline(state: StateInline, silent: bool) -> bool:
    """Mathematics within a paragraph, displayed or not."""
    src, pos = state.src, state.pos
    if src[pos] not in "$\\":
        return False
    closing = CLOSING.get(src[pos : pos + 2], "")
    if src.find(closing, pos + 2) < 0:  # soon, for there may be thousands of them
        return False
    if found := DISPLAY.match(src, pos):
        return _push_display(state, found, silent)
    found = ROUND.match(src, pos)
    if found is None and not src.startswith("$$", pos):
        found = DOLLARS.match(src, pos)
    if found is None:
        return False
    if not silent:
        state.push("maths", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _push_display(state: StateInline, found: re.Match[str], silent: bool) -> bool:
    end = found.end()
    labelled = parse_attributes(state.src, end + _blanks(state.src[end:]))
    if labelled and labelled[0].id:
        end = labelled[1]
    if not silent:
        token = state.push("maths_display", "", 0)
        token.content = found[1] or found[2]
        token.meta = {"id": labelled[0].id if labelled else ""}
    state.pos = end
    return True


def maths_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A display that begins and ends on lines of its own; it may interrupt a paragraph."""
    if state.is_code_block(start):
        return False
    first = state.bMarks[start] + state.tShift[start]
    opening = state.src[first : first + 2]
    if opening not in CLOSING or opening == r"\(":
        return False
    last = _last_line(state, start, end, CLOSING[opening])
    if last is None:
        _report_open(state, start, end, opening)
        return False
    text = state.getLines(start, last + 1, state.blkIndent, False).strip()
    found = DISPLAY.fullmatch(text[: text.rfind(CLOSING[opening]) + 2])
    rest = text[found.end() :].strip() if found else text
    label = parse_attributes(rest)
    if found is None or (rest and not (label and label[1] == len(rest))):
        return False
    if not silent:
        token = state.push("maths_block", "", 0)
        token.content, token.map = found[1] or found[2], [start, last + 1]
        token.meta = {"id": label[0].id if label else "", "display": True}
        state.line = last + 1
    return True


def _report_open(state: StateBlock, start: int, end: int, opening: str) -> None:
    """Say it once: what looks like a second opening may be the end, behind a blank line."""
    closing = CLOSING[opening]
    if start in state.env.setdefault("closings", set()):
        return
    close = next((line for line in range(start + 1, end) if _text(state, line) == closing), None)
    if close is None:
        report_latex(state.env, start, f"`{opening}` opens mathematics that nothing closes",
                     f"close it with `{closing}` before the next blank line")  # fmt: skip
        return
    state.env["closings"].add(close)
    report_latex(state.env, start, f"a blank line ends the mathematics that `{opening}` opens",
                 "take the blank lines out of the formula")  # fmt: skip


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()


def _last_line(state: StateBlock, start: int, end: int, closing: str) -> int | None:
    first = state.bMarks[start] + state.tShift[start] + 2
    blank = BLANK.search(state.src, first)
    if state.src.find(closing, first, blank.start() if blank else len(state.src)) < 0:
        return None
    for line in range(start, end):
        if state.isEmpty(line):
            return None
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        if closing in (text[2:] if line == start else text):
            return line
    return None


def _blanks(text: str) -> int:
    return len(text) - len(text.lstrip(" \n"))
