r"""Figures: `\includegraphics`, and the floats around one or several."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from treadle.press.latex.escape import escape
from treadle.press.latex.footnotes import caption_of, noted, texts_of
from treadle.press.latex.fragment import Fragment
from treadle.press.latex.templates import render

ON_SLIDES = r"0.56\textheight"  # nothing of a frame breaks to make room for what is higher


class Graphic(Struct, frozen=True):
    """One image. `width` is LaTeX; empty: its own size, at most what the page holds. `slide`: it
    leaves room for the title of a slide and its caption."""

    path: str
    width: str = ""
    height: str = ""
    alt: str = ""
    slide: bool = False

    def __str__(self) -> str:
        size = [f"width={self.width}"] if self.width else []
        size += [f"height={self.height}"] if self.height else []
        highest = ON_SLIDES if self.slide else r"0.9\textheight"
        if self.slide and size and not self.height:
            size.append(f"max height={highest}")
        options = ",".join(size) or rf"max size={{\linewidth}}{{{highest}}}"
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


def figure_float(graphics: Sequence[Graphic], float_: Float, origin: int) -> Fragment:
    """All `graphics` in one float: side by side where their widths allow."""
    found = noted(float_.caption)
    values = {"graphics": graphics, "float": float_, "caption": caption_of(found)}
    return render("figure.tex.j2", origin, {**values, "notes": texts_of(found.notes)})


def figures_in_place(graphics: Sequence[Graphic], origin: int) -> Fragment:
    """The graphics, centred, where they stand."""
    return render("graphics.tex.j2", origin, {"graphics": graphics})
