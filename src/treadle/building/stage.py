"""Lay out in scratch what DIR will hold: the `.tex`, and under `STEM/` all that it names."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from treadle.building.scratch import Scratch
from treadle.diagnostics import Diagnostic, Span, error
from treadle.document.model import Document
from treadle.document.settings import Settings

IMAGE = re.compile(r"\\includegraphics\s*(?:\[[^\]]*\])?\s*\{(?P<path>[^{}\\#]+)\}")
IMAGE_SUFFIXES = ("", ".pdf", ".png", ".jpg", ".jpeg")


def stage(
    document: Document, settings: Settings, tex: str, scratch: Scratch
) -> tuple[Diagnostic, ...]:
    """Write the `.tex` and copy figures, images and bibliographies; what could not be found."""
    scratch.stage.mkdir(parents=True, exist_ok=True)
    (scratch.stage / f"{document.stem}.tex").write_text(tex, "utf-8", newline="\n")
    shutil.rmtree(scratch.assets, ignore_errors=True)
    _copy_all(scratch.figures, scratch.assets)
    for name in images_of(document, tex):
        _copy(document.path.parent / name, scratch.assets / name)
    problems = []
    for name in settings.bibliography:
        source = bibliography_file(document, name)
        if source.is_file():
            _copy(source, scratch.assets / source.name)
        else:
            line = document.front.lines.get("bibliography", 1)
            at = Span.at(str(document.path), line)
            problems.append(error(at, f"there is no bibliography file `{name}`"))
    return tuple(problems)


def bibliography_file(document: Document, name: str) -> Path:
    """The `.bib` file that the front matter means by `name`."""
    path = document.path.parent / name
    return path if path.suffix == ".bib" else path.with_name(path.name + ".bib")


def images_of(document: Document, tex: str) -> Iterator[str]:
    """The image files in the document's folder that `tex` includes, relative to that folder."""
    for found in IMAGE.finditer(tex):
        name = found["path"].strip().removeprefix(f"{document.stem}/")
        if ".." in PurePosixPath(name).parts or name.startswith("/"):
            continue
        for suffix in IMAGE_SUFFIXES:
            if (document.path.parent / f"{name}{suffix}").is_file():
                yield f"{name}{suffix}"
                break


def _copy_all(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            _copy(path, target / path.relative_to(source))


def _copy(source: Path, target: Path) -> None:
    if not target.exists():  # a figure just drawn is not hidden by an image of its name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
