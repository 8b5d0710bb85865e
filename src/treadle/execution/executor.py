"""Running tasks in a worker process, through the interface of `concurrent.futures`."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import IO, Any, NamedTuple

from msgspec import Struct

from treadle.execution.crash import failure_of_crash
from treadle.execution.protocol import decode, encode
from treadle.execution.result import ChunkResult, InlineResult, Result, Stepped
from treadle.execution.task import InlineTask, Step, Task, WorkerSetup

_AT_ONCE = 1 << 15  # bytes that a pipe takes, whether somebody reads or not
_PATIENCE = 5.0  # seconds for a worker to end by itself

# The same in every build, whatever the user's terminal and language.
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # a printed set would differ between builds
    "PYTHONUTF8": "1",
    "MPLBACKEND": "agg",
    "COLUMNS": "80",
    "LINES": "24",
    "TERM": "dumb",
    "NO_COLOR": "1",
    # Threads that wait asleep: spinning ones stall each other where anything else runs as well.
    "OMP_WAIT_POLICY": "PASSIVE",
}


class WorkerDiedError(RuntimeError):
    """The worker process is gone, and with it what the earlier chunks had computed."""


def run_task(task: Task | Step) -> Result | Stepped:
    """What is submitted with each task; a `WorkerExecutor` runs it in its worker process."""
    raise RuntimeError(f"submit {task} to a WorkerExecutor: tasks run in a worker process only")


class _Worker(Struct):
    process: subprocess.Popen[bytes]
    tasks: IO[bytes]
    results: IO[bytes]
    crash: IO[bytes]


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
        self._worker: _Worker | None = None
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
                _send(worker, line)
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
        worker = self._worker
        if worker is not None and worker.process.poll() is None:
            worker.process.kill()

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

    def _started(self) -> _Worker:
        if self._worker is None:
            self._worker = start_worker(self._setup)
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

    def _serve(self, worker: _Worker) -> None:
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
        _end(worker)

    def _run(self, worker: _Worker, item: _Item) -> Result | Stepped:
        if self._died:
            raise WorkerDiedError(self._died)
        if item.line:
            _send(worker, item.line)
        while reply := worker.results.readline():
            message = decode(reply)
            if not isinstance(message, str):
                return message  # type: ignore[no-any-return]
            if self._on_output is not None:
                self._on_output(message)
        if isinstance(item.task, Step):
            return Stepped(self._death(worker, item.task.task))
        return self._death(worker, item.task)

    def _death(self, worker: _Worker, task: Task) -> Result:
        code = worker.process.wait()
        worker.crash.seek(0)
        failure = failure_of_crash(task, code, worker.crash.read().decode("utf-8", "replace"))
        self._died = failure.message
        if isinstance(task, InlineTask):
            return InlineResult(failure=failure)
        return ChunkResult(failure=failure)


def _send(worker: _Worker, line: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):  # it is gone: who waits for its answer is told
        worker.tasks.write(line)
        worker.tasks.flush()


def start_worker(setup: WorkerSetup) -> _Worker:
    """A fresh process (never a fork of this one: threads and torch don't survive it)."""
    tasks_read, tasks_write = os.pipe()
    results_read, results_write = os.pipe()
    crash = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the worker)
    descriptors = (tasks_read, results_write, crash.fileno())
    process = subprocess.Popen(
        # -P: a json.py beside the document must not become the worker's own json.
        [sys.executable, "-P", "-m", "treadle.execution.worker", *map(str, descriptors)],
        cwd=setup.directory,
        env=worker_environment(setup.threads),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=descriptors,
    )
    os.close(tasks_read)
    os.close(results_write)
    worker = _Worker(process, os.fdopen(tasks_write, "wb"), os.fdopen(results_read, "rb"), crash)
    _send(worker, encode(setup))  # if it died at once, the first task says so
    return worker


def worker_environment(threads: int | None) -> dict[str, str]:
    """The environment variables of a worker: the user's, and those that keep builds alike."""
    return os.environ | _ENVIRONMENT | _thread_limits(threads)


def _thread_limits(threads: int | None) -> dict[str, str]:
    """What numerical libraries read when they are loaded; sums differ with their threads."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {} if threads is None else dict.fromkeys(names, str(threads))


def _end(worker: _Worker) -> None:
    """Close the worker's input, which ends it; kill it if it doesn't."""
    with contextlib.suppress(BrokenPipeError):
        worker.tasks.close()
    try:
        worker.process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        worker.process.kill()
        worker.process.wait()
    worker.results.close()
    worker.crash.close()
