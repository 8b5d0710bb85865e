"""The worker's process, and all that it starts: a group of processes, which ends as a whole."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from treadle.engine.cell import Cell
from treadle.engine.messages import WorkerSetup
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


def worker_environment(setup: WorkerSetup) -> dict[str, str]:
    """The user's variables, and those that keep builds alike."""
    return os.environ | _ENVIRONMENT | setup.environment | _thread_limits(setup.threads)


def _thread_limits(threads: int | None) -> dict[str, str]:
    """What numerical libraries read when they are loaded; sums differ with their threads."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {} if threads is None else dict.fromkeys(names, str(threads))


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
    """The report without the worker's own frames and the list of loaded libraries."""
    lines = report.partition("\n\nExtension modules:")[0].splitlines()
    kept = [line for line in lines if _OURS not in line and "<frozen runpy>" not in line]
    return "\n".join([*kept, message]).strip() + "\n"


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
        self._crash = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the worker)
        descriptors = (tasks_read, results_write, self._crash.fileno())
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
        os.close(tasks_read)
        os.close(results_write)
        self._tasks = os.fdopen(tasks_write, "wb")
        self._results = os.fdopen(results_read, "rb")

    def send(self, line: bytes) -> None:
        """Ask something; if the process is gone, who waits for the answer is told."""
        with contextlib.suppress(BrokenPipeError):
            self._tasks.write(line)
            self._tasks.flush()

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
        self._results.close()
        self._crash.close()

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
