r"""Figures: one `\includegraphics`, and the float that holds one or several with their caption."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

from treadle.press.document.fences import is_file
from treadle.press.weave.fragment import Fragment
from treadle.press.weave.latex import escape
from treadle.press.weave.templates import render
from treadle.problem import Problem, Span, error

# Image files of the author's: found beside the document, copied beside the LaTeX.

READABLE = (".pdf", ".png", ".jpg", ".jpeg")


class Copy(Struct, frozen=True):
    """A file that must lie at `target`, relative to the folder of the LaTeX, for it to compile."""

    source: Path
    target: str


def find_image(path: str, folder: Path, stem: str, span: Span) -> Copy | Problem:
    """The image `path` of a document in `folder`, or what is wrong with it."""
    if re.match(r"[a-z]+://", path):
        return error(span, f"image `{path}` is not a local file", "download it beside the document")
    source = next((file for file in _candidates(folder / path) if is_file(file)), None)
    if source is None:
        return error(span, f"image file `{path}` not found", f"paths are relative to {folder}")
    if source.suffix.lower() not in READABLE:
        hint = f"convert it to one of {', '.join(READABLE)}"
        return error(span, f"LaTeX can't include `{path}`", hint)
    return Copy(source, f"{stem}/images/{_plain_name(path, source.suffix)}")


def _candidates(path: Path) -> list[Path]:
    if not path.name:
        return []
    return [path, *(path.with_name(path.name + suffix) for suffix in READABLE)]


def _plain_name(path: str, suffix: str) -> str:
    # A name LaTeX takes without quoting; a changed one gets a digest, so that no two collide.
    pure = PurePosixPath(path)
    name = str(pure if pure.suffix == suffix else pure.with_name(pure.name + suffix))
    plain = re.sub(r"[^A-Za-z0-9._/-]|\.(?=.*\.)|^/", "-", name.replace("../", "up/"))
    if plain == name:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{plain.removesuffix(suffix)}-{digest}{suffix}"


# Figures: one `\includegraphics`, and the float that holds one or several with their caption.

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
