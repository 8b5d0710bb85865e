"""The live display on a terminal: the chunk that runs, for how long, its latest line."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from treadle.app.cli.problems import in_text, line_of
from treadle.app.cli.progress import Quiet, chunk_line
from treadle.press.document.model import Chunk
from treadle.problem import Problem

# Colours and cursor movements of the chunk's own would garble the display.
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f\x7f]")


class LiveDisplay(Quiet):
    """A listener that keeps one line at the foot of the terminal up to date."""

    def __init__(self, console: Console) -> None:
        """It shows that the document is being read."""
        super().__init__(self._print)
        self._console = console
        self._spinner = Spinner("dots")
        self._now("reading")

    def waiting(self) -> None:
        """Show why nothing happens."""
        self._now("waiting for another build of the document to end")

    def stage(self, name: str) -> None:
        """Show this stage."""
        self._now(name)

    def chunk_started(self, chunk: Chunk) -> None:
        """Show this chunk."""
        super().chunk_started(chunk)
        self._now(f"{chunk.span} {chunk.label}")

    def output(self, line: str) -> None:
        """Show this line of output."""
        self._latest = line

    def problem(self, problem: Problem) -> None:
        """Print it above the display; a file that standard error goes to has it in the end."""
        if sys.stderr.isatty():
            super().problem(problem)
        else:
            self._console.print(Text(line_of(problem)))

    def _print(self, problem: Problem) -> None:
        self._console.print(Text.from_ansi(in_text(problem)))

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        """Print the chunk's line above the display."""
        super().chunk_finished(chunk, seconds)
        self._console.print(Text(chunk_line(chunk, seconds)))
        self._now("")

    def _now(self, what: str) -> None:
        self._what, self._latest = what, ""
        self._since = time.monotonic()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Spinner, what runs, its time, its latest line: as much as one row holds."""
        if not self._what:
            return
        row = Table.grid(padding=(0, 1))
        for _ in range(4):
            row.add_column(no_wrap=True, overflow="ellipsis")
        elapsed = f"{time.monotonic() - self._since:.0f} s"
        latest = Text(TERMINAL_CODES.sub("", self._latest), style="dim")
        row.add_row(self._spinner, Text(self._what, style="bold"), Text(elapsed), latest)
        yield row


@contextmanager
def live_display() -> Iterator[LiveDisplay]:
    """The display, removed from the terminal in the end; the chunks' lines stay."""
    console = Console(highlight=False, soft_wrap=True)
    display = LiveDisplay(console)
    with Live(
        display, console=console, transient=True, refresh_per_second=8,
        redirect_stdout=False, redirect_stderr=False,
    ):  # fmt: skip
        yield display
