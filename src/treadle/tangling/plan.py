"""What the document's chunks become under the code folder: modules and tests."""

from __future__ import annotations

import ast
import warnings
from pathlib import PurePosixPath

from msgspec import Struct

from treadle.diagnostics import Span
from treadle.document.model import Chunk, Document
from treadle.tangling.header import sealed
from treadle.tangling.origin import origin_comment
from treadle.tangling.places import place_of

_MAIN = 'if __name__ == "__main__":'


class Extracted(Struct, frozen=True):
    """A file to be: `path` relative to the code folder, `span` that of its first chunk."""

    path: PurePosixPath
    text: str
    source: str  # the document's file name
    span: Span


def extract(document: Document) -> tuple[Extracted, ...]:
    """The files of a document: the chunks of each, in the document's order."""
    chunks: dict[PurePosixPath, list[Chunk]] = {}
    for chunk in document.chunks:
        place = place_of(document, chunk)
        if place is not None and chunk.code.strip():
            chunks.setdefault(place, []).append(chunk)
    return tuple(_file(document, path, parts) for path, parts in chunks.items())


def _file(document: Document, path: PurePosixPath, chunks: list[Chunk]) -> Extracted:
    source = document.path.name
    # Comments only above the first region: a docstring or a __future__ import may begin it.
    body = "\n\n".join(_region(source, chunk) for chunk in chunks)
    return Extracted(path, sealed(source, f"\n{body}"), source, chunks[0].span)


def _region(source: str, chunk: Chunk) -> str:
    lines = chunk.code.split("\n")
    blank = next(position for position, line in enumerate(lines) if line.strip())
    first = chunk.code_line + blank
    comment = origin_comment(source, first, first + len(lines) - blank - 1, chunk)
    code = "\n".join(lines[blank:])
    if chunk.options.main:
        return f"{_MAIN}\n    {comment}\n{_indented(code)}\n"
    return f"{comment}\n{code}\n"


def _indented(code: str) -> str:
    """`code` four columns to the right, but for the inside of its strings."""
    inside = _string_lines(code)
    return "\n".join(
        line if number in inside or not line.strip() else f"    {line}"
        for number, line in enumerate(code.split("\n"), start=1)
    )


def _string_lines(code: str) -> frozenset[int]:
    """The lines that begin within a string."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(
        line
        for node in nodes
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    )
