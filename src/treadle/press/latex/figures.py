r"""Figures: `\includegraphics`, and the floats around one or several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.latex.escape import escape
from treadle.press.latex.footnotes import caption_of, noted, texts_of
from treadle.press.latex.fragment import Fragment, Line, environment, indent, stack
from treadle.press.latex.rows import share
from treadle.press.latex.templates import render

ON_SLIDES = r"0.56\textheight"  # nothing of a frame breaks to make room for what is higher
LETTERS = 26
PANEL = re.compile(r"\\begin\{(sub(?:figure|table))\}")
ROOM = 0.03  # of a line is between those of a row that is not full


class Graphic(Struct, frozen=True):
    """One image. `width` is LaTeX; empty: its own size, at most what the page holds, or in a row
    `most` of the line. `slide`: it leaves room for the title of a slide and its caption."""

    path: str
    width: str = ""
    height: str = ""
    alt: str = ""
    slide: bool = False
    most: str = r"\linewidth"

    def __str__(self) -> str:
        size = [f"width={self.width}"] if self.width else []
        size += [f"height={self.height}"] if self.height else []
        highest = ON_SLIDES if self.slide else r"0.9\textheight"
        if self.slide and size and not self.height:
            size.append(f"max height={highest}")
        options = ",".join(size) or rf"max size={{{self.most}}}{{{highest}}}"
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
    width: str = ""  # where text flows around it
    begin: str = ""  # LaTeX

    @property
    def arguments(self) -> str:
        r"""What follows its `\begin`."""
        if not self.width:
            return f"[{self.position}]"
        side = self.position if self.position in set("rlioRLIO") else "r"
        return f"{{{side}}}{{{self.width}}}"


class Panel(Struct, frozen=True):
    """A part of a float with a letter and a caption of its own; `label` may be empty."""

    content: Fragment
    caption: str
    label: str


class Part(Struct, frozen=True):
    """Which this is of how many floats with one caption and one number; the first has the label.
    So many figures are in those before it; `notes` are the footnotes of the captions in it."""

    number: int = 1
    count: int = 1
    before: int = 0
    notes: tuple[str, ...] = ()


WHOLE = Part()


def figure_float(graphics: Sequence[Graphic], float_: Float, origin: int) -> Fragment:
    """All `graphics` in one float: side by side where their widths allow."""
    return float_of_rows([plain_row(graphics, origin)], replace(float_, origin=origin))


def float_of_rows(rows: Sequence[Fragment], float_: Float, part: Part = WHOLE) -> Fragment:
    """Rows under one caption; of a table's, above them."""
    found, origin = noted(float_.caption, len(part.notes)), float_.origin or 1
    continued = part.number > 1
    caption, notes = caption_of(found), (*part.notes, *found.notes)
    if continued:
        words = f"{found.bare} ({part.number}/{part.count})".strip()
        caption, notes = rf"\caption[]{{{words}}}", part.notes
    begin = float_.begin
    if continued:
        begin += r"\ContinuedFloat" + _letters_before(part, rows)
    values = {"float": float_, "begin": begin, "continued": continued, "notes": texts_of(notes)}
    end = Line(r"\par\medskip", origin)
    body = stack([*((*row, end) for row in rows[:-1]), *rows[-1:]])
    captions = {"above": "", "below": caption}
    if "table" in float_.environment:
        captions = {"above": caption, "below": ""}
    return render("figure.tex.j2", origin, {**values, **captions}, {"body": indent(body)})


def _letters_before(part: Part, rows: Sequence[Fragment]) -> str:
    """LaTeX by which the letters of panels go on; without panels a class may not count them."""
    starts = (PANEL.match(line.text) for row in rows for line in row)
    panel = next(filter(None, starts), None)
    return rf"\setcounter{{{panel[1]}}}{{{part.before}}}" if panel else ""


def plain_row(graphics: Sequence[Graphic], origin: int) -> Fragment:
    return tuple(Line(str(graphic), origin) for graphic in graphics)


def part_of_line(columns: int) -> str:
    """The width of each of so many side by side."""
    return r"\linewidth" if columns == 1 else rf"{share(columns):g}\linewidth"


def row_of_panels(
    panels: Sequence[Panel], kind: str, size: tuple[str, int], origin: int, notes: list[str]
) -> Fragment:
    """Panels side by side, of a `kind` of float, figure or table, whose captions stand above; of a
    size: the width of each, and how many a full row has. Footnotes of captions are moved to
    `notes`."""
    width, columns = size
    boxes = []
    for panel in panels:
        found = noted(panel.caption, len(notes))
        notes += found.notes
        caption = [Line(caption_of(found), origin)]
        caption += [Line(rf"\label{{{panel.label}}}", origin)] if panel.label else []
        inner = (*caption, *panel.content) if kind == "table" else (*panel.content, *caption)
        body = (Line(r"\centering", origin), *inner)
        boxes.append(environment(f"sub{kind}", body, origin, f"[t]{{{width}}}"))
    return side_by_side(boxes, columns)


def side_by_side(boxes: Sequence[Fragment], columns: int) -> Fragment:
    """Boxes on one line; fewer than a full row has are as far from each other as these."""
    gap = r"\hfill"
    if len(boxes) < columns:
        gap = rf"\hspace{{{ROOM / (columns - 1):.3g}\linewidth}}"
    joined = [(*box[:-1], box[-1]._replace(text=f"{box[-1].text}{gap}")) for box in boxes[:-1]]
    return stack([*joined, *boxes[-1:]])


def letter(number: int) -> str:
    """What a panel is called, counted from 1: a to z, then aa, ab."""
    before, last = divmod(number - 1, LETTERS)
    return (letter(before) if before else "") + chr(ord("a") + last)


def many_letters(kind: str) -> str:
    """LaTeX that counts more panels of a figure or a table than there are letters."""
    return rf"\renewcommand{{\thesub{kind}}}{{\panelletter{{sub{kind}}}}}"


def figures_in_place(graphics: Sequence[Graphic], origin: int) -> Fragment:
    """The graphics, centred, where they stand."""
    return render("graphics.tex.j2", origin, {"graphics": graphics})
