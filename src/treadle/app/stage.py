"""Lay out in scratch what DIR will hold: the `.tex`, and under `STEM/` all that it names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from treadle.app.scratch import Scratch
from treadle.press.document.fences import is_file
from treadle.press.document.model import Document
from treadle.press.document.settings import Settings, databases, no_database
from treadle.press.weave.graphics import Copy
from treadle.press.weave.weave import Woven
from treadle.problem import Problem, Span, error


def stage(
    document: Document, settings: Settings, woven: Woven, scratch: Scratch
) -> tuple[Problem, ...]:
    """Write the `.tex` and copy figures, images and bibliographies; what could not be found."""
    scratch.stage.mkdir(parents=True, exist_ok=True)
    (scratch.stage / f"{document.stem}.tex").write_text(woven.tex, "utf-8", newline="\n")
    shutil.rmtree(scratch.assets, ignore_errors=True)
    copies = [copy for copy in _figures(document, scratch) if copy.target in woven.tex]
    copies += woven.copies
    copies += [Copy(path, f"{document.stem}/{path.name}") for path in databases(document, settings)]
    return tuple(_copy_all(document, copies, scratch))


def _figures(document: Document, scratch: Scratch) -> Iterator[Copy]:
    for path in sorted(scratch.figures.rglob("*")):
        if path.is_file():
            yield Copy(path, f"{document.stem}/{path.relative_to(scratch.figures)}")


def _copy_all(document: Document, copies: Sequence[Copy], scratch: Scratch) -> Iterator[Problem]:
    taken: dict[str, Path] = {}
    for copy in copies:
        other = taken.setdefault(copy.target, copy.source)
        if other != copy.source:
            text = f"{copy.source} and {other} would both become {copy.target}"
            yield error(Span.at(str(document.path), 1), text, "rename one of them")
        elif not is_file(copy.source):
            yield no_database(document, copy.source)
        else:
            target = scratch.stage / copy.target
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy.source, target)
