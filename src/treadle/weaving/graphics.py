r"""Figures: one `\includegraphics`, and the float that holds one or several with their caption."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from treadle.weaving.fragment import Fragment
from treadle.weaving.latex import escape
from treadle.weaving.templates import render

FRACTION = re.compile(r"(\d+(?:\.\d+)?)\s*%")
NUMBER = re.compile(r"\d*\.?\d+")


class Graphic(Struct, frozen=True):
    """One image. `width` is LaTeX; empty: its own size, at most what the page holds."""

    path: str
    width: str = ""
    height: str = ""
    alt: str = ""

    def __str__(self) -> str:
        """The LaTeX."""
        size = [f"width={self.width}"] if self.width else []
        size += [f"height={self.height}"] if self.height else []
        options = ",".join(size) or r"max size={\linewidth}{0.9\textheight}"
        command = rf"\includegraphics[{options}]{{{self.path}}}"
        alt = escape(" ".join(self.alt.split()))
        return rf"\alttext{{{alt}}}{{{command}}}" if alt else command


class Float(Struct, frozen=True):
    """What LaTeX moves to a good place. `label` may be empty; `origin` is the `.pmd` line of the
    caption, where it has one of its own."""

    caption: str
    label: str
    environment: str = "figure"
    position: str = "htbp"
    origin: int | None = None


def length(given: str | None) -> str:
    r"""A length in LaTeX: `60%` and `0.6` are of the line's width, a plain number is in pixels."""
    text = (given or "").strip()
    if found := FRACTION.fullmatch(text):
        return rf"{float(found[1]) / 100:g}\linewidth"
    if NUMBER.fullmatch(text):
        return rf"{float(text):g}\linewidth" if float(text) <= 1 else f"{float(text) * 0.75:g}bp"
    return re.sub(r"^([\d.]+)px$", lambda px: f"{float(px[1]) * 0.75:g}bp", text)


def figure_float(graphics: Sequence[Graphic], float_: Float, origin: int) -> Fragment:
    """All `graphics` in one float: side by side where their widths allow."""
    return render("figure.tex.j2", origin, graphics=graphics, float=float_)


def figures_in_place(graphics: Sequence[Graphic], origin: int) -> Fragment:
    """The graphics, centred, where they stand."""
    return render("graphics.tex.j2", origin, graphics=graphics)
