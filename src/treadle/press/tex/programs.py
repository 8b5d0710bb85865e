"""Running TeX's programs, as long as somebody waits for them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from msgspec import Struct

from treadle.engine.store.atomic import scratch_file

# Where there is this program, none that we start outlives us, however we end.
WITH_US = ("setpriv", "--pdeathsig", "KILL")
# What they tell of their searches are thousands of lines on the stream for errors, which C writes
# out one by one: in large pieces, a pass of 0.17 s takes 0.01 s less.
IN_PIECES = ("stdbuf", "--error=64K")


class Patience(Struct, frozen=True):
    """How long a program may take: `seconds` in all, `quiet` ones without writing to its files."""

    seconds: float = 600  # a macro that never ends must not hold the build for ever
    quiet: float = 120


class ProgramKilledError(OSError):
    """A program was killed: what it has written may end anywhere, and its log says nothing of it.

    To go on with it, or by another way, would give another PDF than a build that nobody disturbs.
    """


class ProgramAbortedError(ProgramKilledError):
    """It has ended itself so: something is wrong within it, or with what it read."""


class Programs:
    """Runs programs, from any thread, and ends those that run when nobody wants them any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False
        starters = (WITH_US, IN_PIECES)
        self._starters = [word for words in starters if shutil.which(words[0]) for word in words]

    def run(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        patience: Patience | None = None,
    ) -> tuple[int, bytes]:
        """Its exit status and all that it printed: what is for errors, which may be thousands of
        lines, at the end.

        Raises ProgramKilledError, other OSErrors where it can't be started, and
        subprocess.TimeoutExpired when `patience` is at its end.
        """
        with os.fdopen(scratch_file("said"), "rb") as said:
            process = self._started(command, directory, environment, said)
            try:
                output = _output(process, directory, patience)
            except BaseException:
                _end(process)
                raise
            finally:
                self._running.discard(process)
            said.seek(0)
            output += said.read()
        if process.returncode < 0:
            raise _killed(command[0], -process.returncode)
        return process.returncode, output

    def stop(self) -> None:
        """Kill those that run, wait for their end, and start no more."""
        with self._lock:
            self._stopped = True
            running = tuple(self._running)
        for process in running:
            _end(process)

    def _started(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        errors: IO[bytes],
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise _killed(command[0], signal.SIGKILL)
            process = subprocess.Popen(
                (*self._starters, *command),
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            self._running.add(process)
            return process


def _output(process: subprocess.Popen[bytes], directory: Path, patience: Patience | None) -> bytes:
    if patience is None:
        return process.communicate()[0]
    end = time.monotonic() + patience.seconds
    size = -1
    while True:
        left = max(0, end - time.monotonic())
        try:
            return process.communicate(timeout=min(patience.quiet, left))[0]
        except subprocess.TimeoutExpired:
            size, before = _written(directory), size
            if size == before or time.monotonic() >= end:
                raise


def _written(directory: Path) -> int:
    """The bytes of its files; one may vanish meanwhile."""
    total = 0
    for path in directory.iterdir():
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _killed(program: str, number: int) -> ProgramKilledError:
    hint = ", perhaps out of memory" if number == signal.SIGKILL else ""
    kind = ProgramAbortedError if number == signal.SIGABRT else ProgramKilledError
    return kind(f"{program} was killed by signal {number}{hint}: build again")
