"""What the title block shows, from the front matter's settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from msgspec import Struct

from treadle.press.document.settings import Settings

# The measures of the page that weaving depends on.

INCHES = {"in": 1.0, "mm": 1 / 25.4, "cm": 1 / 2.54, "pt": 1 / 72.27, "bp": 1 / 72}
PAPER_WIDTHS = {"a4paper": 210 / 25.4, "a5paper": 148 / 25.4, "letterpaper": 8.5}
GEOMETRY = ("margin=25mm", "headheight=14pt")
MARGINS = {"margin", "hmargin", "left", "right", "lmargin", "rmargin", "inner", "outer"}
LENGTH = re.compile(r"([\d.]+)\s*(in|mm|cm|pt|bp)")
# What \\footnotesize is in a class of that size, and how wide its typewriter's characters are.
FOOTNOTE_SIZES = {10: 8.0, 11: 9.0, 12: 10.0}
TYPEWRITER = 0.525


def geometry(settings: Settings) -> tuple[str, ...]:
    """The options of the package geometry."""
    return settings.geometry or GEOMETRY


def paper(settings: Settings) -> str:
    """The paper's LaTeX name, `a4paper` unless the document says otherwise."""
    options = [option for option in settings.classoption if option.endswith("paper")]
    name = settings.papersize or (options[0] if options else "a4paper")
    return name if name.endswith("paper") else f"{name}paper"


def font_size(settings: Settings) -> int:
    """The document's size in points."""
    sizes = [option for option in settings.classoption if re.fullmatch(r"\d+pt", option)]
    found = re.match(r"\d+", settings.fontsize or (sizes[0] if sizes else "11pt"))
    return int(found.group()) if found else 11


def text_width(settings: Settings) -> float:
    """How wide the text is, in inches, as far as geometry's options tell."""
    lengths = dict(_lengths(",".join(geometry(settings))))
    for key in ("textwidth", "width", "text"):
        if key in lengths:
            return lengths[key]
    margin = lengths.get("hmargin", lengths.get("margin", 1.0))
    left = lengths.get("left", lengths.get("lmargin", lengths.get("inner", margin)))
    right = lengths.get("right", lengths.get("rmargin", lengths.get("outer", margin)))
    return PAPER_WIDTHS.get(paper(settings), PAPER_WIDTHS["a4paper"]) - left - right


def columns(settings: Settings) -> int:
    """How many characters of code fit into a line."""
    size = FOOTNOTE_SIZES.get(font_size(settings), 9.0)
    twocolumn = "twocolumn" in settings.classoption
    width = text_width(settings) * 72.27 * (0.47 if twocolumn else 1.0)
    return max(int((width - 8) / (TYPEWRITER * size)), 20)


def _lengths(options: str) -> list[tuple[str, float]]:
    pairs = (option.split("=", 1) for option in options.split(",") if "=" in option)
    found = [(key.strip(), LENGTH.search(value)) for key, value in pairs]
    return [(key, float(size[1]) * INCHES[size[2]]) for key, size in found if size]


# What the title block shows, from the front matter's settings.


class Title(Struct, frozen=True):
    """Each as LaTeX; empty where the document says nothing."""

    title: str
    subtitle: str
    authors: tuple[str, ...]
    details: tuple[str, ...]  # the course, the group
    date: str


def title_of(settings: Settings, latex: Callable[[str], str]) -> Title:
    """The title block; `latex` renders Markdown. The date is the document's, never today's."""
    alone = settings.id if len(settings.authors) == 1 else None
    ids = [author.id or alone for author in settings.authors]
    authors = (
        author.name + (f" ({number})" if number else "")
        for author, number in zip(settings.authors, ids, strict=True)
    )
    return Title(
        title=latex(settings.title or ""),
        subtitle=latex(settings.subtitle or ""),
        authors=tuple(latex(author) for author in authors),
        details=tuple(latex(text) for text in (settings.course, settings.group) if text),
        date=latex(long_date(settings.date)),
    )


def long_date(value: date | str | None) -> str:
    """A date as it is written in a text, `12 November 2023`."""
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else value or ""
