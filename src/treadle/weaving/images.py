"""Image files of the author's: found beside the document, copied beside the LaTeX."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath

from msgspec import Struct

from treadle.diagnostics import Diagnostic, Span, error
from treadle.document.source import is_file

READABLE = (".pdf", ".png", ".jpg", ".jpeg")


class Copy(Struct, frozen=True):
    """A file that must lie at `target`, relative to the folder of the LaTeX, for it to compile."""

    source: Path
    target: str


def find_image(path: str, folder: Path, stem: str, span: Span) -> Copy | Diagnostic:
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
