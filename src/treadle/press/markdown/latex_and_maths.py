r"""Rules for LaTeX in Markdown: commands and environments as they stand, and mathematics."""

from __future__ import annotations

import re
from bisect import bisect_right

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from treadle.press.latex.escape import DOLLARS
from treadle.press.markdown.attributes import (
    UNCLOSED,
    parse_attributes,
    push,
    push_block,
    remark,
    text_at,
)
from treadle.press.markdown.marks import SURE, TEXT, has_markdown

# What counts in groups; a backslash takes the next character's meaning.
STEPS = re.compile(r"\\[^\n]|[{}\[\]]|\n(?=\n)")
COMMAND = re.compile(r"\\write-?\d+|\\[A-Za-z]+\*?")
DEFINITION = re.compile(r"\\(?:def|gdef|edef)\\[A-Za-z@]+[^{\n]*(?=\{)")
# `{\bf so}` and `{\"o}`: in Markdown a brace of no command's is a character like others.
ACCENT = re.compile(r"""\{\\["'`^~=.]\{?\\?[A-Za-z]\}?\}""")
GROUP = re.compile(rf"\{{\\[A-Za-z]+|{ACCENT.pattern}")
DEFINING = {"newcommand", "renewcommand", "providecommand", "newcommand*", "renewcommand*"}
VERB = re.compile(r"\\verb\*?([^A-Za-z*\s])[^\n]*?\1")
# The `%` that ends a line of commands alone, which has TeX see no blank there. Behind commands that
# print something, it may be a sign: `\textbf{93}%`.
PRINTS_NOTHING = (
    r"[hv]fill?|hss|q?quad|[hv]space|(?:small|med|big)skip|noindent|par|centering|ragged(?:righ|lef)t"
    r"|tiny|(?:script|footnote|normal)size|small|[lL]arge|LARGE|[hH]uge|(?:bf|md)series"
    r"|(?:it|sc|sl|up)shape|(?:rm|sf|tt)family"
)
LINE_OF_COMMANDS = re.compile(
    rf"[ \t]*(?:\\(?:{PRINTS_NOTHING})\*?(?![A-Za-z])(?:\{{[^{{}}\n]*\}})?[ \t]*)+%[ \t]*(?=\n|$)"
)
BEGIN = re.compile(r"\\begin\{([A-Za-z@]+\*?)\}")
MATHS = {
    "equation", "equation*", "align", "align*", "gather", "gather*", "multline", "multline*",
    "flalign", "flalign*", "alignat", "alignat*", "eqnarray", "eqnarray*", "displaymath",
}  # fmt: skip
ROUND = re.compile(r"\\\((.+?)\\\)", re.DOTALL)
DISPLAY = re.compile(r"\$\$((?:[^$\\]|\\.|\$(?!\$))+?)\$\$|\\\[((?:(?!\\\]).)+)\\\]", re.DOTALL)
BLANK_LINE = re.compile(r"\n[ \t]*\n")
BLANKS = re.compile(r"[ \n]*")
# A brace of an argument that goes on over paragraphs; private-use characters are never typed.
OPEN, CLOSE = "{\ue0f4", "}\ue0f4"
CLOSING = {"$$": "$$", r"\[": r"\]", r"\(": r"\)"}


def raw_inline(state: StateInline, silent: bool) -> bool:
    r"""`\command*[...]{...}{...}`, from the backslash to the last argument that adjoins it."""
    found = DEFINITION.match(state.src, state.pos) or COMMAND.match(state.src, state.pos)
    if found is None:
        return False
    if verbatim := VERB.match(state.src, state.pos):
        return push(state, silent, verbatim.end(), "latex_inline", verbatim[0], open=False)
    environment = _environment_end(state.src, state.pos)
    last = end = environment or found.end()
    while end < state.posMax and (after := group_end(state.src, end)):
        last, end = end, after
    if not environment and not silent and _is_text(state, found[0][1:], last, end):
        return _push_text(state, last + 1, end)
    if state.src.startswith("%", end) and LINE_OF_COMMANDS.match(state.src, _line_start(state)):
        end += 1
    unclosed = state.src.startswith("{", end) and not state.src.startswith(OPEN, end)
    unread = bool(SURE.search(state.src, last, end)) and found[0][1:] not in DEFINING
    text = state.src[state.pos : end]
    return push(state, silent, end, "latex_inline", text, open=unclosed, unread=unread)


def _line_start(state: StateInline) -> int:
    return state.src.rfind("\n", 0, state.pos) + 1


def _is_text(state: StateInline, command: str, start: int, end: int) -> bool:
    """Whether the argument that ends there is text, and has Markdown in it."""
    inner = state.src[start + 1 : end - 1]
    if not state.src.startswith("{", start) or not has_markdown(inner):
        return False
    return command in TEXT or command in state.env.get("commands", frozenset[str]())


def _push_text(state: StateInline, start: int, end: int) -> bool:
    """A command with the Markdown of its last argument, which stands from `start` to `end`."""
    last = state.posMax
    push(state, False, start, "latex_inline", state.src[state.pos : start])
    state.posMax = end - 1
    state.md.inline.tokenize(state)
    state.posMax = last
    return push(state, False, end, "latex_inline", "}")


def _environment_end(text: str, start: int) -> int | None:
    found = BEGIN.match(text, start)
    closing = rf"\end{{{found[1]}}}" if found else ""
    end = text.find(closing, start) if found else -1
    return end + len(closing) if end >= 0 else None


def group_end(text: str, start: int) -> int | None:
    """Where the group `{...}` or `[...]` that opens at `start` ends; None where there is none."""
    opening = text[start]
    close = {"{": "}", "[": "]"}.get(opening)
    if close is None:
        return None
    depth = 0
    for found in STEPS.finditer(text, start):
        step = found[0]
        if step == "{" or step == opening:
            depth += 1
        elif step == close and depth == 1:
            return found.end()
        elif step == "}" or step == close:
            depth -= 1
        if depth > UNCLOSED or depth == 0 or (step == "\n" and close == "]"):
            return None
    return None


def raw_group(state: StateInline, silent: bool) -> bool:
    r"""`{\command ...}`: a group of LaTeX's with Markdown in it."""
    end = group_end(state.src, state.pos) if GROUP.match(state.src, state.pos) else None
    if end is None or end > state.posMax:
        return False
    if silent or ACCENT.match(state.src, state.pos):
        return push(state, silent, end, "latex_inline", state.src[state.pos : end])
    return _push_text(state, state.pos + 1, end)


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
    return found is not None and push(state, silent, found.end(), "maths", found[1])


def _push_display(state: StateInline, found: re.Match[str], silent: bool) -> bool:
    end = found.end()
    blanks = BLANKS.match(state.src, end)
    labelled = parse_attributes(state.src, blanks.end()) if blanks else None
    label = labelled[0].id if labelled else ""
    if labelled and label:
        end = labelled[1]
    return push(state, silent, end, "maths_display", found[1] or found[2], id=label)


def maths_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A display that begins and ends on lines of its own; it may interrupt a paragraph."""
    opening = "" if state.is_code_block(start) else text_at(state, start)[:2]
    if opening not in {"$$", r"\["} or (silent and _ends_display(state, start, opening)):
        return False
    last = _maths_last(state, start, end, CLOSING[opening])
    if last is None:
        _remark_open(state, start, end, opening)
        return False
    text = state.getLines(start, last + 1, state.blkIndent, False).strip()
    found = DISPLAY.fullmatch(text[: text.rfind(CLOSING[opening]) + 2])
    rest = text[found.end() :].strip() if found else text
    label = parse_attributes(rest)
    if found is None or (rest and not (label and label[1] == len(rest))):
        return False
    lines, name = (start, last + 1), label[0].id if label else ""
    content = found[1] or found[2]
    return push_block(state, silent, lines, "maths_block", content, id=name, display=True)


def _ends_display(state: StateBlock, start: int, opening: str) -> bool:
    """Whether a line within a paragraph closes the display that is open there."""
    above = state.src[state.bMarks[state.line] : state.bMarks[start]]
    return opening == "$$" and above.count("$$") % 2 == 1


def _maths_last(state: StateBlock, start: int, end: int, closing: str) -> int | None:
    first = state.bMarks[start] + state.tShift[start] + 2
    close = state.src.find(closing, first)
    if close < 0 or BLANK_LINE.search(state.src, first, close):
        return None
    for line in range(start, end):
        if state.isEmpty(line):
            return None
        text = text_at(state, line) if line > start else text_at(state, line)[2:]
        if closing in text:
            return line
    return None


def _remark_open(state: StateBlock, start: int, end: int, opening: str) -> None:
    """Say it once: what looks like a second opening may be the end, behind a blank line."""
    closing = CLOSING[opening]
    if start in state.env.setdefault("closings", set()):
        return
    closes = _lines_of(state, closing)
    after = bisect_right(closes, start)
    if after < len(closes) and closes[after] < end:
        state.env["closings"].add(closes[after])
        what = f"a blank line ends the mathematics that `{opening}` opens"
        hint = "take the blank lines out of the formula"
    else:
        what = f"`{opening}` opens mathematics that nothing closes"
        hint = f"close it with `{closing}` before the next blank line"
    remark(state.env, start, what, hint, is_latex=True)


def _lines_of(state: StateBlock, closing: str) -> list[int]:
    """The lines that hold nothing else; looked for once, there may be thousands of openings."""
    known: dict[str, list[int]] = state.env.setdefault("lines", {})
    if closing not in known:
        lines = enumerate(state.src.split("\n"))
        known[closing] = [number for number, line in lines if line.strip(" \t>") == closing]
    return known[closing]
