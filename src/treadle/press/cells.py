"""What of a document is to be run: one task a chunk, one for the inline code of a prose block."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.engine.messages import ChunkTask, InlineCode, InlineTask, Task
from treadle.press.document.fences import is_file
from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.tangle.extract import module_name
from treadle.press.tangle.module_names import bound_names
from treadle.problem import Problem, Span, error

# The code of a chunk where it is put together from several places.


class Piece(Struct, frozen=True):
    """Code, and the file and line at which it stands."""

    file: str
    line: int
    code: str

    @classmethod
    def of_chunk(cls, chunk: Chunk) -> Piece:
        """The chunk's own code."""
        code = chunk.code if chunk.code.endswith("\n") else chunk.code + "\n"
        return cls(chunk.span.file, chunk.code_line, code)


class Listing(Struct, frozen=True):
    """Pieces of code run as one: `file` and `line` are those of its first line.

    Between two pieces of one file stand as many empty lines as the file has lines there, so that
    Python's line numbers are right all through.
    """

    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]  # the line of `code` at which each piece begins, from 0
    code: str

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Listing:
        """`pieces` joined."""
        code = ""
        starts: list[int] = []
        for at, piece in enumerate(pieces):
            if at and piece.file == pieces[0].file:
                code += "\n" * (piece.line - pieces[0].line - code.count("\n"))
            starts.append(code.count("\n"))
            code += piece.code
        return cls(tuple(pieces), tuple(starts), code)

    @property
    def file(self) -> str:
        """The file of the first line."""
        return self.pieces[0].file

    @property
    def line(self) -> int:
        """The number of the first line in that file."""
        return self.pieces[0].line

    def place(self, line: int) -> Span:
        """Where a line really stands that Python takes to be line `line` of `file`."""
        within = line - self.line
        at = max(bisect_right(self.starts, within) - 1, 0)
        piece = self.pieces[at]
        return Span.at(piece.file, piece.line + within - self.starts[at])


# What of a document is to be run: one task a chunk, one for the inline code of a prose block.

LONGEST = 100  # characters of a chunk's name that its figures are called by: 255 is the most


class Planned(Struct, frozen=True):
    """Parallel to the document's blocks: its task (None: nothing to run), its listing."""

    tasks: tuple[Task | None, ...]
    listings: Mapping[int, Listing]  # by chunk number: code that is not the chunk's alone
    sources: Mapping[int, str]  # by chunk number: the text of the file that `source=` names
    diagnostics: tuple[Problem, ...]


class _Plan(Struct):
    document: Document
    seed: int
    tasks: list[Task | None] = field(default_factory=list)
    listings: dict[int, Listing] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    pending: list[Piece] = field(default_factory=list)
    stems: set[str] = field(default_factory=set)


def plan_tasks(document: Document, seed: int) -> Planned:
    """The tasks of `document`; its seed and each chunk's name give the chunk's own seed."""
    plan = _Plan(document, seed)
    for block in document.blocks:
        task = _inline_task(block, seed) if isinstance(block, Prose) else _chunk_task(block, plan)
        plan.tasks.append(task)
    if plan.pending:
        last = [chunk for chunk in document.chunks if not chunk.options.complete][-1]
        message = "`complete=False`, but no chunk follows with the rest of its code"
        plan.problems.append(error(last.span, message))
    return Planned(tuple(plan.tasks), plan.listings, plan.sources, tuple(plan.problems))


def derived_seed(seed: int, identity: str) -> int:
    """A seed of 32 bits that depends on the document's and on what is seeded, on nothing else."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{identity}".encode()).digest()[:4])


def _inline_task(block: Prose, seed: int) -> Task | None:
    if not block.inlines:
        return None
    codes = tuple(InlineCode(item.code, item.shows, item.span.line) for item in block.inlines)
    identity = "\0".join(item.code for item in codes)
    return InlineTask(block.span.file, derived_seed(seed, identity), codes)


def _chunk_task(chunk: Chunk, plan: _Plan) -> Task | None:
    """The task of a chunk; None if it is not evaluated, or waits for the next to be complete."""
    options = chunk.options
    if options.test:
        return None
    if options.module is not None:
        return _module_task(chunk, plan) if options.evaluate else None
    pieces = [*plan.pending, *_source_pieces(chunk, plan), Piece.of_chunk(chunk)]
    plan.pending = []
    if not options.complete:
        plan.pending = pieces
        return None
    if not options.evaluate:
        return None
    listing = Listing.of(pieces)
    if len(pieces) > 1:
        plan.listings[chunk.number] = listing
    return _task(chunk, listing, plan)


def _task(chunk: Chunk, listing: Listing, plan: _Plan) -> ChunkTask:
    options = chunk.options
    return ChunkTask(
        label=chunk.label,
        code=listing.code,
        file=listing.file,
        line=listing.line,
        seed=derived_seed(plan.seed, options.name or listing.code),
        figure_stem=_figure_stem(chunk, plan),
        term=options.term,
        fig=options.fig,
        f_size=options.f_size,
        dpi=options.dpi,
        f_spines=options.f_spines,
        source=None if _source_path(chunk, plan.document) else options.source,
        timeout=options.timeout,
        memory=options.memory,
    )


def _module_task(chunk: Chunk, plan: _Plan) -> ChunkTask:
    task = _task(chunk, Listing.of([Piece.of_chunk(chunk)]), plan)
    module = module_name(plan.document, chunk.options.module or "")
    return replace(task, module=module, names=bound_names(chunk.code))


def _source_path(chunk: Chunk, document: Document) -> Path | None:
    """The file that `source=` names, if it names one and not an object."""
    source = chunk.options.source
    if not source:
        return None
    path = document.path.parent / source
    return path if is_file(path) else None


def _source_pieces(chunk: Chunk, plan: _Plan) -> list[Piece]:
    path = _source_path(chunk, plan.document)
    if path is None:
        if (source := chunk.options.source) and re.search(r"[/\\]|\.py$", source):
            plan.problems.append(error(chunk.span, f"source=: there is no file `{source}`"))
        return []
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        plan.problems.append(error(chunk.span, f"source=: can't read `{path}`: {failure}"))
        return []
    plan.sources[chunk.number] = text
    return [Piece(str(path), 1, text.rstrip() + "\n")]


def _figure_stem(chunk: Chunk, plan: _Plan) -> str:
    """The stem of the chunk's figure files: its name in plain characters, and no other's."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", chunk.options.name or "").strip("-")
    if len(name) > LONGEST:
        name = f"{name[:LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    stem = name or f"chunk{chunk.number}"
    if stem.lower() in plan.stems:  # some file systems don't tell capitals apart
        stem = f"{stem}_{chunk.number}"
    plan.stems.add(stem.lower())
    return stem
