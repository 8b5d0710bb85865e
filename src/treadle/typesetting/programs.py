"""The TeX programs: what to install where they are not, and running them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from treadle.diagnostics import Diagnostic, Span, error

INSTALL = (
    "install TeX: `make tex` in Treadle's folder, or `apt-get install texlive-latex-extra "
    "texlive-science lmodern`; or write the LaTeX alone with `--to tex`"
)


def missing_program(name: str, span: Span) -> Diagnostic | None:
    """The error that says that `name` is not installed; None where it is."""
    if shutil.which(name):
        return None
    return error(span, f"the program `{name}` is not installed, and the PDF needs it", INSTALL)


class ProgramKilledError(OSError):
    """A program was killed: what it has written may end anywhere, and its log says nothing of it.

    To go on with it, or by another way, would give another PDF than a build that nobody disturbs.
    """


class Programs:
    """Runs programs, from any thread, and ends those that run when nobody wants them any more."""

    def __init__(self) -> None:
        """None runs."""
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        seconds: float | None = None,
    ) -> tuple[int, bytes]:
        """Its exit status and all that it printed.

        Raises ProgramKilledError, other OSErrors where it can't be started, and
        subprocess.TimeoutExpired after `seconds`.
        """
        process = self._started(command, directory, environment)
        try:
            output, _ = process.communicate(timeout=seconds)
        except BaseException:
            _end(process)
            raise
        finally:
            self._running.discard(process)
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
        self, command: Sequence[str], directory: Path, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise _killed(command[0], signal.SIGKILL)
            process = subprocess.Popen(
                command,
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            self._running.add(process)
            return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _killed(program: str, number: int) -> ProgramKilledError:
    hint = ", perhaps out of memory" if number == signal.SIGKILL else ""
    return ProgramKilledError(f"{program} was killed by signal {number}{hint}: build again")
