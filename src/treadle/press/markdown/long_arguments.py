r"""Arguments of several paragraphs: `\macro{One paragraph.`, and a later one with the brace.

What stands between the braces is Markdown, as around them.
"""

from __future__ import annotations

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

CODE = {"place", "fence", "code_block"}


def long_arguments(state: StateCore) -> None:
    r"""`\macro{One paragraph.` and a later one that ends with the brace: both are LaTeX's."""
    braces = [n for n, item in enumerate(state.tokens) if _is_text(item) and "}" in item.content]
    texts = [item for item in state.tokens[: braces[-1] if braces else 0] if _is_text(item)]
    for token in texts:
        position = 0
        while (at := _unclosed(token.content, position)) is not None:
            position = at + 1
            number = next(n for n, item in enumerate(state.tokens) if item is token)
            if end := _close(state.tokens, number, _depth(token.content[at:])):
                for code in (item for item in state.tokens[number:end] if item.type in CODE):
                    code.meta = {**code.meta, "argument": True}
                token.content = token.content[:at] + OPEN + token.content[at + 1 :]


def _is_text(token: Token) -> bool:
    return token.type == "inline"


def _close(tokens: list[Token], number: int, depth: int) -> int:
    """Mark the brace that ends an argument, so many braces deep at the end of the text
    `tokens[number]`, in a later text beside that, and give its number; 0 where there is none.

    At the end of a list or the like, it is put behind that.
    """
    level = tokens[number].level
    for at in range(number + 1, len(tokens)):
        later = tokens[at]
        if later.level < level - 1:
            return 0  # what holds these paragraphs has ended
        if not _is_text(later):
            continue
        end = _end(later.content, depth)
        if isinstance(end, int):
            depth = end
        elif later.level == level:
            later.content = later.content[: end[0]] + CLOSE + later.content[end[0] + 1 :]
            return at
        elif later.content[end[0] + 1 :].strip():
            return 0
        else:
            later.content = later.content[: end[0]].rstrip()
            _insert(tokens, at, level)
            return at
    return 0


def _insert(tokens: list[Token], start: int, level: int) -> None:
    """Put a paragraph with the brace behind the block of that level in which a text stands."""
    at = next(n for n in range(start, len(tokens)) if tokens[n].level == level - 1) + 1
    place = tokens[start].map
    text = Token("inline", "", 0, level=level, content=CLOSE, map=place, children=[], block=True)
    opening = Token("paragraph_open", "p", 1, level=level - 1, map=place, block=True)
    tokens[at:at] = [opening, text, Token("paragraph_close", "p", -1, level=level - 1, block=True)]


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
