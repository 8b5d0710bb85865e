"""Where a line of an extracted file comes from."""

from __future__ import annotations

import re
from pathlib import Path

from treadle.diagnostics import Span
from treadle.document.model import Chunk

# The range of lines tells how far a region goes, so that nothing in its code can be taken
# for the comment of the next.
_ORIGIN = re.compile(r"\s*# %% (?P<file>.+):(?P<first>\d+)-(?P<last>\d+)(?: .*)?")


def origin_comment(file: str, first: int, last: int, chunk: Chunk) -> str:
    """The comment above a region that holds lines `first` to `last` of `file`."""
    name = chunk.options.name
    return f"# %% {file}:{first}-{last}" + (f" {name}" if name else "")


def origin_in(text: str, line: int) -> Span | None:
    """The source of line `line` (from 1) of an extracted file's text.

    An origin comment itself comes from the first line of its region; None for what no line of
    the document stands behind.
    """
    lines = text.split("\n")
    position = 0
    while position < min(line, len(lines)):
        found = _ORIGIN.fullmatch(lines[position])
        if found is None:
            position += 1
            continue
        first, last = int(found["first"]), int(found["last"])
        offset = line - 1 - position
        if offset <= last - first + 1:
            return Span.at(found["file"], first + max(offset - 1, 0))
        position += last - first + 2
    return None


def origin_of(path: Path, line: int, document: Path | None = None) -> Span | None:
    """The source of line `line` of the extracted file `path`; None where there is none.

    Extracted files name their document without its folder; given the `document`'s path, the
    span names the file as that does.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    span = origin_in(text, line)
    if span is None or document is None or document.name != span.file:
        return span
    return Span(str(document), span.line, span.end_line)
