"""Numbers that are typed by hand in prose: results, and counts that code has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from markdown_it.token import Token
from msgspec import Struct

from treadle.press.document.model import Document
from treadle.press.markdown.parser import parser
from treadle.press.weave.chunks import WovenText, join, prose_parts
from treadle.problem import Problem, warning

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
    for at, found in _matches(RESULT, document):
        message = f"the number {found[0].strip()} is typed by hand and looks like a result"
        yield warning(document.at(at), message, HINT)


def _matches(pattern: re.Pattern[str], document: Document) -> Iterator[tuple[int, re.Match[str]]]:
    """Where the prose matches, with its line, but for what is numbered by others."""
    for at, text in _lines_of_text(document):
        for found in pattern.finditer(text):
            if not NUMBERED.search(text[: found.start()]):
                yield at, found


def _lines_of_text(document: Document) -> Iterator[tuple[int, str]]:
    """The words of each line of the prose, with their line; a blank stands for what is no text."""
    yield from _captions(document)
    source = source_of(document)
    for token in parser().parse(source.text, {}):
        if token.type == "inline" and token.map is not None:
            for line, text in _texts(token.children or (), token.map[0]):
                yield source.origins[min(line, len(source.origins) - 1)], text


def source_of(document: Document) -> WovenText:
    """The prose, with nothing where code has something to say."""
    return join([part for block in document.prose for part in prose_parts(block, None)])


def _captions(document: Document) -> Iterator[tuple[int, str]]:
    """What the front matter and the options of chunks have to print, less its inline code."""
    for key in IN_FRONT:
        if isinstance(text := document.front.values.get(key), str):
            yield document.front.lines.get(key, 1), INLINE.sub("\0", text)
    for chunk in document.chunks:
        for text in filter(None, (chunk.options.caption, *chunk.options.subcaptions)):
            shown = INLINE.sub("\0", text)
            yield chunk.span.line, MATHS.sub(lambda found: _plain(found[1]), shown)


def _texts(tokens: Sequence[Token], first: int) -> Iterator[tuple[int, str]]:
    """The words of each line; what is no text, such as a formula, is a blank between them."""
    line, words = first, ""
    for token in tokens:
        if token.type in BREAKS:
            yield line, words
            line, words = first + int(token.meta.get("line", line - first + 1)), ""
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
    rare = (count for count in counts if count.number >= LEAST and count.number not in YEARS)
    equal = {count.number: count for count in rare}
    others = {count.things: count for count in counts if count.things}
    for at, found in _matches(COUNT, document):
        number = _value(found["number"])
        other = others.get(_things(found["after"] or ""))
        # So few words, or so small a number, are of the same things by chance.
        least = NAMED if other and len(other.things) == NAMED else LEAST
        if number in equal:
            yield _warning(document, at, found["number"], equal[number].source, "equals")
        elif other is not None and other.number != number and number >= least:
            yield _warning(document, at, found["number"], other.source, "contradicts")


def _warning(document: Document, line: int, number: str, computed: Computed, how: str) -> Problem:
    text = f"the count {number} is typed by hand, and {how} {computed.text} of line {computed.line}"
    hint = (
        f"take it from the code by `<%= {computed.code} %>`, or write `<!-- treadle: literal -->`"
    )
    return warning(document.at(line), text, hint)


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
