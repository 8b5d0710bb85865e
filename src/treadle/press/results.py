"""What came of a document's cells: the results of its blocks, which are woven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, convert
from msgspec.structs import replace

from treadle.engine.addresses import told_addresses, without_addresses
from treadle.engine.cell import Cell
from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import Failure, Output, Remark, Trace
from treadle.press.cells import Cells, Listing, caption_code, figure_stem
from treadle.press.document.code_syntax import parsed
from treadle.press.document.model import Chunk, Document, Inline, Prose
from treadle.press.document.options import HIDDEN
from treadle.press.plugin.figures import EMPTY
from treadle.press.plugin.press_plugin import NOTE, Comparison
from treadle.press.shown_files import ShownFiles
from treadle.problem import Problem, Span, warning


class ChunkResult(Struct, frozen=True):
    """What a chunk printed, displayed and drew, in the order it happened.

    In a `Display`, `files` are names in the folder of the document's figures.
    """

    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0
    peak_memory: int = 0  # bytes that the worker has held at most, by the chunk's end
    unkept: tuple[str, ...] = ()  # names whose values it would have taken too long to keep
    caption: str = ""
    subcaptions: tuple[str, ...] = ()
    alt: str = ""
    alts: tuple[str, ...] = ()
    shown_source: str = ""  # the text of what `source=` names
    comparisons: tuple[Comparison, ...] = ()
    remarks: tuple[tuple[int, Remark], ...] = ()  # what is to be told its author, by the line
    empty_figures: int = 0


class InlineResult(Struct, frozen=True):
    """The text of each inline code of a prose block, in order."""

    texts: tuple[str, ...] = ()
    remarks: tuple[tuple[int, Remark], ...] = ()


Result = ChunkResult | InlineResult
Results = Sequence[Result | None]  # by the blocks of a document; None: not run


def results_by_block(
    document: Document, cells: Cells, traces: Sequence[Trace | None], blobs: Blobs, figures: Path
) -> list[Result | None]:
    """One result a block, None where nothing ran: a chunk's has its captions and alt texts, their
    inline code replaced. What is shown and is no text is put into the folder `figures`.

    Raises OSError and CorruptEntryError.
    """
    found: list[Result | None] = [None] * len(document.blocks)
    captions: dict[int, tuple[str, ...]] = {}
    taken: set[str] = set()
    for cell, at, trace in zip(cells.cells, cells.blocks, traces, strict=False):
        block = document.blocks[at]
        stem = figure_stem(block, taken) if isinstance(block, Chunk) and not cell.pieces else ""
        if trace is None:
            continue
        if not isinstance(block, Chunk):
            found[at] = _of_inline(block, trace)
        elif cell.pieces:
            captions[at] = tuple(map(without_addresses, trace.texts))
        else:
            files = ShownFiles(block, stem, blobs, figures)
            result = _of_chunk(trace, files)
            remarks = _remarks(cell, trace, cells.listings.get(block.number))
            lost = ((block.fence.line, remark) for remark in files.lost)
            found[at] = replace(result, remarks=(*remarks, *lost))
    for at, block in enumerate(document.blocks):
        given = found[at]
        if isinstance(block, Chunk) and isinstance(given, ChunkResult):
            found[at] = _captioned(block, given, captions.get(at, ()))
    return found


def with_sources(document: Document, results: Results, files: Mapping[int, str]) -> Results:
    """`results` with all that is to be shown; `files` are texts of files by chunk number."""
    return tuple(
        _with_source(block, result, files) if isinstance(block, Chunk) else result
        for block, result in zip(document.blocks, results, strict=True)
    )


def cut_streams(
    document: Document, cells: Cells, traces: Sequence[Trace | None]
) -> Iterator[Problem]:
    """A warning for each stream to which a chunk printed too much."""
    for cell, at, trace in zip(cells.cells, cells.blocks, traces, strict=False):
        block = document.blocks[at]
        if trace is None or not isinstance(block, Chunk) or block.options.results in HIDDEN:
            continue
        for stream in trace.cut:
            text = f"{cell.label} prints too much to {stream}: the rest is left out"
            hint = "print less, or hide it by results='hidden'"
            yield warning(Span.at(block.span.file, block.span.line), text, hint)


def _of_inline(prose: Prose, trace: Trace) -> InlineResult:
    lines = [inline.span.line for inline in prose.inlines]
    told = [
        (line, Remark(*each))
        for line, text in zip(lines, trace.texts, strict=False)
        for each in told_addresses(text)
    ]
    said = [(lines[remark.statement], remark) for remark in trace.remarks]
    return InlineResult(tuple(map(without_addresses, trace.texts)), (*said, *told))


def _of_chunk(trace: Trace, files: ShownFiles) -> ChunkResult:
    return ChunkResult(
        tuple(files.placed(trace.outputs)),
        trace.failure and _shown_failure(trace.failure),
        trace.seconds,
        trace.peak_memory,
        trace.unkept,
        shown_source=trace.shown_source,
        comparisons=convert(trace.notes.get(NOTE, ()), tuple[Comparison, ...]),
        empty_figures=convert(trace.notes.get(EMPTY, 0), int),
    )


def _shown_failure(failure: Failure) -> Failure:
    return replace(failure, traceback=without_addresses(failure.traceback))


def _remarks(cell: Cell, trace: Trace, listing: Listing | None) -> tuple[tuple[int, Remark], ...]:
    """What is to be told of its statements, and of what it raised, by their lines."""
    statements = parsed(cell.code).body if trace.remarks else ()
    lines = [cell.line + statement.lineno - 1 for statement in statements] or [cell.line]
    if listing:
        lines = [listing.place(line).line for line in lines]
    raised = trace.failure
    told = told_addresses(raised.traceback) if raised else ()
    return (
        *((lines[remark.statement], remark) for remark in trace.remarks),
        *((raised.line if raised else cell.line, Remark(*each)) for each in told),
    )


def _captioned(chunk: Chunk, result: ChunkResult, texts: Sequence[str]) -> ChunkResult:
    values, filled = list(texts), []
    for text, inlines in zip(chunk.options.texts, caption_code(chunk), strict=True):
        filled.append(_filled(text, inlines, values[: len(inlines)]))
        del values[: len(inlines)]
    alt = 1 + len(chunk.options.subcaptions)
    return replace(
        result,
        caption=filled[0],
        subcaptions=tuple(filled[1:alt]),
        alt=filled[alt],
        alts=tuple(filled[alt + 1 :]),
    )


def _filled(text: str, inlines: Sequence[Inline], values: Sequence[str]) -> str:
    for inline, value in reversed(list(zip(inlines, values, strict=False))):
        text = text[: inline.start] + value + text[inline.end :]
    return text


def _with_source(chunk: Chunk, result: Result | None, files: Mapping[int, str]) -> Result | None:
    if chunk.options.source is None or not isinstance(result, ChunkResult | None):
        return result
    text = files.get(chunk.number) or (result.shown_source if result else "")
    if not text:
        return result
    shown = "\n".join(part for part in (text.rstrip(), chunk.code) if part.strip())
    return replace(result or ChunkResult(), shown_source=shown)
