"""The worker of a build: steps and tasks go to it, and what went wrong comes back in words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle.app.ahead import Ahead
from treadle.app.report import Listener
from treadle.engine.messages import Failure, Result, Step, Stepped, WorkerSetup
from treadle.engine.run.executor import WorkerDiedError, WorkerExecutor, run_task
from treadle.press.cells import Listing
from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.document.option_values import size_text
from treadle.press.tangle.extract import origin_of
from treadle.problem import Problem, Span, error

if TYPE_CHECKING:
    from treadle.app.units import Runnable


# The worker itself interrupts a chunk at its timeout. One that a C library holds, or that catches
# what it is sent, is ended with its worker so many seconds later.
GRACE = 10.0


class EndedError(Exception):
    """Nothing can run any more: the worker is gone, even if its chunk was allowed to fail."""

    def __init__(self, *problems: Problem) -> None:
        """Say at which line, if nobody else does."""
        super().__init__(*(problem.message for problem in problems))
        self.problems = problems


class Workers:
    """One worker at a time, started when the first unit has to run.

    What a step's `finish` leaves to do is done while the next step runs, before anybody is told
    that the first is done.
    """

    def __init__(self, setup: WorkerSetup, listener: Listener, ahead: Ahead) -> None:
        """No worker yet; with the first, `ahead` begins if it hasn't."""
        self.setup = setup
        self._listener = listener
        self._ahead = ahead
        self._executor: WorkerExecutor | None = None
        self._unsettled: Callable[[], None] | None = None

    @property
    def died(self) -> bool:
        """Whether the worker at hand is gone."""
        return self._executor is not None and self._executor.died

    def start(self) -> None:
        """Start a worker now, so that it is ready when the first step comes."""
        self._begun()

    def result(self, runnable: Runnable) -> Result:
        """Run the unit's task as it is. Raises EndedError."""
        executor = self._started()
        future = executor.submit(run_task, runnable.task)
        self._begin(runnable)
        result: Result = self._answer(runnable, executor, future)
        self._end(runnable, result)
        return result

    def step(
        self, runnable: Runnable, step: Step, finish: Callable[[Stepped], Callable[[], None]]
    ) -> Stepped:
        """Run a step; `finish` is called at once, what it gives a little later."""
        executor = self._started()
        future = executor.submit(run_task, step)
        self.settle()
        self._begin(runnable)
        stepped: Stepped = self._answer(runnable, executor, future)
        later = finish(stepped)

        def settle() -> None:
            later()
            if not stepped.unrestored:
                self._end(runnable, stepped.result)

        self._unsettled = settle
        return stepped

    def __enter__(self) -> Workers:
        """Use it in a `with` statement."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """After an exception (Ctrl-C) don't wait for a chunk that may run for long."""
        if kind is None:
            self.wait()
            return
        if self._executor is not None:
            self._executor.kill()
        with contextlib.suppress(OSError):  # the exception on its way says more
            self.settle()

    def finish(self) -> None:
        """Nothing more is to run: the worker ends by itself; `wait` until it has."""
        self.settle()
        if self._executor is not None:
            self._executor.shutdown(wait=False)

    def wait(self) -> None:
        """Let the worker end, and wait until it has: a file left open is written then."""
        self.settle()
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None

    def restart(self) -> None:
        """Let this worker end: the next step is for a fresh one, which holds nothing."""
        self.wait()

    def settle(self) -> None:
        """Do now what the last step left to do. Raises OSError."""
        if self._unsettled is not None:
            self._unsettled()
            self._unsettled = None

    def _started(self) -> WorkerExecutor:
        executor = self._begun()
        if self._ahead.failed():
            raise EndedError
        return executor

    def _begun(self) -> WorkerExecutor:
        if self._executor is None:
            self._executor = WorkerExecutor(self.setup, self._listener.output)
            self._executor.start()
        # This worker is the one to stop: an earlier one is there no longer.
        self._ahead.warn(self._executor.stop)
        self._ahead.start()
        return self._executor

    def _begin(self, runnable: Runnable) -> None:
        if runnable.unit.is_chunk and isinstance(runnable.block, Chunk):
            self._listener.chunk_started(runnable.block)

    def _end(self, runnable: Runnable, result: Result) -> None:
        if runnable.unit.is_chunk and isinstance(runnable.block, Chunk):
            self._listener.chunk_finished(runnable.block, result.seconds)

    def _answer(
        self, runnable: Runnable, executor: WorkerExecutor, future: Future[Result | Stepped]
    ) -> Any:  # noqa: ANN401
        block = runnable.block
        timeout = block.options.timeout if isinstance(block, Chunk) else None
        try:
            answer = self._patiently(future, timeout)
        except TimeoutError as failure:
            executor.kill()
            text = f"{name_of(block)} did not finish within its timeout of {timeout:g} s"
            raise EndedError(error(_start(block), text)) from failure
        except WorkerDiedError as failure:
            self._check_ahead(executor)
            text = f"{name_of(block)} can't run: {failure}"
            raise EndedError(error(_start(block), text)) from failure
        self._check_ahead(executor)
        return answer

    def _check_ahead(self, executor: WorkerExecutor) -> None:
        """No chunk is to blame if it was stopped since going on is senseless."""
        if executor.died and self._ahead.failed():
            raise EndedError

    def _patiently(self, future: Future[Result | Stepped], timeout: float | None) -> Any:  # noqa: ANN401
        """What comes of a task. While figures wait to be told their style, no time counts."""
        patience = None if timeout is None else timeout + GRACE
        may_wait = self._ahead.running()
        try:
            return future.result(patience)
        except TimeoutError:
            if not may_wait:
                raise
            self._ahead.join()
            return future.result(patience)


def problem_of(
    failure: Failure, block: Prose | Chunk, document: Document, listings: Mapping[int, Listing]
) -> Problem:
    """An exception as an error at its line of the document."""
    listing = listings.get(block.number) if isinstance(block, Chunk) else None
    place = _place(failure, document, listing)
    message = f"{name_of(_of_module(block, place, document))} failed: {failure.message}"
    limit = block.options.memory if isinstance(block, Chunk) else None
    short = limit if limit and "MemoryError" in failure.message else None
    hint = f"the chunk has `memory={size_text(short)}`" if short else _checked(block)
    return error(place, message, hint)


def _of_module(block: Prose | Chunk, place: Span, document: Document) -> Prose | Chunk:
    """The chunk that holds the line, if it makes the same module as `block` does."""
    if isinstance(block, Prose) or not block.options.module:
        return block
    same = (chunk for chunk in document.chunks if chunk.options.module == block.options.module)
    holds = (chunk for chunk in same if chunk.span.line <= place.line <= chunk.span.end_line)
    return next(holds, block)


def _checked(block: Prose | Chunk) -> str:
    return (
        f"it checks {block.options.checks}"
        if isinstance(block, Chunk) and block.options.checks
        else ""
    )


def name_of(block: Prose | Chunk) -> str:
    """What to call it in messages."""
    return "inline code" if isinstance(block, Prose) else block.label


def _start(block: Prose | Chunk) -> Span:
    return Span.at(block.span.file, block.span.line)


def _place(failure: Failure, document: Document, listing: Listing | None) -> Span:
    """The line of the document, also for code that was extracted or put together from it."""
    if listing and failure.file == listing.file:
        at = listing.place(failure.line)
        return Span.at(at.file, at.line, failure.column)
    origin = origin_of(Path(failure.file), failure.line, document.path)
    if origin is None and failure.file == document.path.name:  # so extracted files name it
        return Span.at(str(document.path), failure.line, failure.column)
    return origin or Span.at(failure.file, failure.line, failure.column)
