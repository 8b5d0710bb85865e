"""How wide text is on the page, as LaTeX has measured its font, and the room there is for it."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from msgspec import Struct

# Of Latin Modern, in thousandths of its size: the characters from the blank to the tilde.
LATIN_MODERN = (
    *(500, 278, 374, 833, 500, 833, 778, 278, 389, 389, 500, 778, 278, 333, 278, 500, 500, 500),
    *(500, 500, 500, 500, 500, 500, 500, 500, 278, 278, 778, 778, 778, 472, 778, 750, 708, 722),
    *(764, 681, 653, 785, 750, 361, 514, 778, 625, 917, 750, 778, 681, 778, 736, 556, 722, 750),
    *(750, 1028, 750, 750, 611, 278, 500, 278, 556, 750, 278, 500, 556, 444, 556, 444, 306, 500),
    *(556, 278, 306, 528, 278, 833, 556, 500, 556, 528, 392, 394, 389, 556, 528, 722, 528, 528),
    *(444, 500, 278, 500, 556),
)
FIRST = ord(" ")
OTHER, WIDE, SYMBOL = 0.55, 1.0, 0.7  # ems of what is none of these
BOLD, CODE = 1.15, 1.1  # how much wider these are than plain text
# \normalsize, \small, \footnotesize and \scriptsize in LaTeX's own classes, and the smallest size
# that can be read: points, and how wide text is, which is not less in the same measure.
SMALLEST = 7.0
SIZES = {
    10: ((10.0, 9.0, 8.0, 7.0, 7.0), (1.0, 0.925, 0.85, 0.795, 0.795)),
    11: ((10.95, 10.0, 9.0, 8.0, 7.0), (1.0, 0.915, 0.845, 0.776, 0.728)),
    12: ((12.0, 10.95, 10.0, 8.0, 7.0), (1.0, 0.933, 0.852, 0.723, 0.678)),
}
TYPEWRITER = 0.525  # ems
POINTS = 72.27  # in an inch
BESIDE = 8.0  # points that the line beside code takes


class Measures(Struct, frozen=True, dict=True):
    r"""Points: the width of a column, that of the page's text and its height; the sizes of type
    from \normalsize down to \scriptsize and to the smallest, and how wide text is in them; the
    characters of ASCII in the first of them; half of what is between columns."""

    line: float = 455.0
    page: float = 455.0
    height: float = 702.0
    sizes: tuple[float, ...] = SIZES[11][0]
    scales: tuple[float, ...] = SIZES[11][1]
    widths: tuple[float, ...] = tuple(each * 0.01095 for each in LATIN_MODERN)
    gap: float = 6.0

    @property
    def em(self) -> float:
        return self.sizes[0]

    @cached_property
    def _plain(self) -> dict[str, float]:
        return {chr(FIRST + number): width for number, width in enumerate(self.widths)}

    def width_of(self, latex: str) -> float:
        """About what a line of LaTeX takes in the size of the text."""
        if not TO_READ.search(latex):
            try:
                return sum(map(self._plain.__getitem__, latex))
            except KeyError:
                return sum(map(self._character, latex))
        latex = UNSEEN.sub("", latex)
        more = BOLD if r"\textbf" in latex else CODE if r"\codetext" in latex else 1.0
        maths, total = False, 0.0
        for found in TOKEN.finditer(latex):
            maths ^= found[0] == "$"
            total += self._token(found, maths=maths)
        return more * total

    def _token(self, found: re.Match[str], *, maths: bool) -> float:
        if char := found["char"] or found["sign"]:
            return 0.7 * self._character(char) if maths and char in "_^" else self._character(char)
        name = found["name"] or ""
        prints = name not in SILENT and (maths or bool(found["alone"]))
        return SYMBOL * self.em if name and prints else 0.0

    def _character(self, char: str) -> float:
        if (width := self._plain.get(char)) is not None:
            return width
        if unicodedata.combining(char):
            return 0.0
        return self.em * (WIDE if unicodedata.east_asian_width(char) in "WF" else OTHER)


# Arguments that are not printed: colours, where links lead.
UNSEEN = re.compile(
    r"\\(?:cell|text)?color(?:\[\w+\])?\{\w+\}|\\(?:href|label)\{[^{}]*\}|\\hyperref\[[^\]]*\]"
)
TO_READ = re.compile(r"[\\{}$]")
TOKEN = re.compile(
    r"\\(?P<name>[A-Za-z]+) ?(?P<alone>\{\})?|\\(?P<sign>.)|[{}$]|(?P<char>.)", re.DOTALL
)
# Commands of formulas that print nothing themselves.
SILENT = {
    "frac", "dfrac", "tfrac", "left", "right", "mathbf", "mathrm", "mathcal", "mathbb", "mathit",
    "boldsymbol", "operatorname", "text", "textbf", "hat", "bar", "tilde", "vec", "widehat",
    "overline", "displaystyle", "big", "Big", "allowbreak", "protect",
}  # fmt: skip


def measures_of(line: float, page: float, size: int, height: float = 702.0) -> Measures:
    r"""What there is as far as the class's options tell, lengths in points."""
    sizes, scales = SIZES.get(size, SIZES[11])
    widths = tuple(each * sizes[0] / 1000 for each in LATIN_MODERN)
    return Measures(line, page, height, sizes, scales, widths)


def measures_of_columns(columns: int) -> Measures:
    """Likewise, where a line holds so many characters of code."""
    line = columns * TYPEWRITER * SIZES[11][0][2] + BESIDE
    return measures_of(line, line, 11)
