"""Rules for raw LaTeX: a command with its arguments within text, an environment as a block."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from treadle.press.markdown.problems import UNCLOSED, report_latex

# What counts in groups; a backslash takes the next character's meaning.
STEPS = re.compile(r"\\[^\n]|[{}\[\]]|\n(?=\n)")
COMMAND = re.compile(r"\\write-?\d+|\\[A-Za-z]+\*?")
DEFINITION = re.compile(r"\\(?:def|gdef|edef)\\[A-Za-z@]+[^{\n]*(?=\{)")
# `{\bf so}` and `{\"o}`: in Markdown a brace of no command's is a character like others.
ACCENT = re.compile(r"""\{\\["'`^~=.]\{?\\?[A-Za-z]\}?\}""")
GROUP = re.compile(rf"\{{\\[A-Za-z]+|{ACCENT.pattern}")
VERB = re.compile(r"\\verb\*?([^A-Za-z*\s])[^\n]*?\1")
BEGIN = re.compile(r"\\begin\{([A-Za-z@]+\*?)\}")
MATHS = {
    "equation", "equation*", "align", "align*", "gather", "gather*", "multline", "multline*",
    "flalign", "flalign*", "alignat", "alignat*", "eqnarray", "eqnarray*", "displaymath",
}  # fmt: skip
BREAKS = ["paragraph", "reference", "blockquote", "list"]


def raw_latex_plugin(md: MarkdownIt) -> None:
    """Recognise raw LaTeX as pandoc does."""
    md.inline.ruler.before("escape", "raw_latex", raw_inline)
    md.inline.ruler.before("escape", "raw_group", raw_group)
    md.block.ruler.before("code", "raw_environment", raw_environment, {"alt": BREAKS})


def raw_inline(state: StateInline, silent: bool) -> bool:
    """`\\command*[...]{...}{...}`, from the backslash to the last argument that adjoins it."""
    found = DEFINITION.match(state.src, state.pos) or COMMAND.match(state.src, state.pos)
    if found is None or state.src[state.pos] != "\\":
        return False
    verbatim = VERB.match(state.src, state.pos)
    end = verbatim.end() if verbatim else _end(state, found.end())
    if not silent:
        token = state.push("latex_inline", "", 0)
        token.content = state.src[state.pos : end]
        token.meta = {"open": not verbatim and state.src.startswith("{", end)}
    state.pos = end
    return True


def raw_group(state: StateInline, silent: bool) -> bool:
    """`{\\command ...}`: a group of LaTeX's with Markdown in it."""
    end = balanced(state.src, state.pos) if GROUP.match(state.src, state.pos) else None
    if end is None or end > state.posMax:
        return False
    if not silent and ACCENT.match(state.src, state.pos):
        state.push("latex_inline", "", 0).content = state.src[state.pos : end]
    elif not silent:
        last = state.posMax
        state.push("latex_inline", "", 0).content = "{"
        state.pos, state.posMax = state.pos + 1, end - 1
        state.md.inline.tokenize(state)
        state.posMax = last
        state.push("latex_inline", "", 0).content = "}"
    state.pos = end
    return True


def _end(state: StateInline, end: int) -> int:
    end = _environment_end(state.src, state.pos) or end
    while end < state.posMax and (after := balanced(state.src, end)):
        end = after
    return end


def _environment_end(text: str, start: int) -> int | None:
    found = BEGIN.match(text, start)
    end = text.find(rf"\end{{{found[1]}}}", start) if found else -1
    return end + len(rf"\end{{{found[1]}}}") if found and end >= 0 else None


def balanced(text: str, start: int) -> int | None:
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


def raw_environment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`\\begin{name}` to its `\\end{name}`, blank lines and all."""
    if state.is_code_block(start):
        return False
    first = state.bMarks[start] + state.tShift[start]
    found = BEGIN.match(state.src[first : state.eMarks[start]])
    if found is None:
        return False
    last = _last_line(state, start, end, found[1])
    if last is None:
        report_latex(state.env, start, f"`\\begin{{{found[1]}}}` has no `\\end{{{found[1]}}}`")
        return False
    if silent:
        return True
    token = state.push("latex_block", "", 0)
    token.content = state.getLines(start, last + 1, state.blkIndent, False).rstrip("\n")
    token.map = [start, last + 1]
    token.meta = {"display": found[1] in MATHS}
    state.line = last + 1
    return True


def _last_line(state: StateBlock, start: int, end: int, name: str) -> int | None:
    depth = 0
    if f"\\end{{{name}}}" not in state.src[state.bMarks[start] :]:
        return None
    for line in range(start, end):
        text = state.src[state.bMarks[line] : state.eMarks[line]]
        depth += text.count(f"\\begin{{{name}}}") - text.count(f"\\end{{{name}}}")
        if depth <= 0:
            return line
        if depth > UNCLOSED:
            return None
    return None
