r"""Figures: images of the author's, `\includegraphics`, and the float that holds one or several."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

from treadle.press.document.text import is_file
from treadle.press.latex.escape import escape
from treadle.press.latex.fragment import Fragment, render
from treadle.problem import Problem, Span, error

READABLE = (".pdf", ".png", ".jpg", ".jpeg")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
NUMBER = re.compile(r"\d*\.?\d+")


class Copy(Struct, frozen=True):
    """A file that must lie at `target`, relative to the folder of the LaTeX, for it to compile."""

    source: Path
    target: str


class Graphic(Struct, frozen=True):
    """One image. `width` is LaTeX; empty: its own size, at most what the page holds."""

    path: str
    width: str = ""
    height: str = ""
    alt: str = ""

    def __str__(self) -> str:
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


def figure_float(graphics: Sequence[Graphic], float_: Float, origin: int) -> Fragment:
    """All `graphics` in one float: side by side where their widths allow."""
    return render("figure.tex.j2", origin, {"graphics": graphics, "float": float_})


def figures_in_place(graphics: Sequence[Graphic], origin: int) -> Fragment:
    """The graphics, centred, where they stand."""
    return render("graphics.tex.j2", origin, {"graphics": graphics})


def length(given: str | None) -> str:
    r"""A length in LaTeX: `60%` and `0.6` are of the line's width, a plain number is in pixels."""
    text = (given or "").strip()
    if found := PERCENT.fullmatch(text):
        return rf"{float(found[1]) / 100:g}\linewidth"
    if NUMBER.fullmatch(text) and float(text) <= 1:
        return rf"{float(text):g}\linewidth"
    pixels = NUMBER.fullmatch(text.removesuffix("px"))
    return f"{float(pixels[0]) * 0.75:g}bp" if pixels else text


def find_image(path: str, folder: Path, stem: str, span: Span) -> Copy | Problem:
    """The image `path` of a document in `folder`, or what is wrong with it."""
    if re.match(r"[a-z]+://", path):
        return error(span, f"image `{path}` is not a local file", "download it beside the document")
    whole = folder / path
    names = ["", *READABLE] if whole.name else []
    candidates = (whole.with_name(whole.name + suffix) for suffix in names)
    source = next(filter(is_file, candidates), None)
    if source is None:
        return error(span, f"image file `{path}` not found", f"paths are relative to {folder}")
    if source.suffix.lower() not in READABLE:
        hint = f"convert it to one of {', '.join(READABLE)}"
        return error(span, f"LaTeX can't include `{path}`", hint)
    return Copy(source, f"{stem}/images/{_plain_name(path, source.suffix)}")


def _plain_name(path: str, suffix: str) -> str:
    # A name LaTeX takes without quoting; a changed one gets a digest, so that no two collide.
    pure = PurePosixPath(path)
    name = str(pure if pure.suffix == suffix else pure.with_name(pure.name + suffix))
    plain = re.sub(r"[^A-Za-z0-9._/-]|\.(?=.*\.)|^/", "-", name.replace("../", "up/"))
    if plain == name:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{plain.removesuffix(suffix)}-{digest}{suffix}"
