"""What is typed by hand in prose: results, counts that code has, symbols introduced too late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from markdown_it.token import Token
from msgspec import Struct

from treadle.press.document.model import Document
from treadle.press.markdown.parser import parser
from treadle.press.weave.chunks import Source, join, prose_parts
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


def source_of(document: Document) -> Source:
    """The prose, with nothing where code has something to say."""
    return join([part for block in document.prose for part in prose_parts(block, None)])


def _captions(document: Document) -> Iterator[tuple[int, str]]:
    """What the front matter and the options of chunks have to print, less its inline code."""
    for key in IN_FRONT:
        if isinstance(text := document.front.values.get(key), str):
            yield document.front.lines.get(key, 1), INLINE.sub("\0", text)
    for chunk in document.chunks:
        if text := chunk.options.caption:
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


# Symbols that are used before the words that introduce them: "where $D$ is the dimension".

BEFORE = re.compile(r"(?:\b(?:where|with|and|let|if|for|here|we write)|,)\s*$", re.IGNORECASE)
AFTER = re.compile(r"\s*(?:is|are|be|denotes?|stands? for|means|for)\s+(?:the|a|an|its|our|some)\b")
PLAIN = re.compile(r"\\(?:text|mathrm|operatorname|mathit|texttt|label|tag)\*?\{[^{}]*\}")
FONT = re.compile(r"\\(?:mathbf|boldsymbol|bm|mathcal|mathbb|vec|hat|tilde|bar)\s*\{?\s*")
GREEK = re.compile(
    r"\\(?:alpha|beta|[gG]amma|[dD]elta|(?:var)?(?:epsilon|theta|phi)|zeta|eta|Theta|iota|kappa"
    r"|[lL]ambda|mu|nu|[xX]i|rho|[sS]igma|tau|[pP]hi|chi|[pP]si|[oO]mega)"
)
SYMBOL = re.compile(r"(?:\\[A-Za-z]+|[A-Za-z])(?:_(?:\{[^{}]*\}|[A-Za-z0-9]))?")
FORMULAS = {"maths", "maths_display", "maths_block"}


class _Block(Struct, frozen=True):
    """A paragraph or a display: its line, the symbols in it, and those that it introduces."""

    section: int
    line: int
    display: bool
    used: frozenset[str]
    introduced: Mapping[str, int]


def late_introductions(document: Document) -> Iterator[Problem]:
    """A warning for each symbol that an earlier paragraph of its section has used."""
    blocks = list(_blocks(document))
    for number, block in enumerate(blocks):
        # The formula that the words explain, and what leads to it.
        near = 2 * bool(number and blocks[number - 1].display)
        earlier = [
            other for other in blocks[: max(number - near, 0)] if other.section == block.section
        ]
        for symbol, line in block.introduced.items():
            known = any(symbol in other.introduced for other in blocks[:number])
            first = next((other.line for other in earlier if symbol in other.used), None)
            if first is not None and not known:
                text = f"the symbol ${symbol}$ is introduced here, and used on line {first} already"
                hint = "introduce it where it is first used"
                yield warning(document.at(line), text, hint)


def _blocks(document: Document) -> Iterator[_Block]:
    source = source_of(document)
    section, latest = 0, ""
    for token in parser().parse(source.text, {}):
        if token.type == "heading_open":
            section, latest = section + (token.tag == "h1"), "heading"
        elif token.type == "paragraph_open":
            latest = "paragraph"
        if token.map is None or token.type not in {"inline", "maths_block", "latex_block"}:
            continue
        line = source.origins[min(token.map[0], len(source.origins) - 1)]
        if token.type != "inline":
            yield _Block(section, line, True, frozenset(_symbols(token.content)), {})
        elif latest == "paragraph":
            parts = token.children or []
            display = any(part.type == "maths_display" for part in parts)
            formulas = " ".join(part.content for part in parts if part.type in FORMULAS)
            introduced = dict(_introduced(parts, source.origins, token.map[0]))
            yield _Block(section, line, display, frozenset(_symbols(formulas)), introduced)


def _introduced(
    parts: Sequence[Token], origins: Sequence[int], first: int
) -> Iterator[tuple[str, int]]:
    line = first
    for number, part in enumerate(parts):
        if part.type in BREAKS:
            line = first + int(part.meta.get("line", line - first + 1))
        if part.type != "maths" or not 0 < number < len(parts) - 1:
            continue
        found = _symbols(part.content)
        before = _text(parts[max(number - 2, 0) : number])
        after = _text(parts[number + 1 : number + 3])
        if len(found) == 1 and BEFORE.search(before) and AFTER.match(after):
            yield found[0], origins[min(line, len(origins) - 1)]


def _text(near: Sequence[Token]) -> str:
    """The words beside a formula, across one line break."""
    return "".join(part.content if part.type == "text" else " " for part in near)


def _symbols(maths: str) -> list[str]:
    """The symbols of a formula, whatever their font, with their subscripts."""
    plain = FONT.sub("", PLAIN.sub("", maths))
    found = (re.sub(r"[{}]", "", text) for text in SYMBOL.findall(plain))
    bases = ((text, text.partition("_")[0]) for text in found)
    known = (text for text, base in bases if len(base) == 1 or GREEK.fullmatch(base))
    return list(dict.fromkeys(known))
