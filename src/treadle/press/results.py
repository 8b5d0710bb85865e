"""What came of a document's cells: the results of its blocks, which are woven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, convert
from msgspec.structs import replace

from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import Display, Failure, Output, Trace
from treadle.press.cells import Cells, caption_code, figure_stem
from treadle.press.document.model import Chunk, Document, Inline
from treadle.press.document.options import HIDDEN
from treadle.press.plugin.figure_rows import NUMBER
from treadle.press.plugin.figures import EMPTY
from treadle.press.plugin.press_plugin import MOVING, NOTE, Comparison
from treadle.press.weave.outputs import SUFFIXES
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
    empty_figures: int = 0
    moving: bool = False  # an animation is among the figures


class InlineResult(Struct, frozen=True):
    """The text of each inline code of a prose block, in order."""

    texts: tuple[str, ...] = ()


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
            found[at] = InlineResult(trace.texts)
        elif cell.pieces:
            captions[at] = trace.texts
        else:
            found[at] = _of_chunk(trace, stem, blobs, figures)
    for at, block in enumerate(document.blocks):
        result = found[at]
        if isinstance(block, Chunk) and isinstance(result, ChunkResult):
            found[at] = _captioned(block, result, captions.get(at, ()))
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


def _of_chunk(trace: Trace, stem: str, blobs: Blobs, figures: Path) -> ChunkResult:
    return ChunkResult(
        tuple(_placed(trace.outputs, stem, blobs, figures)),
        trace.failure,
        trace.seconds,
        trace.peak_memory,
        trace.unkept,
        shown_source=trace.shown_source,
        comparisons=convert(trace.notes.get(NOTE, ()), tuple[Comparison, ...]),
        empty_figures=convert(trace.notes.get(EMPTY, 0), int),
        moving=MOVING in trace.notes,
    )


def _placed(outputs: Sequence[Output], stem: str, blobs: Blobs, figures: Path) -> Iterator[Output]:
    """The outputs, their files written to `figures` as STEM-1.pdf and so on."""
    number = 0
    for output in _last_drawn(outputs):
        if not isinstance(output, Display) or not output.files:
            yield output
            continue
        number += 1
        names = {kind: f"{stem}-{number}{SUFFIXES.get(kind, '')}" for kind in output.files}
        for kind, blob in output.files.items():
            blobs.copy_to(blob, figures / names[kind])
        yield replace(output, files=names)


def _last_drawn(outputs: Sequence[Output]) -> Iterator[Output]:
    """The outputs, each figure as it was drawn last, in the place where it was shown first."""
    drawn = {
        o.metadata[NUMBER]: o for o in outputs if isinstance(o, Display) and NUMBER in o.metadata
    }
    for output in outputs:
        if isinstance(output, Display) and NUMBER in output.metadata:
            if last := drawn.pop(output.metadata[NUMBER], None):
                yield last
        else:
            yield output


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
