"""The results of units, put together again for the blocks of the document."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from treadle.building.units import Runnable, texts_of
from treadle.document.model import Chunk, Document, Inline
from treadle.execution.result import ChunkResult, InlineResult, Result


def results_by_block(
    document: Document, runnables: Sequence[Runnable], results: Sequence[Result | None]
) -> list[Result | None]:
    """One result a block: a chunk's has its caption and alt text, their inline code replaced."""
    found: list[Result | None] = [None] * len(document.blocks)
    texts: dict[int, InlineResult] = {}
    for runnable, result in zip(runnables, results, strict=True):
        at = runnable.unit.block
        if isinstance(runnable.block, Chunk) and isinstance(result, InlineResult):
            texts[at] = result
        else:
            found[at] = result
    for at, block in enumerate(document.blocks):
        result = found[at]
        if isinstance(block, Chunk) and isinstance(result, ChunkResult):
            found[at] = _captioned(block, result, texts.get(at, InlineResult()))
    return found


def _captioned(chunk: Chunk, result: ChunkResult, texts: InlineResult) -> ChunkResult:
    inlines = texts_of(chunk)
    values = list(texts.texts)
    caption, alt = values[: len(inlines.caption)], values[len(inlines.caption) :]
    return replace(
        result,
        caption=_filled(chunk.options.caption or "", inlines.caption, caption),
        alt=_filled(chunk.options.alt or "", inlines.alt, alt),
    )


def _filled(text: str, inlines: Sequence[Inline], values: Sequence[str]) -> str:
    for inline, value in reversed(list(zip(inlines, values, strict=False))):
        text = text[: inline.start] + value + text[inline.end :]
    return text
