"""How much fits on a line, and how deep headings are numbered, as far as the front matter tells:
LaTeX is asked where there is one."""

from __future__ import annotations

import re

from msgspec import Struct

from treadle.press.document.front_matter_keys import Settings
from treadle.press.latex.measures import (
    BESIDE,
    POINTS,
    TYPEWRITER,
    Measures,
    measures_of,
)
from treadle.press.latex.rows import FULL, ON_SLIDES, Measure
from treadle.press.weave.latex_classes import Style

INCHES = {"in": 1.0, "mm": 1 / 25.4, "cm": 1 / 2.54, "pt": 1 / 72.27, "bp": 1 / 72}
PAPER_WIDTHS = {"a4paper": 210 / 25.4, "a5paper": 148 / 25.4, "letterpaper": 8.5}
GEOMETRY = ("margin=25mm", "headheight=14pt")
LENGTH = re.compile(r"([\d.]+)\s*(in|mm|cm|pt|bp)")
# What \footnotesize is in a class of that size.
FOOTNOTE_SIZES = {10: 8.0, 11: 9.0, 12: 10.0}
HEIGHT, SLIDE = 9.7, 3.4  # inches
FEWEST = 20


class Page(Struct, frozen=True):
    """How many characters of code fit into a line, whether there are two columns, and the deepest
    level of headings that have numbers, as LaTeX counts: a section's is 1; and what there is room
    for."""

    columns: int = 90
    twocolumn: bool = False
    depth: int = 3
    family: str = "lmr"  # of the text, as LaTeX calls it
    measure: Measure = Measure()
    measures: Measures = Measures()


def measure_of(line: float, page: float, height: float, *, slides: bool) -> Measure:
    """What there is room for; all in inches, `height` of the text of a page."""
    room = (ON_SLIDES if slides else FULL) * height
    return Measure(*(round(each, 4) for each in (line, page, room)))


def columns_of(width: float, character: float) -> int:
    """How many characters of code a column holds, both widths in points."""
    return max(int((width - BESIDE) / character), FEWEST)


def page_of(settings: Settings, style: Style) -> Page:
    """What the front matter tells."""
    size = FOOTNOTE_SIZES.get(font_size(settings), 9.0)
    twocolumn = "twocolumn" in settings.classoption
    whole = text_width(settings)
    width = whole * (0.47 if twocolumn else 1.0)
    if style.own_look:
        width, size = style.column, 8.0
    depth = 2 if style.chapters else 3
    columns = columns_of(width * 72.27, TYPEWRITER * size)
    measure = measure_of(width, whole, HEIGHT, slides=style.frames)
    column = width * POINTS
    height = POINTS * (SLIDE if style.frames else HEIGHT)
    measures = measures_of(column, max(whole * POINTS, column), font_size(settings), height)
    return Page(columns, twocolumn or style.twocolumn, depth, measure=measure, measures=measures)


def font_size(settings: Settings) -> int:
    """The class's size of text in points, 11 unless the document says otherwise."""
    sizes = [option for option in settings.classoption if re.fullmatch(r"\d+pt", option)]
    found = re.match(r"\d+", settings.fontsize or (sizes[0] if sizes else "11pt"))
    return int(found.group()) if found else 11


def paper(settings: Settings) -> str:
    """LaTeX's name of the paper, `a4paper` unless the document says otherwise."""
    options = [option for option in settings.classoption if option.endswith("paper")]
    name = settings.papersize or (options[0] if options else "a4paper")
    return name if name.endswith("paper") else f"{name}paper"


def text_width(settings: Settings) -> float:
    """In inches, as far as geometry's options tell."""
    lengths = {}
    for option in ",".join(settings.geometry or GEOMETRY).split(","):
        key, _, value = option.partition("=")
        if size := LENGTH.search(value):
            lengths[key.strip()] = float(size[1]) * INCHES[size[2]]
    for key in ("textwidth", "width", "text"):
        if key in lengths:
            return lengths[key]
    margin = lengths.get("hmargin", lengths.get("margin", 1.0))
    left = lengths.get("left", lengths.get("lmargin", lengths.get("inner", margin)))
    right = lengths.get("right", lengths.get("rmargin", lengths.get("outer", margin)))
    return PAPER_WIDTHS.get(paper(settings), PAPER_WIDTHS["a4paper"]) - left - right
