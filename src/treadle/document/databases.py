"""The bibliography's files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from treadle.diagnostics import Diagnostic, Span, error
from treadle.document.model import Document
from treadle.document.settings import Settings


def databases(document: Document, settings: Settings) -> Iterator[Path]:
    """The `.bib` files that the front matter names, with or without their suffix."""
    for name in settings.bibliography:
        path = document.path.parent / name
        yield path if path.suffix == ".bib" else path.with_name(f"{path.name}.bib")


def no_database(document: Document, path: Path) -> Diagnostic:
    """An error for a file that is not there."""
    line = document.front.lines.get("bibliography", 1)
    return error(Span.at(str(document.path), line), f"there is no bibliography file `{path}`")
