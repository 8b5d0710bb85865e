"""Where the fences of a Markdown text are, as its parser tells: in lists, quotations, definitions
and environments of LaTeX as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from treadle.press.document.fence import CLOSING, OPENING, Fence
from treadle.press.latex.fragment import VERBATIM
from treadle.press.markdown import lists


def nested_fences(text: str) -> Iterator[Fence]:
    """The fenced blocks of any text, in order; a verbatim environment is one that opens nothing."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    parser = _parser()
    tokens: list[Token] = []
    parser.block.parse(text, parser, {}, tokens)
    notes = 0
    for token in tokens:
        kind = token.type
        notes += (kind == "footnote_reference_open") - (kind == "footnote_reference_close")
        if kind not in {"chunk", "fence", "verbatim"}:
            continue
        assert token.map is not None
        first, end = token.map
        given = token.meta
        line = lines[first]
        at = given["at"] - starts[first] if given else len(line) - len(line.lstrip(" \t"))
        code = tuple(token.content.removesuffix("\n").split("\n")) if token.content else ()
        closed = given.get("closed", end - first == len(code) + 2)
        opening = OPENING.match(line[at:])
        options = opening["rest"] if opening and kind == "chunk" else ""
        yield Fence(
            first, end, line[:at], line[at:], options, code, closed, kind == "chunk", notes > 0,
            given.get("almost", 0),
        )  # fmt: skip


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """What tells blocks from one another, so far as they may hold fences."""
    md = MarkdownIt("commonmark").disable(["html_block", "reference"])
    md.use(deflist_plugin).use(footnote_plugin)
    md.block.ruler.before("list", "fancy_list", lists.fancy_list, lists.ENDS_TEXT)
    md.block.ruler.before("code", "chunk", _chunk, lists.ENDS_TEXT)
    md.block.ruler.before("code", "verbatim", _verbatim, lists.ENDS_TEXT)
    return md


def _chunk(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A chunk, to its closing fence or to the end of what it stands in."""
    at = state.bMarks[start] + state.tShift[start]
    opening = OPENING.match(state.src[at : state.eMarks[start]])
    if opening is None:
        return False
    indented = state.sCount[start] - state.blkIndent
    at_will = indented and not state.level and _in_environment(state.src[:at])
    if not at_will and (indented > 3 or (indented and not state.level)):
        return False
    if silent:
        return True
    last, closed, almost = _closing(state, start, end, opening["fence"])
    token = state.push("chunk", "", 0)
    token.content = state.getLines(start + 1, last, state.sCount[start], True)
    token.map = [start, last + closed]
    token.meta = {"at": at, "closed": closed, "almost": almost}
    state.line = last + closed
    return True


def _in_environment(before: str) -> bool:
    r"""Whether a `\begin` is open, within which LaTeX is indented as one likes."""
    return before.count(r"\begin{") > before.count(r"\end{")


def _closing(state: StateBlock, start: int, end: int, fence: str) -> tuple[int, bool, int]:
    """The line that ends a chunk, whether by a closing fence, and a line that nearly does."""
    almost = 0
    for line in range(start + 1, end):
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        if text and state.sCount[line] < state.blkIndent:
            return line, False, almost
        closing = CLOSING.fullmatch(text)
        if closing and closing["fence"].startswith(fence):
            return line, True, almost
        if closing:
            almost = almost or line + 1
    return end, False, almost


def _verbatim(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""`\begin{verbatim}` to its end; what nothing ends is none."""
    at = state.bMarks[start] + state.tShift[start]
    begin = VERBATIM.match(state.src, at, state.eMarks[start])
    close = f"\\end{{{begin[1]}}}" if begin else ""
    if not begin or (found := state.src.find(close, at)) < 0:
        return False
    last = next((line for line in range(start, end) if state.eMarks[line] >= found), None)
    if last is None:
        return False
    if not silent:
        token = state.push("verbatim", "", 0)
        token.content = state.getLines(start, last + 1, 0, True)
        token.map, token.meta = [start, last + 1], {"at": at, "closed": True}
        state.line = last + 1
    return True
