"""The worker of a build: steps go to it, through the interface of `concurrent.futures`, and what
went wrong comes back in words.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import Any, NamedTuple

from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.messages import Answer, PluginSetup, Step, WorkerSetup, decode, encode
from treadle.engine.run.process import WorkerProcess, failure_of_crash
from treadle.engine.trace import Failure, Trace

# The worker itself interrupts a cell at its timeout. One that a C library holds, or that catches
# what it is sent, is ended with its worker so many seconds later.
GRACE = 10.0
_AT_ONCE = 1 << 15  # bytes that a pipe takes, whether somebody reads or not


class WorkerDiedError(RuntimeError):
    """The worker process is gone, and with it what the earlier cells had computed."""


def run_step(step: Step) -> Answer:
    """What is submitted with each step; a `WorkerExecutor` runs it in its worker process."""
    raise RuntimeError(f"submit {step} to a WorkerExecutor: cells run in a worker process only")


class _Item(NamedTuple):
    future: Future[Answer]
    step: Step
    line: bytes  # the step as it is sent; empty: it has been


class WorkerExecutor(Executor):
    """One worker process, started by `start` or the first step; steps run in it in order.

    `on_output` is called with the latest line that the running cell printed, from another
    thread. A worker that dies gives its step a `Failure`; later steps raise `WorkerDiedError`.
    """

    def __init__(self, setup: WorkerSetup, on_output: Callable[[str], None] | None = None) -> None:
        self._setup = setup
        self._on_output = on_output
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._unanswered = 0  # steps
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._thread: threading.Thread | None = None
        self._is_set_up = False
        self.died = ""  # what the worker has died of
        self._closed = False

    def use_plugins(self, plugins: tuple[PluginSetup, ...]) -> None:
        """Let the worker make these: they may be known only when its process has started."""
        self._setup = replace(self._setup, plugins=plugins)

    def submit(  # type: ignore[override]
        self, fn: Callable[[Step], Answer], /, step: Step
    ) -> Future[Answer]:
        """Run a step after those submitted before it; `fn` is `run_step`."""
        if fn is not run_step:
            raise TypeError("a WorkerExecutor runs steps: submit(run_step, step)")
        future: Future[Answer] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the WorkerExecutor is closed")
            worker = self._started()
            if not self._is_set_up:
                worker.send(encode(self._setup))  # if it died at once, the first step says so
                self._is_set_up = True
            try:
                line = encode(step)
            except Exception as mistake:  # the caller's: it can't be sent
                future.set_exception(mistake)
                return future
            if not self._unanswered and len(line) < _AT_ONCE:  # a thread takes long to wake up
                worker.send(line)
                line = b""
            self._unanswered += 1
            self._queue.put(_Item(future, step, line))
        return future

    def start(self) -> None:
        """Start the worker process now, so that it is ready when the first step comes."""
        with self._lock:
            self._started()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the worker end after the steps submitted so far."""
        with self._lock:
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """After an exception (Ctrl-C) don't wait for a cell that may run for long."""
        if kind is None:
            self.shutdown()
        else:
            self.kill()

    def _started(self) -> WorkerProcess:
        if self._worker is None:
            self._worker = WorkerProcess(self._setup)
            self._thread = threading.Thread(target=self._serve, args=(self._worker,), daemon=True)
            self._thread.start()
        return self._worker

    def _cancel_waiting(self) -> None:
        waiting = []
        while not self._queue.empty():
            item = self._queue.get_nowait()
            if item is not None and not (item.line and item.future.cancel()):
                waiting.append(item)
        for item in waiting:
            self._queue.put(item)

    def _serve(self, worker: WorkerProcess) -> None:
        while (item := self._queue.get()) is not None:
            future = item.future
            wanted = future.set_running_or_notify_cancel()
            answer: Answer | BaseException | None = None
            if wanted or not item.line:
                try:
                    answer = self._run(worker, item)
                except BaseException as exception:  # it belongs to whoever waits
                    answer = exception
            with self._lock:
                self._unanswered -= 1
            if isinstance(answer, BaseException):
                if wanted:
                    future.set_exception(answer)
            elif wanted and answer is not None:
                future.set_result(answer)
        worker.end()

    def _run(self, worker: WorkerProcess, item: _Item) -> Answer:
        if self.died:
            raise WorkerDiedError(self.died)
        if item.line:
            worker.send(item.line)
        while reply := worker.answer():
            message: Any = decode(reply)
            if not isinstance(message, str):
                return message  # type: ignore[no-any-return]
            if self._on_output is not None:
                self._on_output(message)
        failure = failure_of_crash(item.step.cell, worker.died(), worker.crash_report())
        self.died = failure.message
        return Trace(failure=failure)


class Workers:
    """One worker at a time, started when the first cell has to run."""

    def __init__(
        self,
        setup: WorkerSetup,
        plugins: Future[tuple[PluginSetup, ...] | None] | None = None,
        on_output: Callable[[str], None] | None = None,
    ) -> None:
        """No worker yet. The first step waits for `plugins`, where they are not known as yet; a
        worker's process does not.

        A result of None: somebody else has found out that going on is senseless.
        """
        self.setup = setup
        self._plugins = plugins
        self._on_output = on_output
        self._executor: WorkerExecutor | None = None

    def start(self) -> bool:
        """Start a worker, unless one is there, and wait until it can take a step.

        False: it has died, or going on is senseless. Raises what finding out about the
        plugins has raised.
        """
        if self._executor is None:
            self._executor = WorkerExecutor(self.setup, self._on_output)
            self._executor.start()
        plugins = self.setup.plugins if self._plugins is None else self._plugins.result()
        if plugins is not None:
            self._executor.use_plugins(plugins)
        return plugins is not None and not self._executor.died

    def run(self, step: Step) -> Answer:
        """Run a step. Where the worker is gone, the trace has a failure that says so."""
        cell = step.cell
        able = self.start()
        executor = self._executor
        assert executor is not None
        if not able:
            return _ended(cell, f"can't run: {executor.died}" if executor.died else "")
        future = executor.submit(run_step, step)
        try:
            return future.result(None if cell.timeout is None else cell.timeout + GRACE)
        except TimeoutError:
            executor.kill()
            return _ended(cell, f"did not finish within its timeout of {cell.timeout:g} s")
        except WorkerDiedError as failure:
            return _ended(cell, f"can't run: {failure}")

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
