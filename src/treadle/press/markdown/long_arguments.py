r"""Arguments of several paragraphs: `\macro{One paragraph.`, and a later one with the brace.

What stands between the braces is Markdown, as around them.
"""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from treadle.press.markdown.attributes import push
from treadle.press.markdown.latex_and_maths import CLOSE, COMMAND, OPEN, STEPS, group_end

# These take one paragraph: LaTeX has others, `{\bfseries ...}`, for several.
SHORT = {
    "emph", "textbf", "textit", "textsc", "textsl", "textsf", "textrm", "texttt", "textup",
    "textmd", "textnormal", "mbox", "section", "subsection", "subsubsection", "paragraph",
    "chapter", "part", "section*", "subsection*", "chapter*", "ref", "cref", "cite", "citep",
    "citet", "url",
}  # fmt: skip


def long_arguments(state: StateCore) -> None:
    r"""`\macro{One paragraph.` and a later one that ends with the brace: both are LaTeX's."""
    texts = [token for token in state.tokens if token.type == "inline" and "\\" in token.content]
    if not texts:
        return
    by_level: dict[int, list[Token]] = {}
    for token in state.tokens:
        if token.type == "inline":
            by_level.setdefault(token.level, []).append(token)
        for level in [level for level in by_level if level > token.level + (token.nesting != 0)]:
            _join(by_level.pop(level))  # what held these paragraphs has ended
    for tokens in by_level.values():
        _join(tokens)


def _join(tokens: Sequence[Token]) -> None:
    last = max((number for number, token in enumerate(tokens) if "}" in token.content), default=0)
    for number, token in enumerate(tokens[:last]):
        position = 0
        while (at := _unclosed(token.content, position)) is not None:
            position = at + 1
            depth = _depth(token.content[at:])
            for later in tokens[number + 1 :]:
                end = _end(later.content, depth)
                if isinstance(end, int):
                    depth = end
                    continue
                token.content = token.content[:at] + OPEN + token.content[at + 1 :]
                later.content = later.content[: end[0]] + CLOSE + later.content[end[0] + 1 :]
                break


def _unclosed(text: str, start: int) -> int | None:
    """Where the brace of a command opens that the text does not close."""
    for found in COMMAND.finditer(text, start):
        end = found.end()
        while end < len(text) and (after := group_end(text, end)):
            end = after
        if text[end : end + 1] == "{" and found[0][1:] not in SHORT:
            return end
    return None


def _depth(text: str) -> int:
    return sum({"{": 1, "}": -1}.get(step[0], 0) for step in STEPS.finditer(text))


def _end(text: str, depth: int) -> int | tuple[int]:
    """How deep the braces are at the end of a text, or where it closes the first of them."""
    for found in STEPS.finditer(text):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return (found.start(),)
    return depth


def brace(state: StateInline, silent: bool) -> bool:
    """A brace of a long argument."""
    if not state.src.startswith((OPEN, CLOSE), state.pos):
        return False
    return push(state, silent, state.pos + 2, "latex_inline", state.src[state.pos])
