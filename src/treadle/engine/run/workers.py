"""The worker of a build: its process, and all that it starts; steps go to it, through the interface
of `concurrent.futures`, and what went wrong comes back in words.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from msgspec import Struct

from treadle.engine.cell import Cell
from treadle.engine.messages import Answer, Settings, Step, WorkerSetup, decode, encode
from treadle.engine.store.atomic import scratch_file
from treadle.engine.trace import Failure, Trace

# The same in every build, whatever the user's terminal and language.
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # a printed set would differ between builds
    "PYTHONUTF8": "1",
    "PYTHONOPTIMIZE": "",  # else an `assert` that checks an equation checks nothing
    "COLUMNS": "80",
    "LINES": "24",
    "TERM": "dumb",
    "NO_COLOR": "1",
    # Threads that wait asleep: spinning ones stall each other where anything else runs as well.
    "OMP_WAIT_POLICY": "PASSIVE",
}
# What numerical libraries read when they are loaded; sums differ with their threads.
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def worker_environment(setup: WorkerSetup) -> dict[str, str]:
    """The user's variables, and those that keep builds alike."""
    threads = {} if setup.threads is None else dict.fromkeys(_THREADS, str(setup.threads))
    return os.environ | _ENVIRONMENT | setup.environment | threads


_OURS = str(Path(__file__).parents[2])  # the package `treadle`
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in ', re.MULTILINE)


def failure_of_crash(cell: Cell, code: int, report: str) -> Failure:
    """The failure of the cell during which the worker ended with `code`.

    `report` is what Python's faulthandler left: the frames, innermost first.
    """
    what = "inline code" if cell.is_inline else cell.label
    message = f"the worker process died ({_reason(code)}) while running {what}{_limit(cell)}"
    frames = [(found["file"], int(found["line"])) for found in _FRAME.finditer(report)]
    line = next((line for file, line in frames if file == cell.file), cell.line)
    return Failure(message, _without_ours(message, report), cell.file, line, gone=True)


def _without_ours(message: str, report: str) -> str:
    """The report without the worker's own frames and the list of loaded libraries; nothing
    where it has no more to tell than the message."""
    lines = report.partition("\n\nExtension modules:")[0].splitlines()
    kept = [line for line in lines if _OURS not in line and "<frozen runpy>" not in line]
    return "\n".join([*kept, message]).strip() + "\n" if any(kept) else ""


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
    hint = ", perhaps out of memory" if name == "SIGKILL" else ""
    return f"signal {-code}, {name}{hint}"


def _limit(cell: Cell) -> str:
    """A library that gets no memory may end the process itself."""
    if cell.memory is None:
        return ""
    return f", which may hold {cell.memory / 10**6:,.0f} MB (memory=): perhaps it needs more"


_PATIENCE = 5.0  # seconds for a worker to end by itself
_LONGEST_NAP = 0.02  # seconds between two looks whether it has


class WorkerProcess:
    """A fresh process (never a fork of this one: threads and torch don't survive it)."""

    def __init__(self, setup: WorkerSetup) -> None:
        """Start it, in a session of its own: what chunks start belongs to it, and ends with it."""
        self._reaping = threading.Lock()
        tasks_read, tasks_write = os.pipe()
        results_read, results_write = os.pipe()
        known_read, known_write = os.pipe()
        self._crash = os.fdopen(scratch_file("crash"), "rb")
        self._settings = os.fdopen(scratch_file("settings"), "wb")
        files = (self._crash.fileno(), known_read, self._settings.fileno())
        descriptors = (tasks_read, results_write, *files)
        self._process = subprocess.Popen(
            # -P: a json.py beside the document must not become the worker's own json.
            [sys.executable, "-P", "-m", "treadle.engine.worker", *map(str, descriptors)],
            cwd=setup.directory,
            env=worker_environment(setup),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=descriptors,
            start_new_session=True,
        )
        for descriptor in (tasks_read, results_write, known_read):
            os.close(descriptor)
        self._known = os.fdopen(known_write, "wb")
        self._tasks = os.fdopen(tasks_write, "wb")
        self._results = os.fdopen(results_read, "rb")

    def send(self, line: bytes) -> None:
        """Ask something; if the process is gone, who waits for the answer is told."""
        with contextlib.suppress(BrokenPipeError):
            self._tasks.write(line)
            self._tasks.flush()

    def tell(self, settings: Settings) -> None:
        """Let plugins know what they may be waiting for; nobody does once it has ended."""
        with contextlib.suppress(ValueError), self._settings, self._known:
            self._settings.write(encode(settings))
            self._settings.flush()

    def answer(self) -> bytes:
        """The next line it answers; empty: it has ended."""
        return self._results.readline()

    def crash_report(self) -> str:
        """What it left about its own end."""
        self._crash.seek(0)
        return self._crash.read().decode("utf-8", "replace")

    def kill(self) -> None:
        """End it at once, and what it started, whatever they are doing."""
        with self._reaping:
            if self._process.returncode is None:
                self._kill_group()

    def died(self) -> int:
        """It answers no more: wait for its end, or make one; the status, negative: a signal."""
        self._await()
        return self._reaped()

    def end(self) -> None:
        """Close its input, which ends it, and what it started; kill it if it goes on."""
        with contextlib.suppress(BrokenPipeError):
            self._tasks.close()
        if self._process.returncode is None:
            self._await()
            self._reaped()
        for file in (self._results, self._crash, self._settings, self._known):
            file.close()

    def _await(self) -> None:
        """Wait until it has ended, or patience has."""
        deadline, nap = time.monotonic() + _PATIENCE, 0.0005
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(nap)
            nap = min(2 * nap, _LONGEST_NAP)

    def _has_ended(self) -> bool:
        # It stays a zombie: until it is reaped, no other process can get the group's number.
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, flags) is not None

    def _reaped(self) -> int:
        with self._reaping:
            self._kill_group()
            return self._process.wait()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


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
