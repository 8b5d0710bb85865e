"""The entries of tables: their lines, how wide they are, where the words of a paragraph may end."""

from __future__ import annotations

import re

from msgspec import Struct

from treadle.press.latex.escape import LONG
from treadle.press.latex.measures import UNSEEN, Measures

PLAIN = re.compile(r"[\w.,:%()+-]{0,30}")
STEP = re.compile(r"\\(?P<what>begin|end)\b|(?P<break> *\\\\(?:\{\})? *)|\\.|[{}$]")
# What is no plain text: a formula, what an address or a name stands in; plain text without blanks.
PIECE = re.compile(
    r"\$(?:\\.|[^$\\])*\$|\\(?:href|url|nolinkurl|hyperref|[a-zA-Z]*ref|cite[a-z]*|includegraphics)\*?"
    r"(?:\[[^\]]*\])*\{(?:[^{}]|\{[^{}]*\})*\}"
    r"|(?P<word>(?:\\[_&#%$]|\\text[a-z]+\{\}|[^\s\\{}$~])+)"
)
UNIT = re.compile(r"\\text[a-z]+\{\}|\\.|.", re.DOTALL)
JOINT = re.compile(r"\\[_&#%]|[-./?=:,;@+|]")
STEPS = 4  # characters of a word without joints, between two places where it may be broken


class Extent(Struct, frozen=True):
    """What an entry takes in the size of the text: characters and points, and how many points it
    needs at least as a paragraph."""

    letters: int
    width: float
    least: float


def extent_of(latex: str, measures: Measures) -> Extent:
    if PLAIN.fullmatch(latex):  # most entries, in a tenth of the time
        width = measures.width_of(latex)
        return Extent(len(latex), width, width)
    width = max(map(measures.width_of, lines_of(latex)))
    return Extent(visible(latex), width, least_width_of(latex, measures))


def visible(latex: str) -> int:
    """How many characters the longest line of an entry has."""
    return max(map(_letters, lines_of(UNSEEN.sub("", latex))))


def _letters(line: str) -> int:
    return len(re.sub(r"\\[A-Za-z]+ ?|[{}$\\]", "", line))


def least_width_of(latex: str, measures: Measures) -> float:
    """How narrow a paragraph with an entry may be: its words stay whole, unless they are long."""
    words = re.split(r"\s+|\\allowbreak\{\}", UNSEEN.sub("", latex))
    return max(_least(word, measures) for word in words)


def _least(word: str, measures: Measures) -> float:
    if _letters(word) <= LONG:
        return measures.width_of(word)
    parts = JOINT.sub(" ", word).split() or [""]
    return max(
        STEPS * measures.em if _letters(each) > LONG else measures.width_of(each) for each in parts
    )


def lines_of(entry: str) -> list[str]:
    """The lines of an entry; a break within a formula or an argument is that one's own."""
    lines, start, depth, maths = [], 0, 0, False
    for found in STEP.finditer(entry) if r"\\" in entry else ():
        maths ^= found[0] == "$"
        depth += (found[0] == "{" or found["what"] == "begin") - (
            found[0] == "}" or found["what"] == "end"
        )
        if found["break"] and not depth and not maths:
            lines.append(entry[start : found.start()])
            start = found.end()
    return [*lines, entry[start:]]


def in_column(entry: str, column: str) -> str:
    r"""An entry for a column, where `\\` would end the row."""
    lines = lines_of(entry)
    if len(lines) == 1:
        return entry
    if len(column) > 1:  # a paragraph
        return r" \newline ".join(lines)
    inner = r" \\ ".join(lines)
    return rf"\begin{{tabular}}[t]{{@{{}}{column}@{{}}}}{inner}\end{{tabular}}"


def with_breaks(entry: str, room: float, measures: Measures) -> str:
    """A paragraph, in which words that are wider than the room may end a line: at the joints of an
    address or a name, else anywhere; hyphens are put nowhere, as they would be taken for its own.
    """

    def broken(found: re.Match[str]) -> str:
        word = found["word"] or ""
        if not word or measures.width_of(word) <= room:
            return found[0]
        return rf"\unhyphenated{{{_broken(word, room, measures)}}}"

    return PIECE.sub(broken, entry)


def _broken(word: str, room: float, measures: Measures) -> str:
    parts, part = [], ""
    for found in UNIT.finditer(word):
        part += found[0]
        if JOINT.fullmatch(found[0]):
            parts.append(part)
            part = ""
    parts += [part] if part else []
    return r"\allowbreak{}".join(_anywhere(each, room, measures) for each in parts)


def _anywhere(part: str, room: float, measures: Measures) -> str:
    if measures.width_of(part) <= room:
        return part
    units = UNIT.findall(part)
    pieces = ("".join(units[at : at + STEPS]) for at in range(0, len(units), STEPS))
    return r"\allowbreak{}".join(pieces)
