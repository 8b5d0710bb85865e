"""The worker of a build: steps go to it, through the interface of `concurrent.futures`, and what
went wrong comes back in words.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from msgspec import Struct

from treadle.engine.cell import Cell
from treadle.engine.messages import Answer, Settings, Step, WorkerSetup, decode, encode
from treadle.engine.run.worker_process import WorkerProcess, failure_of_crash
from treadle.engine.trace import Failure, Trace

# The worker itself interrupts a cell at its timeout. One that a C library holds, or that catches
# what it is sent, is ended with its worker so many seconds later.
GRACE = 10.0


class WorkerDiedError(RuntimeError):
    """The worker process is gone, and with it what the earlier cells had computed."""


def run_step(step: Step) -> Answer:
    """What is submitted with each step; a `WorkerExecutor` runs it in its worker process."""
    raise RuntimeError(f"submit {step} to a WorkerExecutor: cells run in a worker process only")


class WorkerExecutor(Executor):
    """One worker process, started by `start` or the first step; steps run in it in order.

    `on_output` is called with the latest line that the running cell printed, from another
    thread. A worker that dies gives its step a `Failure`; later steps raise `WorkerDiedError`.
    """

    def __init__(
        self,
        setup: WorkerSetup,
        on_output: Callable[[str], None] | None = None,
        settings: Future[Settings | None] | None = None,
    ) -> None:
        """`settings` are those of plugins that are not in `setup`. They may be found out while
        cells run; a worker for which nobody has found them is killed."""
        self._setup = setup
        self._on_output = on_output
        self._settings = settings
        self._worker: WorkerProcess | None = None
        self._thread: threading.Thread | None = None  # asks the worker one thing after the other
        self._queue: queue.SimpleQueue[tuple[Future[Answer], Step] | None] = queue.SimpleQueue()
        self._closed = False
        self.died = ""  # what the worker has died of

    def start(self) -> WorkerProcess:
        """Start the worker process now, so that it is ready when the first step comes."""
        if self._worker is None:
            self._worker = WorkerProcess(self._setup)
            # Not a pool of threads, which takes nothing more once the main thread has ended.
            self._thread = threading.Thread(target=self._serve, args=(self._worker,), daemon=True)
            self._thread.start()
            if self._settings is None:
                self._worker.tell({})
            else:
                tell = (self._worker, self._settings)
                threading.Thread(target=self._tell, args=tell, daemon=True).start()
        return self._worker

    def submit(  # type: ignore[override]
        self, fn: Callable[[Step], Answer], /, step: Step
    ) -> Future[Answer]:
        """Run a step after those submitted before it; `fn` is `run_step`. What can't be sent is
        the caller's error, which the future raises."""
        if fn is not run_step:
            raise TypeError("a WorkerExecutor runs steps: submit(run_step, step)")
        if self._closed:
            raise RuntimeError("the WorkerExecutor is closed")
        self.start()
        future: Future[Answer] = Future()
        self._queue.put((future, step))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the worker end after the steps submitted so far."""
        self._closed = True
        if cancel_futures:
            self._cancel_waiting()
        self._queue.put(None)
        if wait and self._thread is not None and self._thread.is_alive():  # Ctrl-C may come before
            self._thread.join()

    def kill(self) -> None:
        """End the worker process at once, whatever it is doing, and take no more steps."""
        if self._worker is not None:
            self._worker.kill()
        self.shutdown(cancel_futures=True)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """After an exception (Ctrl-C) don't wait for a cell that may run for long."""
        if kind is None:
            self.shutdown()
        else:
            self.kill()

    def _cancel_waiting(self) -> None:
        with contextlib.suppress(queue.Empty):
            while (item := self._queue.get_nowait()) is not None:
                item[0].cancel()

    @staticmethod
    def _tell(worker: WorkerProcess, settings: Future[Settings | None]) -> None:
        found = None
        with contextlib.suppress(Exception):  # it belongs to whoever asks for the result
            found = settings.result()
        if found is None:
            worker.kill()
        else:
            worker.tell(found)

    def _serve(self, worker: WorkerProcess) -> None:
        setup: bytes | BaseException
        try:  # at once, not with the first step: what it imports then takes 0.1 s
            worker.send(setup := encode(self._setup))
        except BaseException as exception:
            setup = exception
        while (item := self._queue.get()) is not None:
            future, step = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if isinstance(setup, BaseException):
                    raise setup
                future.set_result(self._run(worker, step))
            except BaseException as exception:  # it belongs to whoever waits
                future.set_exception(exception)
        worker.end()

    def _run(self, worker: WorkerProcess, step: Step) -> Answer:
        if self.died:
            raise WorkerDiedError(self.died)
        worker.send(encode(step))  # if it died at once, this step says so
        while reply := worker.answer():
            message: Any = decode(reply)
            if not isinstance(message, str):
                return message  # type: ignore[no-any-return]
            if self._on_output is not None:
                self._on_output(message)
        failure = failure_of_crash(step.cell, worker.died(), worker.crash_report())
        self.died = failure.message
        return Trace(failure=failure)


class Running(Struct, frozen=True):
    """A step that was given to a worker, or to none."""

    cell: Cell
    future: Future[Answer] | None


class Workers:
    """One worker at a time, started when the first cell has to run."""

    def __init__(
        self,
        setup: WorkerSetup,
        settings: Future[Settings | None] | None = None,
        on_output: Callable[[str], None] | None = None,
    ) -> None:
        """No worker yet. Cells run while `settings` of plugins are found out; what asks for them
        waits.

        A result of None: somebody else has found out that going on is senseless.
        """
        self.setup = setup
        self._settings = settings
        self._on_output = on_output
        self._executor: WorkerExecutor | None = None

    def start(self) -> bool:
        """Start a worker, unless one is there.

        False: it has died, or going on is senseless. Raises what finding out the settings of
        plugins has raised.
        """
        if self._executor is None:
            self._executor = WorkerExecutor(self.setup, self._on_output, self._settings)
            self._executor.start()
        return not self._executor.died and not self._is_senseless()

    def submit(self, step: Step) -> Running:
        """Let a step run. Where the worker is gone, its answer says so."""
        if step.cell.timeout is not None and self._settings is not None:
            self._settings.result()  # to wait for them is not to count as its time
        able = self.start()
        executor = self._executor
        assert executor is not None
        if not able:
            return Running(step.cell, None)
        return Running(step.cell, executor.submit(run_step, step))

    def answer(self, running: Running) -> Answer:
        """What came of a step: it is waited for. Where the worker is gone, a trace whose failure
        says so."""
        cell, executor = running.cell, self._executor
        assert executor is not None
        if running.future is None:
            return _ended(cell, f"can't run: {executor.died}" if executor.died else "")
        try:
            limit = None if cell.timeout is None else cell.timeout + GRACE
            answer = running.future.result(limit)
        except TimeoutError:
            executor.kill()
            return _ended(cell, f"did not finish within its timeout of {cell.timeout:g} s")
        except WorkerDiedError as failure:
            return _ended(cell, f"can't run: {failure}")
        return _ended(cell, "") if executor.died and self._is_senseless() else answer

    def _is_senseless(self) -> bool:
        """Whether somebody has found out so. Raises what finding out has raised."""
        settings = self._settings
        return settings is not None and settings.done() and settings.result() is None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """After an exception (Ctrl-C) don't wait for a cell that may run for long."""
        if kind is None:
            self.wait()
        elif self._executor is not None:
            self._executor.kill()

    def finish(self) -> None:
        """Nothing more is to run: the worker ends by itself; `wait` until it has."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)

    def wait(self) -> None:
        """Let the worker end, and wait until it has: a file left open is written then.

        The next step is for a fresh one, which holds nothing.
        """
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None


def _ended(cell: Cell, message: str) -> Trace:
    return Trace(failure=Failure(message, "", cell.file, cell.line, fatal=True))
