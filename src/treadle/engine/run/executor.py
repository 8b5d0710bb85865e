"""Running tasks in a worker process, through the interface of `concurrent.futures`."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import Any, NamedTuple

from treadle.engine.messages import (
    ChunkResult,
    InlineResult,
    InlineTask,
    Result,
    Step,
    Stepped,
    Task,
    WorkerSetup,
    decode,
    encode,
)
from treadle.engine.run.process import WorkerProcess, failure_of_crash

_AT_ONCE = 1 << 15  # bytes that a pipe takes, whether somebody reads or not


class WorkerDiedError(RuntimeError):
    """The worker process is gone, and with it what the earlier chunks had computed."""


def run_task(task: Task | Step) -> Result | Stepped:
    """What is submitted with each task; a `WorkerExecutor` runs it in its worker process."""
    raise RuntimeError(f"submit {task} to a WorkerExecutor: tasks run in a worker process only")


class _Item(NamedTuple):
    future: Future[Any]
    task: Task | Step
    line: bytes  # the task as it is sent; empty: it has been


class WorkerExecutor(Executor):
    """One worker process, started by `start` or the first task; tasks run in it in order.

    `on_output` is called with the latest line that the running chunk printed, from another
    thread. A worker that dies gives its task a `Failure`; later tasks raise `WorkerDiedError`.
    """

    def __init__(self, setup: WorkerSetup, on_output: Callable[[str], None] | None = None) -> None:
        """The worker will be set up as `setup` says."""
        self._setup = setup
        self._on_output = on_output
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._unanswered = 0  # tasks
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._thread: threading.Thread | None = None
        self._died = ""
        self._closed = False

    def submit(  # type: ignore[override]
        self, fn: Callable[[Task | Step], Result | Stepped], /, task: Task | Step
    ) -> Future[Result | Stepped]:
        """Run a task after those submitted before it; `fn` is `run_task`."""
        if fn is not run_task:
            raise TypeError("a WorkerExecutor runs tasks: submit(run_task, task)")
        future: Future[Result | Stepped] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the WorkerExecutor is closed")
            worker = self._started()
            try:
                line = encode(task)
            except Exception as mistake:  # the caller's: it can't be sent
                future.set_exception(mistake)
                return future
            if not self._unanswered and len(line) < _AT_ONCE:  # a thread takes long to wake up
                worker.send(line)
                line = b""
            self._unanswered += 1
            self._queue.put(_Item(future, task, line))
        return future

    def start(self) -> None:
        """Start the worker process now, so that it is ready when the first task comes."""
        with self._lock:
            self._started()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the worker end after the tasks submitted so far."""
        with self._lock:
            self._closed = True
            if cancel_futures:
                self._cancel_waiting()
            self._queue.put(None)
        if wait and self._thread is not None:
            self._thread.join()

    @property
    def died(self) -> bool:
        """Whether the worker ended before it had answered."""
        return bool(self._died)

    def stop(self) -> None:
        """End the worker process at once, whatever it is doing: its task fails."""
        if self._worker is not None:
            self._worker.kill()

    def kill(self) -> None:
        """Stop, and take no more tasks."""
        self.stop()
        self.shutdown(cancel_futures=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """After an exception (Ctrl-C) don't wait for a chunk that may run for long."""
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
            answer: Result | Stepped | BaseException | None = None
            if wanted or not item.line:
                try:
                    answer = self._run(worker, item)
                except BaseException as exception:  # it belongs to whoever waits
                    answer = exception
            with self._lock:
                self._unanswered -= 1
            if wanted and isinstance(answer, BaseException):
                future.set_exception(answer)
            elif wanted:
                future.set_result(answer)
        worker.end()

    def _run(self, worker: WorkerProcess, item: _Item) -> Result | Stepped:
        if self._died:
            raise WorkerDiedError(self._died)
        if item.line:
            worker.send(item.line)
        while reply := worker.answer():
            message = decode(reply)
            if not isinstance(message, str):
                return message  # type: ignore[no-any-return]
            if self._on_output is not None:
                self._on_output(message)
        if isinstance(item.task, Step):
            return Stepped(self._death(worker, item.task.task))
        return self._death(worker, item.task)

    def _death(self, worker: WorkerProcess, task: Task) -> Result:
        code = worker.died()
        failure = failure_of_crash(task, code, worker.crash_report())
        self._died = failure.message
        if isinstance(task, InlineTask):
            return InlineResult(failure=failure)
        return ChunkResult(failure=failure)
