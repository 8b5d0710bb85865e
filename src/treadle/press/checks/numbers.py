"""Counts in prose that code has computed, typed by hand: the same, or others of the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from markdown_it.token import Token
from msgspec import Struct

from treadle.press.document.model import Document, Prose
from treadle.press.markdown.parser import parser
from treadle.press.weave.markdown_source import Source, join, prose_parts
from treadle.problem import Problem, Span, warning

# Numbers in prose that look like results, and were typed by hand.

# Decimals and percentages, a minus sign before them included; of a range the first, or both.
RESULT = re.compile(
    r"(?<![\w.\-–/])(?:\d+[-–])?[-−]?\d[\d,]*"
    r"(?:\.\d+ ?(?:%|\\%|per ?cent\b)?| ?(?:%|\\%|per ?cent\b))"
    r"(?![\w/]|\.\d)"
)
# A formula that is numbers and no more, but for what sets them apart, as `\approx 93.2 \pm 0.4`.
ALONE = re.compile(r"[-−+.,\d%\\ ]*\d[-−+.,\d%\\ ]*")
SEPARATOR = re.compile(r"\{([.,])\}")
AROUND = re.compile(
    r"\\(?:approx|sim|simeq|pm|mathbf|mathrm|boldsymbol|bm|text(?:bf)?)\b|\\[,;!: ]|[{}~=<>\s]"
)
INLINE = re.compile(r"<%.*?%>", re.DOTALL)
MATHS = re.compile(r"\$([^$]+)\$")
IN_FRONT = ("title", "subtitle", "abstract")
# What is numbered by others, and is no result.
NUMBERED = re.compile(
    r"(?:sections?|chapters?|equations?|eqs?\.|figures?|tables?|exercises?|pages?|pp?\.|theorems?"
    r"|lemmas?|versions?|python|pytorch|numpy|release|§)[\s~\0]*(?:\d[\d.,]*(?:,| and| to|–)\s*)*$",
    re.IGNORECASE,
)
HINT = "take it from the code by `<%= %>`, or write `<!-- treadle: literal -->` on its line"
BREAKS = {"softbreak", "hardbreak"}


def typed_numbers(document: Document) -> Iterator[Problem]:
    """A warning for each decimal and percentage that stands in prose, or is a formula by itself."""
    for at, text in lines_of_text(document):
        for number in _results(text):
            message = f"the number {number} is typed by hand and looks like a result"
            yield warning(Span.at(str(document.path), at), message, HINT)


def lines_of_text(document: Document) -> Iterator[tuple[int, str]]:
    """The words of each line of the prose, with their line; a blank stands for what is no text."""
    yield from _captions(document)
    source = source_of(document)
    for token in parser().parse(source.text, {}):
        if token.type == "inline" and token.map is not None:
            for line, text in _texts(token.children or (), token.map[0]):
                yield source.origins[min(line, len(source.origins) - 1)], text


def _captions(document: Document) -> Iterator[tuple[int, str]]:
    """What the front matter and the options of chunks have to print, less its inline code."""
    for key in IN_FRONT:
        if isinstance(text := document.front.values.get(key), str):
            yield document.front.lines.get(key, 1), INLINE.sub("\0", text)
    for chunk in document.chunks:
        if text := chunk.options.caption:
            shown = INLINE.sub("\0", text)
            yield chunk.span.line, MATHS.sub(lambda found: _plain(found[1]), shown)


def source_of(document: Document) -> Source:
    """The prose, with nothing where code has something to say."""
    prose = (block for block in document.blocks if isinstance(block, Prose))
    return join([part for block in prose for part in prose_parts(block, None)])


def _results(text: str) -> Iterator[str]:
    for found in RESULT.finditer(text):
        if not NUMBERED.search(text[: found.start()]):
            yield found[0].strip()


def _texts(tokens: Sequence[Token], first: int) -> Iterator[tuple[int, str]]:
    """The words of each line; what is no text, such as a formula, is a blank between them."""
    line, words = first, ""
    for token in tokens:
        meta: Mapping[str, Any] = token.meta or {}
        if token.type in BREAKS:
            yield line, words
            line, words = first + int(meta.get("line", 0)), ""
        elif token.type in {"text", "image"}:
            words += token.content
        elif token.type == "maths":
            words += _plain(token.content)
        elif not token.nesting:
            words += "\0"
    yield line, words


def _plain(maths: str) -> str:
    """The numbers of a formula that has nothing else; else a blank."""
    text = AROUND.sub(" ", SEPARATOR.sub(r"\1", maths))
    return text.strip() if ALONE.fullmatch(text) else "\0"


# Counts in prose that code has computed, typed by hand: the same, or others of the same thing.

INTEGER = r"\d{1,3}(?:,\d{3})+|\d+"
COUNT = re.compile(rf"(?<![\w.,\-–−/])(?P<number>{INTEGER})(?![\w/]|[.,]\d)(?P<after> [^\d\0]*)?")
COMPUTED = re.compile(rf"(?P<number>{INTEGER})(?P<words> .*)?", re.DOTALL)
WORDS = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
LITERAL = "`<!-- treadle: literal -->` on its line"
# Words that name nothing: "3 of the authors" and "12 of the images" count different things.
SMALL = frozenset(
    {"of", "the", "a", "and", "or", "in", "to", "on", "at", "per", "for", "is", "are"}
)
YEARS = range(1900, 2100)
LEAST = 100  # below it a number is found again by chance, and is often written as one
NAMED = 2  # words that say what is counted


class Computed(Struct, frozen=True):
    """A value that code has, such as that of an inline code, and the words that follow it."""

    text: str
    code: str
    line: int
    after: str = ""


class _Count(Struct, frozen=True):
    number: int
    things: tuple[str, ...]
    source: Computed


def typed_counts(document: Document, values: Iterable[Computed]) -> Iterator[Problem]:
    """A warning for each count that stands in prose though code has it, or has another one of
    the same things."""
    counts = [count for value in values if (count := _count(value)) is not None]
    equal = {count.number: count for count in counts if _is_rare(count.number)}
    others = {count.things: count for count in counts if count.things}
    for at, text in lines_of_text(document):
        for found in COUNT.finditer(text):
            number = _value(found["number"])
            other = others.get(_things(found["after"] or ""))
            if NUMBERED.search(text[: found.start()]):
                continue
            if number in equal:
                yield _warning(document, at, found["number"], equal[number].source, "equals")
            elif other is not None and other.number != number and _is_told(number, other):
                yield _warning(document, at, found["number"], other.source, "contradicts")


def _is_told(number: int, other: _Count) -> bool:
    """Whether so few words, or so small a number, are of the same things by no chance."""
    return number >= (NAMED if len(other.things) == NAMED else LEAST)


def _is_rare(number: int) -> bool:
    return number >= LEAST and number not in YEARS


def _warning(document: Document, line: int, number: str, computed: Computed, how: str) -> Problem:
    text = f"the count {number} is typed by hand, and {how} {computed.text} of line {computed.line}"
    hint = (
        f"take it from the code by `<%= {computed.code} %>`, or write `<!-- treadle: literal -->`"
    )
    return warning(Span.at(str(document.path), line), text, hint)


def _count(value: Computed) -> _Count | None:
    found = COMPUTED.fullmatch(value.text.strip())
    if found is None:
        return None
    return _Count(_value(found["number"]), _things(f"{found['words'] or ''} {value.after}"), value)


def _value(text: str) -> int:
    return int(text.replace(",", ""))


def _things(after: str) -> tuple[str, ...]:
    """The words that say what was counted, up to the first sign that ends them."""
    words = [word.lower() for word in WORDS.findall(re.split(r"[.,;:()\0]", after)[0])[:NAMED]]
    return () if SMALL & {*words} else tuple(words)
