"""Builds in process groups of their own, that can be killed at any moment."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "treadle", "build")
FINISHED = re.compile(r"\S+\.pmd:\d+ (\S+) [\d.]+ s")
PATIENCE = 120  # seconds for a build that nobody kills


@dataclass(frozen=True)
class Ended:
    """What a build printed until it ended or was killed (then its status is negative)."""

    status: int
    output: str
    errors: str
    seconds: float

    @property
    def finished(self) -> frozenset[str]:
        """The chunks of which it said that they had run."""
        return frozenset(FINISHED.findall(self.output))


class Running:
    """A build under way in `folder`."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        before: Callable[[], None] | None = None,
    ) -> None:
        """`before` is called in the new process, before the command is.

        LaTeX is found where a PDF is asked for: else it would only measure the page.
        """
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env={**os.environ, "PATH": ""} if "--to" in arguments else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            preexec_fn=before,
        )

    def kill_all_after(self, seconds: float) -> Ended:
        """Kill the command, its worker and LaTeX at once, unless the build ends before."""
        return self._after(seconds, lambda: os.killpg(self._process.pid, signal.SIGKILL))

    def kill_the_command_after(self, seconds: float) -> Ended:
        """Kill the command alone; its worker goes on until it notices."""
        return self._after(seconds, self._process.kill)

    def interrupt_when(self, ready: Callable[[], bool]) -> Ended:
        """Ctrl-C for the command, as soon as `ready` and a little later."""
        while not ready() and self._process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3)
        return self._after(0.0, lambda: self._process.send_signal(signal.SIGINT))

    def end(self) -> Ended:
        """Wait for the end of the build."""
        return self._after(PATIENCE, lambda: None)

    def _after(self, seconds: float, act: Callable[[], None]) -> Ended:
        try:
            self._process.wait(max(0.0, self._started + seconds - time.monotonic()))
        except subprocess.TimeoutExpired:
            act()
        output, errors = self._process.communicate(timeout=PATIENCE)
        spent = time.monotonic() - self._started
        return Ended(self._process.returncode, output, errors, spent)


def build(folder: Path, *arguments: str) -> Ended:
    """A build that nobody kills."""
    return Running(folder, *arguments).end()
