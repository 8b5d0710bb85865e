"""Symbols that are used before the words that introduce them: "where $D$ is the dimension"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from markdown_it.token import Token
from msgspec import Struct

from treadle.press.checks.typed_numbers import BREAKS, source_of
from treadle.press.document.model import Document
from treadle.press.markdown.parser import parser
from treadle.problem import Problem, warning

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
                place = document.files.in_words(first)
                text = f"the symbol ${symbol}$ is introduced here, and used on {place} already"
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
