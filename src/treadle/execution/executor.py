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
from typing import IO, Any

from msgspec import Struct

from treadle.execution.crash import failure_of_crash
from treadle.execution.protocol import decode, encode
from treadle.execution.result import ChunkResult, InlineResult, Result, Stepped
from treadle.execution.task import InlineTask, Step, Task, WorkerSetup

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


class WorkerExecutor(Executor):
    """One worker process, started by `start` or the first task; tasks run in it in order.

    `on_output` is called with the latest line that the running chunk printed, from another
    thread. A worker that dies gives its task a `Failure`; later tasks raise `WorkerDiedError`.
    """

    def __init__(self, setup: WorkerSetup, on_output: Callable[[str], None] | None = None) -> None:
        """The worker will be set up as `setup` says."""
        self._setup = setup
        self._on_output = on_output
        self._queue: queue.SimpleQueue[tuple[Future[Any], Task | Step] | None] = queue.SimpleQueue()
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
            self._start()
            self._queue.put((future, task))
        return future

    def start(self) -> None:
        """Start the worker process now, so that it is ready when the first task comes."""
        with self._lock:
            self._start()

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

    def _start(self) -> None:
        if self._worker is None:
            self._worker = start_worker(self._setup)
            self._thread = threading.Thread(target=self._serve, args=(self._worker,), daemon=True)
            self._thread.start()

    def _cancel_waiting(self) -> None:
        while not self._queue.empty():
            item = self._queue.get_nowait()
            if item is not None:
                item[0].cancel()

    def _serve(self, worker: _Worker) -> None:
        while (item := self._queue.get()) is not None:
            future, task = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._run(worker, task))
            except BaseException as exception:  # it belongs to whoever waits
                future.set_exception(exception)
        _end(worker)

    def _run(self, worker: _Worker, task: Task | Step) -> Result | Stepped:
        if self._died:
            raise WorkerDiedError(self._died)
        line = encode(task)  # a task that can't be sent is the caller's mistake
        try:
            worker.tasks.write(line)
            worker.tasks.flush()
            while reply := worker.results.readline():
                message = decode(reply)
                if not isinstance(message, str):
                    return message  # type: ignore[no-any-return]
                if self._on_output is not None:
                    self._on_output(message)
        except BrokenPipeError:
            pass
        if isinstance(task, Step):
            return Stepped(self._death(worker, task.task))
        return self._death(worker, task)

    def _death(self, worker: _Worker, task: Task) -> Result:
        code = worker.process.wait()
        worker.crash.seek(0)
        failure = failure_of_crash(task, code, worker.crash.read().decode("utf-8", "replace"))
        self._died = failure.message
        if isinstance(task, InlineTask):
            return InlineResult(failure=failure)
        return ChunkResult(failure=failure)


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
    with contextlib.suppress(BrokenPipeError):  # it died at once: the first task says so
        worker.tasks.write(encode(setup))
        worker.tasks.flush()
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
