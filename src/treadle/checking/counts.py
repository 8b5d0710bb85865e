"""Counts in prose that code has computed, typed by hand: the same, or others of the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from treadle.checking.numbers import NUMBERED, lines_of_text
from treadle.diagnostics import Diagnostic, Span, warning
from treadle.document.model import Document

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


def typed_counts(document: Document, values: Iterable[Computed]) -> Iterator[Diagnostic]:
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


def _warning(
    document: Document, line: int, number: str, computed: Computed, how: str
) -> Diagnostic:
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
