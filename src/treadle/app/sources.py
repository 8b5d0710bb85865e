"""Files a document is made of; and what a chunk with `source=` shows of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from treadle.app.prepare import Prepared
from treadle.app.report import Request
from treadle.engine.messages import ChunkResult, Result
from treadle.press.document.front_matter import author_path
from treadle.press.document.model import Chunk, Document
from treadle.press.document.settings import databases
from treadle.press.tangle.extract import package_name
from treadle.press.weave.weave import Woven


def sources_of(request: Request, prepared: Prepared, woven: Woven) -> Iterator[Path]:
    """The files that were read to make the LaTeX, other than by its code."""
    document, settings = prepared.document, prepared.settings
    folder = document.path.parent
    yield document.path
    if (author := author_path(document.front, document.path)) is not None:
        yield author  # if it is not there, it may be one day
    yield from databases(document, settings)
    yield from (copy.source for copy in woven.copies)
    yield from (folder / chunk.options.source for chunk in document.chunks if chunk.options.source)
    template = folder / (settings.template or "")
    if template.is_file():  # else it is one of ours, by its name
        yield template
        yield from sorted(template.parent.glob(f"*{template.suffix}"))
    code = request.code_dir / package_name(document.stem)
    yield from sorted(code.glob("*.py"))


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
