"""Run the tasks of a document, one after the other, in a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from treadle.building.listing import Listing
from treadle.building.request import Listener
from treadle.diagnostics import Diagnostic, Span, error
from treadle.document.model import Chunk, Document, Prose
from treadle.execution.executor import WorkerExecutor, run_task
from treadle.execution.result import ChunkResult, Failure, Result
from treadle.execution.task import Task, WorkerSetup
from treadle.tangling.origin import origin_of


@dataclass
class Ran:
    """Results parallel to the document's blocks (None: nothing ran), and what failed."""

    results: list[Result | None] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    traceback: str = ""
    chunks: int = 0


def run_tasks(
    document: Document,
    tasks: Sequence[Task | None],
    listings: Mapping[int, Listing],
    setup: WorkerSetup,
    listener: Listener,
) -> Ran:
    """Run `tasks` up to the first that fails without `error=True`."""
    ran = Ran()
    if not any(tasks):
        ran.results = [None for _ in tasks]
        return ran
    with WorkerExecutor(setup, listener.output) as executor:
        for block, task in zip(document.blocks, tasks, strict=True):
            result = _run_one(executor, block, task, listener) if task else None
            ran.results.append(result)
            ran.chunks += isinstance(result, ChunkResult)
            if result and result.failure and not _may_fail(block):
                ran.diagnostics.append(_diagnostic(result.failure, block, document, listings))
                ran.traceback = result.failure.traceback
                break
    return ran


def _run_one(
    executor: WorkerExecutor, block: Prose | Chunk, task: Task, listener: Listener
) -> Result:
    if isinstance(block, Chunk):
        listener.chunk_started(block)
    result = executor.submit(run_task, task).result()
    if isinstance(block, Chunk):
        listener.chunk_finished(block, result.seconds)
    return result


def _may_fail(block: Prose | Chunk) -> bool:
    return isinstance(block, Chunk) and block.options.error


def _diagnostic(
    failure: Failure,
    block: Prose | Chunk,
    document: Document,
    listings: Mapping[int, Listing],
) -> Diagnostic:
    if isinstance(block, Prose):
        at = _place(failure, document, None)
        return error(at, f"inline code failed: {failure.message}")
    at = _place(failure, document, listings.get(block.number))
    return error(at, f"{block.label} failed: {failure.message}")


def _place(failure: Failure, document: Document, listing: Listing | None) -> Span:
    """The line of the document, also for code that was extracted or put together from it."""
    if listing and failure.file == listing.file:
        return listing.place(failure.line)
    origin = origin_of(Path(failure.file), failure.line, document.path)
    return origin or Span.at(failure.file, failure.line)
