r"""Environments of LaTeX, as they stand, or as Markdown.

An environment is LaTeX until there is Markdown in it; then what it holds is read as Markdown, in
which commands, formulas, comments, line breaks and quotation marks are still LaTeX's.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

from treadle.press.latex.fragment import VERBATIM
from treadle.press.markdown.attributes import (
    closing_line,
    paragraph_from,
    push,
    push_block,
    remark,
    text_at,
)
from treadle.press.markdown.latex_and_maths import BEGIN, MATHS
from treadle.press.markdown.marks import has_markdown

# What is no text: drawings, tables, programs, lists of definitions.
NO_TEXT = MATHS | {
    "tabular", "tabular*", "tabularx", "tabulary", "longtable", "tblr", "longtblr", "array",
    "matrix", "pmatrix", "bmatrix", "vmatrix", "cases", "split", "aligned", "gathered", "math",
    "subequations", "dmath", "tikzpicture", "tikzcd", "scope", "axis", "pgfonlayer", "circuitikz",
    "forest", "pspicture", "picture", "asy", "algorithm", "algorithm*", "algorithmic",
    "algorithm2e", "minted", "Highlighting", "Shaded", "alltt", "thebibliography", "filecontents",
    "filecontents*", "tabbing", "prooftree", "code", "pycode", "luacode", "verse",
}  # fmt: skip
ARGUMENTS = re.compile(r"(?:\[[^\[\]\n]*\]|\{(?:[^{}\n]|\{[^{}\n]*\})*\})*")


def raw_environment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""`\begin{name}` to its `\end{name}`, blank lines and all; as blocks if it is Markdown."""
    found = None if state.is_code_block(start) else BEGIN.match(text_at(state, start))
    if found is None:
        return False
    last = _environment_last(state, start, end, found[1])
    if last is None:
        message = f"`\\begin{{{found[1]}}}` has no `\\end{{{found[1]}}}`"
        remark(state.env, start, message, is_latex=True)
        return False
    if silent:
        return True
    name, line_end = found[1], state.eMarks[last]
    state.eMarks[last] = end_of_block = _block_end(state, last, f"\\end{{{name}}}")
    text = state.getLines(start, last + 1, state.blkIndent, False).rstrip("\n")
    lines = (start, last + 1)
    if around := _around(name, text.lstrip()):
        _push(state, lines, around)
    else:
        push_block(state, silent, lines, "latex_block", text, display=name in MATHS)
    state.eMarks[last] = line_end
    if end_of_block < line_end:
        paragraph_from(state, last, end_of_block, end)
    return True


def _block_end(state: StateBlock, last: int, close: str) -> int:
    """Where in its last line an environment ends as a block: with the line, unless what stands
    behind its `\\end` is Markdown."""
    end = state.eMarks[last]
    behind = state.src.rfind(close, state.bMarks[last], end) + len(close)
    return behind if has_markdown(state.src[behind:end]) else end


def environment_in_text(state: StateInline, silent: bool) -> bool:
    r"""`\begin{name}` to its `\end{name}` within a line of text, if what it holds is Markdown."""
    found = BEGIN.match(state.src, state.pos)
    end = None if found is None else _end_in_text(state, found[1])
    around = _around(found[1], state.src[state.pos : end]) if found and end else None
    if around is None or end is None:
        return False
    if silent:
        state.pos = end
        return True
    last, stop = state.posMax, end - len(around[1])
    push(state, False, state.pos + len(around[0]), "latex_inline", around[0])
    state.posMax = stop
    state.md.inline.tokenize(state)
    state.posMax = last
    return push(state, False, end, "latex_inline", around[1])


def _end_in_text(state: StateInline, name: str) -> int | None:
    depth = 0
    for step in re.finditer(
        rf"\\(?P<kind>begin|end)\{{{re.escape(name)}\}}", state.src[state.pos : state.posMax]
    ):
        depth += 1 if step["kind"] == "begin" else -1
        if depth == 0:
            return state.pos + step.end()
    return None


def _environment_last(state: StateBlock, start: int, end: int, name: str) -> int | None:
    begin, close = f"\\begin{{{name}}}", f"\\end{{{name}}}"
    if state.src.find(close, state.bMarks[start]) < 0:
        return None

    def opened(line: int) -> int:
        text = state.src[state.bMarks[line] : state.eMarks[line]]
        return text.count(begin) - text.count(close)

    return closing_line(range(start, end), opened)


def _around(name: str, content: str) -> tuple[str, str] | None:
    r"""The `\begin{name}` of an environment with its arguments, and its `\end{name}`, where what
    stands between them is Markdown; None where it is LaTeX alone."""
    begin = BEGIN.match(content)
    if begin is None or name in NO_TEXT or VERBATIM.match(content):
        return None
    start = (ARGUMENTS.match(content, begin.end()) or begin).end()
    end = content.rfind(f"\\end{{{name}}}")
    inner = _without_drawings(content[start:end])
    return (content[:start], content[end:]) if has_markdown(inner) else None


def _without_drawings(text: str) -> str:
    """The text without its environments that hold none."""
    kept, position = "", 0
    for found in BEGIN.finditer(text):
        close = f"\\end{{{found[1]}}}"
        end = text.find(close, found.end())
        if (
            found.start() >= position
            and end >= 0
            and (found[1] in NO_TEXT or VERBATIM.match(found[0]))
        ):
            kept += text[position : found.start()]
            position = end + len(close)
    return kept + text[position:]


def _push(state: StateBlock, lines: tuple[int, int], around: tuple[str, str]) -> None:
    """The environment on these lines as a token that holds the blocks between its ends."""
    start, last = lines[0], lines[1] - 1
    opening = state.push("environment_open", "", 1)
    opening.map, opening.meta = [start, lines[1]], {"begin": around[0], "end": around[1]}
    kept = (state.parentType, state.lineMax, state.bMarks[start], state.tShift[start])
    counts, ends = state.sCount[start : last + 1], (state.eMarks[start], state.eMarks[last])
    state.parentType = "blockquote"
    first, stop = _inside(state, start, last, around)
    # LaTeX is indented as one likes: what is deep to the right is no code.
    deepest = min(
        (state.sCount[line] for line in range(first, stop) if not state.isEmpty(line)), default=0
    )
    shift = max(deepest - state.blkIndent, 0)
    state.blkIndent += shift
    state.lineMax = stop
    state.md.block.tokenize(state, first, stop)
    state.blkIndent -= shift
    state.parentType, state.lineMax, state.bMarks[start], state.tShift[start] = kept
    state.sCount[start : last + 1] = counts
    state.eMarks[start], state.eMarks[last] = ends
    state.push("environment_close", "", -1)
    state.line = lines[1]


def _inside(state: StateBlock, start: int, last: int, around: tuple[str, str]) -> tuple[int, int]:
    """The lines between the ends of an environment; these are cut off where text is beside them."""
    close = state.eMarks[last] - len(around[1])
    at = state.bMarks[start] + state.tShift[start] + len(around[0])
    beside = bool(state.src[at : close if start == last else state.eMarks[start]].strip())
    if beside:
        state.bMarks[start], state.tShift[start] = at, 0
    text = state.src[state.bMarks[last] + state.tShift[last] : close].strip()
    if text and (beside or last > start):
        state.eMarks[last] = close
        return start + (not beside), last + 1
    return start + (not beside), last


# In the text of an environment, what LaTeX means by it. Whatever begins first holds the others: a
# `%` in code, in an address or in `\\verb` is no comment.

WORDS = re.compile(
    r"(?P<comment>[ \t]*(?<!\\)%[^\n]*)"
    r"|(?P<break>\\\\(?:\[[^\[\]\n]*\])?[ \t]*(?=\n|$))"
    r"|``(?P<quoted>(?:(?!``).)*?)''"
    r"|(?<![`\\])(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|\\(?:verb\*?(?P<bar>[^A-Za-z*\s])[^\n]*?(?P=bar)|(?:url|href|path)\{[^{}\n]*\})"
    r"|\]\([^()\n]*\)|<(?:https?|ftp|mailto):[^<>\s]*>",
    re.DOTALL,
)
WITHIN = ("environment_open", "environment_close")


def latex_words(state: StateCore) -> None:
    r"""Comments, `\\` at the end of a line and ``quotations'' in environments, as Markdown has
    them."""
    depth = 0
    for token in state.tokens:
        depth += (token.type == WITHIN[0]) - (token.type == WITHIN[1])
        if depth and token.type == "inline":
            token.content = WORDS.sub(_in_markdown, token.content)


def _in_markdown(found: re.Match[str]) -> str:
    if found["comment"] is not None:
        return ""
    if found["break"] is not None:
        return "\\"
    quoted = found["quoted"]
    return found[0] if quoted is None else f"“{WORDS.sub(_in_markdown, quoted)}”"
