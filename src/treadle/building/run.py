"""Run the tasks of a document, one after the other, in a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from treadle.building.listing import Listing
from treadle.building.request import Listener
from treadle.diagnostics import Diagnostic, Span, error
from treadle.document.model import Chunk, Document, Prose
from treadle.execution.executor import WorkerDiedError, WorkerExecutor, run_task
from treadle.execution.result import ChunkResult, Failure, Result
from treadle.execution.task import Task, WorkerSetup
from treadle.tangling.origin import origin_of

# The worker itself interrupts a chunk at its timeout. One that a C library holds, or that catches
# what it is sent, is ended with its worker so many seconds later.
GRACE = 10.0


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
    with WorkerExecutor(setup, listener.output) as executor:
        executor.start()
        for block, task in zip(document.blocks, tasks, strict=True):
            try:
                result = _run_one(executor, block, task, listener) if task else None
            except _EndedError as ended:
                ran.diagnostics.append(ended.problem)
                break
            ran.results.append(result)
            ran.chunks += isinstance(result, ChunkResult)
            if result and result.failure and not _may_fail(block):
                ran.diagnostics.append(_diagnostic(result.failure, block, document, listings))
                ran.traceback = result.failure.traceback
                break
    return ran


class _EndedError(Exception):
    """The worker is gone: no chunk can run any more, even if this one was allowed to fail."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.message)
        self.problem = problem


def _run_one(
    executor: WorkerExecutor, block: Prose | Chunk, task: Task, listener: Listener
) -> Result:
    if isinstance(block, Prose):
        return _result(executor, block, task, None)
    listener.chunk_started(block)
    result = _result(executor, block, task, block.options.timeout)
    listener.chunk_finished(block, result.seconds)
    return result


def _result(
    executor: WorkerExecutor, block: Prose | Chunk, task: Task, timeout: float | None
) -> Result:
    patience = None if timeout is None else timeout + GRACE
    try:
        return executor.submit(run_task, task).result(patience)
    except TimeoutError as failure:
        executor.kill()
        text = f"{_name(block)} did not finish within its timeout of {timeout:g} s"
        raise _EndedError(error(_start(block), text)) from failure
    except WorkerDiedError as failure:
        text = f"{_name(block)} can't run: {failure}"
        raise _EndedError(error(_start(block), text)) from failure


def _name(block: Prose | Chunk) -> str:
    return "inline code" if isinstance(block, Prose) else block.label


def _start(block: Prose | Chunk) -> Span:
    return Span.at(block.span.file, block.span.line)


def _may_fail(block: Prose | Chunk) -> bool:
    return isinstance(block, Chunk) and block.options.error


def _diagnostic(
    failure: Failure,
    block: Prose | Chunk,
    document: Document,
    listings: Mapping[int, Listing],
) -> Diagnostic:
    listing = listings.get(block.number) if isinstance(block, Chunk) else None
    return error(_place(failure, document, listing), f"{_name(block)} failed: {failure.message}")


def _place(failure: Failure, document: Document, listing: Listing | None) -> Span:
    """The line of the document, also for code that was extracted or put together from it."""
    if listing and failure.file == listing.file:
        return listing.place(failure.line)
    origin = origin_of(Path(failure.file), failure.line, document.path)
    return origin or Span.at(failure.file, failure.line)
