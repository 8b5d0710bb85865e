r"""The author's files that the document reads by `\input`: LaTeX does not always name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

READS = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}]+)\}")
MOST = 100  # files


class Input(Struct, frozen=True):
    """A file, as the author would name it, and its text."""

    name: str
    text: str


def inputs_of(tex: str, folder: Path) -> tuple[Input, ...]:
    """The files below the document's `folder` that `tex` reads, and those that they read."""
    found: dict[str, Input] = {}
    texts = [tex]
    while texts and len(found) < MOST:
        for path in _named(texts.pop(), folder):
            text = _text(path) if str(path) not in found else None
            if text is not None:
                found[str(path)] = Input(str(path), text)
                texts.append(text)
    return tuple(found.values())


def _named(tex: str, folder: Path) -> Iterator[Path]:
    for name in READS.findall(tex):
        path = folder / name.strip()
        yield path if path.suffix else path.with_name(f"{path.name}.tex")


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace") if path.is_file() else None
    except OSError:
        return None
