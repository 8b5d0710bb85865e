"""Dollars that open no formula and look as if they should, and formulas that look like words."""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline

from treadle.press.markdown.attributes import push

# Commands of text, which may stand behind a price.
OF_TEXT = r"(?:text|emph|foot|cite|label|href|url|[a-zA-Z]*ref|par|item|begin|end)"
# What goes on as a formula would: up to a price's end, a word of the language, the next dollar.
ITEM = rf"\\(?!{OF_TEXT})[A-Za-z]+|\\[^A-Za-z$%&#_\s]|\d+(?:\.\d+)?|[A-Za-z](?![A-Za-z])"
STEP = re.compile(
    rf"[ \t]*\n?[ \t]*(?P<item>{ITEM}|[\^_](?=\S)|[-+*/=<>|()\[\]{{}}',.!:](?=[^\n]))"
)
SCRIPT = re.compile(r"[\^_]|\\[A-Za-z]")
NUMBER = re.compile(r"\d+(?:\.\d+)?[,.!:]?\s+(?![-+*/=<>\\^_])")
# Neighbouring words: their blank vanishes in a formula.
GROUPS = re.compile(r"\\[A-Za-z]+\*?|\{[^{}]*\}|\$[^$]*\$")
WORDS = re.compile(r"(?<![A-Za-z\\])(?:[A-Za-z]{3,}\s+[A-Za-z]{2,}|[A-Za-z]{2,}\s+[A-Za-z]{3,})")


def lone_dollar(state: StateInline, silent: bool) -> bool:
    """A `$` that opens no formula, before what looks like one; the renderer tells it."""
    src, pos = state.src, state.pos
    if src[pos] != "$":
        return False
    end = pos + 2 if src.startswith("$$", pos) else pos + 1
    if not _looks_like_formula(src, end):
        return False
    return push(state, silent, end, "lone_dollar", src[pos:end])


def _looks_like_formula(src: str, start: int) -> bool:
    """Whether a formula could begin at `start`; with a blank there, whether a dollar ends it."""
    if NUMBER.match(src, start):
        return False
    end = start
    while found := STEP.match(src, end):
        end = found.end()
    shown = src[start:end]
    if SCRIPT.search(shown) is None:
        return False
    return not src[start : start + 1].isspace() or src[end:].lstrip().startswith("$")


def looks_like_words(formula: str) -> bool:
    """Whether a formula within a paragraph is text between two dollars: `$5 and then 6$`."""
    bare, before = formula, ""
    while bare != before:
        before, bare = bare, GROUPS.sub(" + ", bare)
    return WORDS.search(bare) is not None
