"""A worker's process: its environment, what goes to it and comes back, and its end, in words."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from treadle.engine.cell import Cell
from treadle.engine.messages import Settings, WorkerSetup, encode
from treadle.engine.run.interpreter import worker_command
from treadle.engine.store.atomic import scratch_file
from treadle.engine.trace import Failure

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
_SHORTEST_NAP = 0.0005  # seconds between two looks whether it has


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
        command = worker_command(setup.python or sys.executable, setup.lent)
        self._process = subprocess.Popen(
            [*command, *map(str, descriptors)],
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
        begin = time.monotonic()
        while not self._has_ended() and (waited := time.monotonic() - begin) < _PATIENCE:
            time.sleep(max(_SHORTEST_NAP, waited / 10))  # as a rule, it ends within 20 ms

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
