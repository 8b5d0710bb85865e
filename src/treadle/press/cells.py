"""The cells of a document: a chunk each, and the inline code of each piece of prose or caption."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from treadle.engine.cell import Cell, InlinePiece
from treadle.press.document.front_code import FrontCode
from treadle.press.document.inline_code import find_inlines
from treadle.press.document.model import Chunk, Document, Inline, Prose
from treadle.press.document.options import computing_options
from treadle.press.document.source_files import seen_from
from treadle.press.document.source_text import is_file
from treadle.press.tangle.extract import module_name
from treadle.problem import Problem, Span, error

LONGEST = 100  # characters of a chunk's name that its figures are called by: 255 is the most


class Part(Struct, frozen=True):
    """Code, and the file and line at which it stands.

    Files of cells are named from the document's folder on, in which its code runs: what shows such
    a name shows the same however the command names the document. `spelled` leads back.
    """

    file: str
    line: int
    code: str

    @classmethod
    def of_chunk(cls, chunk: Chunk, document: Document) -> Part:
        code = chunk.code if chunk.code.endswith("\n") else chunk.code + "\n"
        return cls(*_own_place(chunk.span.line, chunk.code_line, document), code)


def _own_place(block: int, line: int, document: Document) -> tuple[str, int]:
    """The file of a block, as cells name it, and there a line at or behind the block's first."""
    at = document.files.own(document.at(block))
    return seen_from(at.file, document.path.parent), at.line + line - block


def spelled(file: str, document: Document) -> str:
    """A file of cells as who named the document would name it."""
    whole = str(document.path.parent / file)
    known = (str(document.path), *document.files.parts)
    same = (name for name in known if os.path.normpath(name) == os.path.normpath(whole))
    return next(same, whole)


class Listing(Struct, frozen=True):
    """Parts that run as one: `file` and `line` are those of its first line.

    Between two parts of one file stand as many empty lines as the file has lines there, so that
    Python's line numbers are right all through.
    """

    parts: tuple[Part, ...]
    starts: tuple[int, ...]  # the line of `code` at which each part begins, from 0
    code: str

    @classmethod
    def of(cls, parts: Sequence[Part]) -> Listing:
        code = ""
        starts: list[int] = []
        for at, part in enumerate(parts):
            if at and part.file == parts[0].file:
                code += "\n" * (part.line - parts[0].line - code.count("\n"))
            starts.append(code.count("\n"))
            code += part.code
        return cls(tuple(parts), tuple(starts), code)

    @property
    def file(self) -> str:
        return self.parts[0].file

    @property
    def line(self) -> int:
        return self.parts[0].line

    def place(self, line: int) -> Span:
        """Where a line really stands that Python takes to be line `line` of `file`."""
        within = line - self.line
        at = max(bisect_right(self.starts, within) - 1, 0)
        part = self.parts[at]
        return Span.at(part.file, part.line + within - self.starts[at])


class Cells(Struct, frozen=True):
    """The cells of a document, in the order in which they run, and the block of each."""

    cells: tuple[Cell, ...]
    blocks: tuple[int, ...]  # parallel to `cells`: numbers of blocks of the document
    listings: Mapping[int, Listing]  # by chunk number: code that is not the chunk's alone
    sources: Mapping[int, str]  # by chunk number: the text of the file that `source=` names
    problems: tuple[Problem, ...]


class _Making(Struct):
    document: Document
    seed: int
    cells: list[Cell] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    listings: dict[int, Listing] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    pending: list[Part] = field(default_factory=list)  # of chunks with `complete=False`


def cells_of(document: Document, seed: int) -> Cells:
    """The cells of `document`; its seed and each chunk's name give the chunk's own seed."""
    making = _Making(document, seed)
    blocks = list(enumerate(document.blocks))
    blocks.sort(key=lambda pair: isinstance(pair[1], FrontCode))  # that runs in the end
    for at, block in blocks:
        found = _of_prose(block, making) if isinstance(block, Prose) else _of_chunk(block, making)
        making.cells += found
        making.blocks += [at] * len(found)
    if making.pending:
        last = [chunk for chunk in document.chunks if not chunk.options.complete][-1]
        message = "`complete=False`, but no chunk follows with the rest of its code"
        making.problems.append(error(last.span, message))
    return Cells(
        tuple(making.cells),
        tuple(making.blocks),
        making.listings,
        making.sources,
        tuple(making.problems),
    )


def caption_code(chunk: Chunk) -> list[Sequence[Inline]]:
    """The inline code of each of `ChunkOptions.texts`, at the line of the chunk's options."""
    span = Span.at(chunk.span.file, max(1, chunk.code_line - 1))
    return [find_inlines(text, span) for text in chunk.options.texts]


def captioned_cells(document: Document, cells: Cells) -> frozenset[int]:
    """The numbers of the cells whose figures stand under a caption."""
    numbered = zip(cells.cells, cells.blocks, strict=True)
    return frozenset(cell.number for cell, at in numbered if _is_captioned(document.blocks[at]))


def _is_captioned(block: Chunk | Prose) -> bool:
    return isinstance(block, Chunk) and block.options.captioned


def derived_seed(seed: int, identity: str) -> int:
    """A seed of 32 bits that depends on the document's and on what is seeded, on nothing else."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{identity}".encode()).digest()[:4])


def figure_stem(chunk: Chunk, taken: set[str]) -> str:
    """The stem of the chunk's figure files: its name in plain characters, and no other's.

    It is added to `taken`.
    """
    name = re.sub(r"[^A-Za-z0-9]+", "-", chunk.options.name or "").strip("-")
    if len(name) > LONGEST:
        name = f"{name[:LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    stem = name or f"chunk{chunk.number}"
    if stem.lower() in taken:  # some file systems don't tell capitals apart
        stem = f"{stem}_{chunk.number}"
    taken.add(stem.lower())
    return stem


def _of_prose(block: Prose, making: _Making) -> list[Cell]:
    if not block.inlines:
        return []
    label = f"inline code at {making.document.files.in_words(block.inlines[0].span.line)}"
    if isinstance(block, FrontCode):
        label = "inline code of the front matter"
    return [_inline(len(making.cells), label, block.inlines, making)]


def _of_chunk(chunk: Chunk, making: _Making) -> list[Cell]:
    """The chunk's cell, if it runs and is complete, and that of its caption's inline code."""
    cell = _chunk_cell(chunk, making)
    if cell is None:
        return []
    inlines = tuple(inline for found in caption_code(chunk) for inline in found)
    if not inlines:
        return [cell]
    return [cell, _inline(cell.number + 1, f"caption of {chunk.label}", inlines, making)]


def _inline(number: int, label: str, inlines: Sequence[Inline], making: _Making) -> Cell:
    """The cell of pieces of inline code that stand in one file."""
    first = inlines[0].span.line
    file, line = _own_place(first, first, making.document)
    pieces = tuple(
        InlinePiece(item.code, item.shows, item.span.line - first + line) for item in inlines
    )
    return Cell(
        number,
        label,
        code="\n".join(piece.code for piece in pieces),
        file=file,
        line=pieces[0].line,
        seed=derived_seed(making.seed, "\0".join(piece.code for piece in pieces)),
        pieces=pieces,
    )


def _chunk_cell(chunk: Chunk, making: _Making) -> Cell | None:
    options = chunk.options
    if options.test:
        return None
    if options.module is not None:
        return _module_cell(chunk, making) if options.evaluate else None
    parts = [*making.pending, *_source_parts(chunk, making), Part.of_chunk(chunk, making.document)]
    making.pending = []
    if not options.complete:
        making.pending = parts
        return None
    if not options.evaluate:
        return None
    listing = Listing.of(parts)
    if len(parts) > 1:
        making.listings[chunk.number] = listing
    return _cell(chunk, listing, making)


def _module_cell(chunk: Chunk, making: _Making) -> Cell:
    listing = Listing.of([Part.of_chunk(chunk, making.document)])
    module = module_name(making.document, chunk.options.module or "")
    return _cell(chunk, listing, making, module)


def _cell(chunk: Chunk, listing: Listing, making: _Making, module: str | None = None) -> Cell:
    options, document = chunk.options, making.document
    return Cell(
        number=len(making.cells),
        label=chunk.label,
        code=listing.code,
        file=listing.file,
        line=listing.line,
        seed=derived_seed(making.seed, options.name or listing.code),
        module=module,
        prompt=options.term,
        source=None if _source_path(chunk, document) else options.source,
        timeout=options.timeout,
        memory=options.memory,
        may_fail=options.error,
        volatile=options.volatile,
        depends=_declared(options.depends, document),
        options=computing_options(options),
    )


def _declared(names: tuple[str, ...] | None, document: Document) -> tuple[str, ...] | None:
    """What `depends=` names, seen from the document's folder, whose own name is no pattern."""
    if names is None:
        return None
    folder = document.path.resolve().parent
    plain = {name: folder / name for name in names}
    return tuple(
        f"{glob.escape(str(folder))}/{name}"
        if glob.has_magic(name) and not path.exists()
        else str(path)
        for name, path in plain.items()
    )


def _source_path(chunk: Chunk, document: Document) -> Path | None:
    """The file that `source=` names, if it names one and not an object."""
    source = chunk.options.source
    if not source:
        return None
    path = document.path.parent / source
    return path if is_file(path) else None


def _source_parts(chunk: Chunk, making: _Making) -> list[Part]:
    path = _source_path(chunk, making.document)
    if path is None:
        if (source := chunk.options.source) and re.search(r"[/\\]|\.py$", source):
            making.problems.append(error(chunk.span, f"source=: there is no file `{source}`"))
        return []
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        making.problems.append(error(chunk.span, f"source=: can't read `{path}`: {failure}"))
        return []
    making.sources[chunk.number] = text
    return [Part(str(chunk.options.source), 1, text.rstrip() + "\n")]
