"""A failure of a cell as a problem, at its line of the document."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.trace import Failure
from treadle.press.cells import Cells, Listing, spelled
from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.document.options import size_text
from treadle.press.tangle.extract import origin_of
from treadle.problem import Problem, Span, error


def problem_of(
    failure: Failure,
    cell: Cell,
    cells: Cells,
    document: Document,
    installing: Callable[[str], str],
) -> Problem | None:
    """The error; None where the failure says nothing, as somebody else does. `installing` tells how
    a library is had that is missing."""
    block = document.blocks[cells.blocks[cell.number]]
    if failure.fatal:
        at = Span.at(block.span.file, block.span.line)
        return error(at, f"{_name(block)} {failure.message}") if failure.message else None
    listing = cells.listings.get(block.number) if isinstance(block, Chunk) else None
    place = document.files.numbered(_place(failure, document, listing))
    message = f"{_name(_of_module(block, place, document))} failed: {failure.message}"
    short = cell.memory if cell.memory and "MemoryError" in failure.message else None
    hint = f"the chunk has `memory={size_text(short)}`" if short else _checked(block)
    if failure.message == _NO_NOTEBOOK:
        hint = "leave it out: no notebook runs this, and `IPython.get_ipython()` gives None"
    if missing := _NO_LIBRARY.fullmatch(failure.message):
        hint = installing(_DISTRIBUTIONS.get(missing["name"], missing["name"]))
    return error(place, message, hint)


# What is imported by another name than it is installed by.
_DISTRIBUTIONS = MappingProxyType(
    {"sklearn": "scikit-learn", "skimage": "scikit-image", "cv2": "opencv-python"}
    | {"PIL": "pillow", "yaml": "pyyaml", "bs4": "beautifulsoup4", "dateutil": "python-dateutil"}
)
_NO_NOTEBOOK = "NameError: name 'get_ipython' is not defined"
_NO_LIBRARY = re.compile(r"ModuleNotFoundError: No module named '(?P<name>\w+)'")


def _name(block: Prose | Chunk) -> str:
    return "inline code" if isinstance(block, Prose) else block.label


def _of_module(block: Prose | Chunk, place: Span, document: Document) -> Prose | Chunk:
    """The chunk that holds the line, if it makes the same module as `block` does."""
    if isinstance(block, Prose) or not block.options.module:
        return block
    same = (chunk for chunk in document.chunks if chunk.options.module == block.options.module)
    holds = (chunk for chunk in same if chunk.span.line <= place.line <= chunk.span.end_line)
    return next(holds, block)


def _checked(block: Prose | Chunk) -> str:
    checks = block.options.checks if isinstance(block, Chunk) else None
    return f"it checks {checks}" if checks else ""


def _place(failure: Failure, document: Document, listing: Listing | None) -> Span:
    """The line of the document, also for code that was extracted or put together from it."""
    for frame in failure.frames:
        if frame.file == failure.file:
            break
        origin = origin_of(Path(frame.file), frame.line, document.path)
        if origin is not None:
            part = spelled(origin.file, document)  # else it is another document's
            name = part if part in document.files.parts else origin.file
            return Span.at(name, origin.line, frame.column)
    if listing and failure.file == listing.file:
        at = listing.place(failure.line)
        return Span.at(spelled(at.file, document), at.line, failure.column)
    at = Span.at(spelled(failure.file, document), failure.line)
    column = failure.column and failure.column + _indent(at, document)
    return replace(at, column=column)


def _indent(at: Span, document: Document) -> int:
    """How far to the right the code stands on a line: what precedes a chunk's fence does."""
    line = document.files.numbered(at).line
    holds = (chunk for chunk in document.chunks if chunk.span.line <= line <= chunk.span.end_line)
    return next((len(chunk.prefix) for chunk in holds), 0)
