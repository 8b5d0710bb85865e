"""What a chunk with `source=` shows: the text of the file or object, then its own code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from treadle.document.model import Chunk, Document
from treadle.execution.result import ChunkResult, Result


def with_sources(
    document: Document, results: Sequence[Result | None], files: Mapping[int, str]
) -> tuple[Result | None, ...]:
    """`results` with all that is to be shown; `files` are texts of files by chunk number."""
    return tuple(
        _shown(block, result, files) if isinstance(block, Chunk) else result
        for block, result in zip(document.blocks, results, strict=True)
    )


def _shown(chunk: Chunk, result: Result | None, files: Mapping[int, str]) -> Result | None:
    if chunk.options.source is None or not isinstance(result, ChunkResult | None):
        return result
    text = files.get(chunk.number) or (result.shown_source if result else "")
    if not text:
        return result
    shown = "\n".join(part for part in (text.rstrip(), chunk.code) if part.strip())
    return replace(result or ChunkResult(), shown_source=shown)
