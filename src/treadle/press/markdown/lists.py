"""Pandoc's lists that CommonMark has not, `a.`, `(iv)`, `#.` and `(@name)`; numbered headings.

markdown-it's own rule makes the lists: it is shown ordinary numbers in the place of the marks, each
as it comes to the item.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import FunctionType, MappingProxyType

from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import list as commonmark
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from msgspec import Struct

from treadle.press.markdown.attributes import text_at

ENDS_LISTS: RuleOptionsType = {"alt": ["list"]}
ENDS_TEXT: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
MARK = re.compile(
    r"(?P<open>\(?)(?P<word>@[\w-]*|#|\d{1,9}|[a-z]|[A-Z]|[ivxlc]+|[IVXLC]+)(?P<close>[.)])"
    r"(?P<blanks>[ \t]+(?=\S))"
)
LONGEST = 10  # characters of a mark, but of one with a name: CommonMark's have nine digits
NUMBER = re.compile(r"\d+[.)](?=[ \t]|$)")
UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*")
NUMBERED = re.compile(r"(?:\d+|[A-Z]|[IVXLC]+)[.)][ \t]+\S")
ROMAN = MappingProxyType({"i": 1, "v": 5, "x": 10, "l": 50, "c": 100})
STYLES = MappingProxyType(
    {"digits": r"\arabic*", "lower": r"\alph*", "upper": r"\Alph*"}
    | {"roman": r"\roman*", "Roman": r"\Roman*"}
)
# Of tasks, as an item begins with them.
BOXES = MappingProxyType(
    {"[ ] ": r"[$\square$] ", "[x] ": r"[$\boxtimes$] ", "[X] ": r"[$\boxtimes$] "}
)


class Mark(Struct, frozen=True):
    """What stands before an item, `(iv)`: how it is written, and its number."""

    style: str  # one of STYLES, or "example"
    around: tuple[str, str]  # what stands before and after the number
    number: int
    name: str = ""  # of an example


class OpenList(Struct):
    """A list of ours that the parser is in, and the numbers of its items so far."""

    level: int  # of the parser, outside it
    first: Mark
    numbers: list[int]


def fancy_list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list whose first mark CommonMark does not know; within an item it ends a paragraph."""
    if state.is_code_block(start):
        return False
    if silent and (around := _list_around(state)):
        return _ends_list(state, start, around)
    first = mark_of(text_at(state, start), None)
    if first is None or (silent and state.parentType == "paragraph" and state.listIndent < 0):
        return False
    if silent:
        return True
    whole, known = state.src, dict(_examples(state))
    _write_number(state, start, first)
    opened = OpenList(state.level, first, [_number(state, first)])
    opening = len(state.tokens)
    _open_lists(state).append(opened)
    made = LIST_BLOCK(state, start, end, False)
    _open_lists(state).pop()
    if not made:
        state.src, state.env["examples"] = whole, known
        return False
    token = state.tokens[opening]
    token.attrs = {"start": opened.numbers[0]}
    token.meta = {"style": first.style, "around": first.around}
    _name_items(state, opening, opened)
    return True


def _end_of_number(state: StateBlock, line: int) -> int:
    """Where the number ends that `_write_number` has put there; -1: there is none."""
    found = NUMBER.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
    return found.end() if found else -1


# markdown-it's rule, with no limit to the digits: as many stand for a mark as it is wide.
LIST_BLOCK = FunctionType(
    commonmark.list_block.__code__,
    {**vars(commonmark), "skipOrderedListMarker": _end_of_number},
)


def _open_lists(state: StateBlock) -> list[OpenList]:
    """The lists of ours around what is read, the inner one last."""
    lists: list[OpenList] = state.env.setdefault("open_lists", [])
    return lists


def _list_around(state: StateBlock) -> OpenList | None:
    """The list of ours of which the parser asks what comes after one of its items."""
    lists = _open_lists(state)
    return lists[-1] if lists and lists[-1].level == state.level - 1 else None


def _ends_list(state: StateBlock, line: int, around: OpenList) -> bool:
    """Whether a list ends at this line, where an item of it might begin.

    A mark of the list itself is written as a number here and nowhere else: the same signs in what
    an item holds, in code, are none.
    """
    mark = mark_of(text_at(state, line), around.first)
    if mark is None:
        return True
    _write_number(state, line, mark)
    around.numbers.append(_number(state, mark))
    return False


def _write_number(state: StateBlock, line: int, mark: Mark) -> None:
    """Put an ordinary number of the same width in the place of a mark."""
    at = state.bMarks[line] + state.tShift[line]
    found = MARK.match(state.src, at)
    width = found.end("close") - at if found else 0
    state.src = f"{state.src[:at]}{'1' * (width - 1)}{mark.around[1]}{state.src[at + width :]}"


def _number(state: StateBlock, mark: Mark) -> int:
    """The number of an item that begins; examples are counted through the document."""
    if mark.style != "example":
        return mark.number
    examples = _examples(state)
    examples[""] += 1
    if mark.name:
        examples[mark.name] = examples[""]
    return examples[""]


def _examples(state: StateBlock) -> dict[str, int]:
    """The numbers of the examples so far, by their names; that of the last without one."""
    examples: dict[str, int] = state.env.setdefault("examples", {"": 0})
    return examples


def _name_items(state: StateBlock, opening: int, made: OpenList) -> None:
    """Have those examples say their numbers that are not the next ones: others stand between."""
    if made.first.style != "example":
        return
    tokens = state.tokens[opening:]
    items = (it for it in tokens if it.type == "list_item_open" and it.level == made.level + 1)
    before, after = made.first.around
    for place, (token, number) in enumerate(zip(items, made.numbers, strict=True)):
        if number != made.numbers[0] + place:
            token.meta = {"mark": f"{before}{number}{after}"}


def mark_of(text: str, like: Mark | None) -> Mark | None:
    """The mark that a line begins with; None where CommonMark knows it, and where it is none.

    `like` is the mark of the list's first item: a single letter is read as there.
    """
    found = MARK.match(text)
    if (
        found is None
        or ("@" not in found["word"] and len(found[0].rstrip()) > LONGEST)
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


def boxes_of_tasks(state: StateCore) -> None:
    """Take the box of an item for text before its words are read: `[x]` may be a heading's name."""
    for item, _, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        box = inline.content[:4]
        if item.type == "list_item_open" and inline.type == "inline" and box in BOXES:
            inline.children = [Token("text", "", 0, content=box)]
            inline.content = inline.content[len(box) :]


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
