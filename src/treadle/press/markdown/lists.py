"""Pandoc's lists that CommonMark has not, `a.`, `(iv)`, `#.` and `(@name)`; numbered headings.

markdown-it's own rule makes the lists: it is shown ordinary numbers in the place of the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.list import list_block
from msgspec import Struct

from treadle.press.markdown.attributes import text_at

ENDS_LISTS: RuleOptionsType = {"alt": ["list"]}
ENDS_TEXT: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
MARK = re.compile(
    r"(?P<open>\(?)(?P<word>@[\w-]*|#|\d{1,9}|[a-z]|[A-Z]|[ivxlc]+|[IVXLC]+)(?P<close>[.)])"
    r"(?P<blanks>[ \t]+(?=\S))"
)
LONGEST = 10  # characters of a mark: CommonMark's numbers have nine digits at most
UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*")
NUMBERED = re.compile(r"(?:\d+|[A-Z]|[IVXLC]+)[.)][ \t]+\S")
ROMAN = MappingProxyType({"i": 1, "v": 5, "x": 10, "l": 50, "c": 100})
STYLES = MappingProxyType(
    {"digits": r"\arabic*", "lower": r"\alph*", "upper": r"\Alph*"}
    | {"roman": r"\roman*", "Roman": r"\Roman*"}
)


class Mark(Struct, frozen=True):
    """What stands before an item, `(iv)`: how it is written, and its number."""

    style: str  # one of STYLES, or "example"
    around: tuple[str, str]  # what stands before and after the number
    number: int
    name: str = ""  # of an example


def fancy_list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list whose first mark CommonMark does not know; within an item it ends a paragraph."""
    first = None if state.is_code_block(start) else mark_of(text_at(state, start), None)
    if first is None or (silent and state.parentType == "paragraph" and state.listIndent < 0):
        return False
    if silent:
        return True
    whole, marks = state.src, []
    for line, mark in _items(state, start, end, first):
        at = state.bMarks[line] + state.tShift[line]
        found = MARK.match(state.src, at)
        width = found.end("close") - at if found else 0
        state.src = f"{state.src[:at]}{'1' * (width - 1)}{mark.around[1]}{state.src[at + width :]}"
        marks.append(mark)
    opening = len(state.tokens)
    if not list_block(state, start, end, False):
        state.src = whole
        return False
    count = sum(
        token.type == "list_item_open" and token.level == state.level + 1
        for token in state.tokens[opening:]
    )
    token = state.tokens[opening]
    token.attrs = {"start": _number(first, marks[:count], state)}
    token.meta = {"style": first.style, "around": first.around}
    return True


def _number(first: Mark, marks: list[Mark], state: StateBlock) -> int:
    """The number of the first item; examples are counted through the document."""
    if first.style != "example":
        return first.number
    examples: dict[str, int] = state.env.setdefault("examples", {"": 0})
    start = examples[""] + 1
    for mark in marks:
        examples[""] += 1
        if mark.name:
            examples[mark.name] = examples[""]
    return start


def _items(state: StateBlock, start: int, end: int, first: Mark) -> Iterator[tuple[int, Mark]]:
    """The lines on which an item of this list begins: its marks are all alike."""
    empty = False
    left = state.sCount[start]
    for line in range(start, end):
        if state.isEmpty(line):
            empty = True
            continue
        indent = state.sCount[line]
        if indent < state.blkIndent:
            return
        mark = mark_of(text_at(state, line), first) if indent - state.blkIndent < 4 else None
        if mark:
            yield line, mark
        elif empty and indent <= left:
            return
        empty = False


def mark_of(text: str, like: Mark | None) -> Mark | None:
    """The mark that a line begins with; None where CommonMark knows it, and where it is none.

    `like` is the mark of the list's first item: a single letter is read as there.
    """
    found = MARK.match(text)
    if (
        found is None
        or len(found[0].rstrip()) > LONGEST
        or (found["open"] and found["close"] == ".")
    ):
        return None
    word = found["word"]
    style, number = _read(word, like)
    # As in a name, B. Russell, one blank after a capital letter makes no list.
    if word.isupper() and len(word) == 1 and found["close"] == "." and len(found["blanks"]) == 1:
        return None
    if style == "digits" and not found["open"] and word != "#":
        return None
    mark = Mark(style, (found["open"], found["close"]), number, word[1:] if "@" in word else "")
    if like and (mark.style, mark.around) != (like.style, like.around):
        return None
    return mark


def _read(word: str, like: Mark | None) -> tuple[str, int]:
    if word.startswith("@"):
        return "example", 0
    if word == "#" or word.isdigit():
        return "digits", 1 if word == "#" else int(word)
    roman = "roman" if word.islower() else "Roman"
    letters = "lower" if word.islower() else "upper"
    is_roman = len(word) > 1 or (word in "iI" if like is None else like.style == roman)
    if is_roman and set(word.lower()) <= ROMAN.keys():
        return roman, _roman(word.lower())
    return letters, ord(word.lower()[0]) - ord("a") + 1


def _roman(word: str) -> int:
    values = [ROMAN[letter] for letter in word]
    after = [*values[1:], 0]
    return sum(
        -value if value < next_ else value for value, next_ in zip(values, after, strict=True)
    )


def label(meta: Mapping[str, object], markup: str) -> str:
    r"""What enumitem calls the marks of a list, `label=(\roman*)`; nothing for its own."""
    around = meta.get("around")
    style = str(meta.get("style", "digits"))
    before, after = around if isinstance(around, tuple) else ("", markup)
    form = STYLES.get(style, r"\arabic*")
    if (before, form) == ("", r"\arabic*") and after != ")":
        return ""
    return f"label={before}{form}{after}"


def numbered_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`1. Introduction` above a line of `=` or `-`: pandoc's heading, CommonMark's list."""
    if state.level or start + 1 >= end or state.is_code_block(start) or state.sCount[start + 1] > 3:
        return False
    if start and not state.isEmpty(start - 1):
        return False
    underline = text_at(state, start + 1)
    if not UNDERLINE.fullmatch(underline) or not NUMBERED.match(text_at(state, start)):
        return False
    if not silent:
        tag = "h1" if underline[0] == "=" else "h2"
        opening = state.push("heading_open", tag, 1)
        opening.markup, opening.map = underline[0], [start, start + 2]
        inline = state.push("inline", "", 0)
        inline.content, inline.map, inline.children = text_at(state, start), [start, start + 1], []
        state.push("heading_close", tag, -1).markup = underline[0]
        state.line = start + 2
    return True
