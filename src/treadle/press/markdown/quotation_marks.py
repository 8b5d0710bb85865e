"""Straight quotation marks to typographic ones, in pairs; one that has no other stays straight.

What stands beside a mark tells whether it opens or closes. Where that doesn't tell, as between two
letters, or beside Chinese, Japanese and Korean signs, which have no blanks between words, a mark
closes what is open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from msgspec import Struct

QUOTE = re.compile(r"['\"]")
WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")
DECADE = re.compile(r"'\d0s\b")
APOSTROPHE = "’"
BREAKS = {"softbreak", "hardbreak"}
WORDS = {"maths", "code_inline", "latex_inline", "citation"}  # as good as a word in the text
LETTER = "x"
OPENING, CLOSING = frozenset("([{"), frozenset(")]},.;:!?")


class Mark(Struct, frozen=True):
    """A straight quotation mark: the number of its token and its place there."""

    token: int
    at: int
    sign: str
    level: int


def smart_quotes(state: StateCore) -> None:
    """Pair the quotation marks of each text."""
    quotes = state.md.options["quotes"]
    for token in state.tokens:
        if token.type == "inline" and token.children and QUOTE.search(token.content):
            _write(token.children, _answers(token.children, quotes))


def _answers(tokens: Sequence[Token], quotes: Sequence[str]) -> dict[tuple[int, int], str]:
    """What stands for each mark that has another, and for each apostrophe."""
    answers: dict[tuple[int, int], str] = {}
    opened: list[Mark] = []
    for number, token in enumerate(tokens):
        while opened and opened[-1].level > token.level:
            opened.pop()  # what it stands in has ended
        for found in QUOTE.finditer(token.content) if token.type == "text" else ():
            mark = Mark(number, found.start(), found[0], token.level)
            opens, closes = _sides(tokens, mark)
            other = _opening(opened, mark) if closes else None
            pair = quotes[:2] if mark.sign == '"' else quotes[2:]
            if other is not None:
                del opened[opened.index(other) :]
                answers[other.token, other.at], answers[number, mark.at] = pair
            elif opens:
                opened.append(mark)
            elif mark.sign == "'":
                answers[number, mark.at] = APOSTROPHE
    return answers


def _opening(opened: Sequence[Mark], mark: Mark) -> Mark | None:
    """The mark that this one would close."""
    fits = (it for it in reversed(opened) if (it.sign, it.level) == (mark.sign, mark.level))
    return next(fits, None)


def _sides(tokens: Sequence[Token], mark: Mark) -> tuple[bool, bool]:
    """Whether a mark may open, and whether it may close."""
    before, after = _before(tokens, mark), _after(tokens, mark)
    double = mark.sign == '"'
    decade = DECADE.match(tokens[mark.token].content, mark.at) and not before.isalnum()
    if decade or (double and before.isdigit() and after == '"'):  # '90s, and 1"" are inches
        return False, False
    if WIDE.match(before) or WIDE.match(after):
        opens = not after.isspace() and after not in CLOSING and not before.isdigit()
        closes = not before.isspace() and before not in OPENING
        return opens, closes
    opens = not after.isspace() and (not _parts(after) or _parts(before))
    closes = not before.isspace() and (not _parts(before) or _parts(after))
    if opens and closes and not (_parts(before) and _parts(after)):
        return False, double  # between letters: an apostrophe, or what closes a quotation
    return opens, closes


def _parts(sign: str) -> bool:
    return sign.isspace() or isMdAsciiPunct(ord(sign)) or isPunctChar(sign)


def _before(tokens: Sequence[Token], mark: Mark) -> str:
    if mark.at:
        return tokens[mark.token].content[mark.at - 1]
    for token in reversed(tokens[: mark.token]):
        if token.type in BREAKS:
            break
        if token.type in WORDS or token.content:
            return LETTER if token.type in WORDS else token.content[-1]
    return " "


def _after(tokens: Sequence[Token], mark: Mark) -> str:
    content = tokens[mark.token].content
    if mark.at + 1 < len(content):
        return content[mark.at + 1]
    for token in tokens[mark.token + 1 :]:
        if token.type in BREAKS:
            break
        if token.type in WORDS or token.content:
            return LETTER if token.type in WORDS else token.content[0]
    return " "


def _write(tokens: Sequence[Token], answers: dict[tuple[int, int], str]) -> None:
    for number, at in sorted(answers, reverse=True):
        token = tokens[number]
        token.content = token.content[:at] + answers[number, at] + token.content[at + 1 :]
