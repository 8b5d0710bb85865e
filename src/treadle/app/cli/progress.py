"""What a build shows while it runs: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from treadle.app.cli.problems import Teller, say_waiting
from treadle.app.report import Silent
from treadle.press.document.model import Chunk
from treadle.problem import Problem


@contextmanager
def shown(tell: Teller, *, quiet: bool) -> Iterator[Quiet]:
    """The listener for this standard output."""
    if quiet:
        yield Quiet(tell)
    elif sys.stdout.isatty():
        from treadle.app.cli.live import live_display

        with live_display() as display:
            yield display
    else:
        yield PlainLines(tell)


class Quiet(Silent):
    """Problems alone; `told` are those that were printed, `running` is the chunk that runs."""

    def __init__(self, tell: Teller) -> None:
        """Nothing was printed, nothing runs."""
        self._tell = tell
        self.told: list[Problem] = []
        self.running: Chunk | None = None

    def problem(self, problem: Problem) -> None:
        """Print it: other chunks may run for long before the build ends."""
        self._tell(problem)
        self.told.append(problem)

    def chunk_started(self, chunk: Chunk) -> None:
        """Keep it in mind."""
        self.running = chunk

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        """None runs now."""
        super().chunk_finished(chunk, seconds)
        self.running = None


class PlainLines(Quiet):
    """One line a chunk, when it has run."""

    def waiting(self) -> None:
        """Say so."""
        say_waiting()

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        """Print the chunk's line."""
        super().chunk_finished(chunk, seconds)
        print(chunk_line(chunk, seconds), flush=True)


def chunk_line(chunk: Chunk, seconds: float) -> str:
    """`report.pmd:12 loss 1.3 s`."""
    return f"{chunk.span} {chunk.label} {seconds:.2f} s"
