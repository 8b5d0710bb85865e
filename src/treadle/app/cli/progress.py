"""What a build shows while it runs: on a terminal a live line at its foot, elsewhere plain lines.

rich is imported where it is used: that takes 0.1 s, and only a terminal needs it.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from treadle.app.cli.arguments import say_waiting
from treadle.app.cli.problems import Printer, in_text, line_of
from treadle.app.listener import Silent
from treadle.press.document.model import Chunk
from treadle.problem import Problem

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

# Colours and cursor movements of the chunk's own would garble the display.
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f\x7f]")


@contextmanager
def shown(listener: ProblemsAlone) -> Iterator[ProblemsAlone]:
    """Shows what happens meanwhile. What breaks off the build finds it said which chunk was
    running."""
    try:
        with listener:
            yield listener
    except BaseException:
        if (chunk := listener.running) is not None:
            print(f"treadle: {chunk.span}: {chunk.label} was running", file=sys.stderr)
        raise


def of_build(printer: Printer, *, quiet: bool) -> ProblemsAlone:
    """What a build shows on this standard output."""
    kind = ProblemsAlone if quiet else LiveLine if sys.stdout.isatty() else PlainLines
    return kind(printer)


def of_verifying(printer: Printer, *, quiet: bool) -> ProblemsAlone:
    """The same where one line is to be left in the end."""
    return Passing(printer) if sys.stdout.isatty() and not quiet else ProblemsAlone(printer)


class ProblemsAlone(Silent):
    """Prints problems when they happen: other chunks may run for long before the build ends."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self.running: Chunk | None = None

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def problem(self, problem: Problem) -> None:
        self._printer.print(problem)

    def chunk_started(self, chunk: Chunk) -> None:
        self.running = chunk

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        super().chunk_finished(chunk, seconds)
        self.running = None


class PlainLines(ProblemsAlone):
    """One line a chunk, when it has run."""

    def waiting(self) -> None:
        say_waiting()

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        super().chunk_finished(chunk, seconds)
        print(chunk_line(chunk, seconds), flush=True)


def chunk_line(chunk: Chunk, seconds: float) -> str:
    """`report.pmd:12 loss 1.3 s`."""
    return f"{chunk.span} {chunk.label} {seconds:.2f} s"


class LiveLine(ProblemsAlone):
    """A line that is gone in the end: what runs, for how long, its latest line of output.

    Problems and the lines of chunks that have run are printed above it, and stay.
    """

    def __init__(self, printer: Printer) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        super().__init__(printer)
        self._console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
        self._spinner = Spinner("dots")
        self._live = Live(
            self, console=self._console, transient=True, refresh_per_second=8,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self.stage("reading")

    def __enter__(self) -> None:
        self._live.start(refresh=True)

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def waiting(self) -> None:
        self.stage("waiting for another build of the document to end")

    def stage(self, name: str) -> None:
        self._what, self._latest = name, ""
        self._since = time.monotonic()

    def chunk_started(self, chunk: Chunk) -> None:
        super().chunk_started(chunk)
        self.stage(f"{chunk.span} {chunk.label}")

    def output(self, line: str) -> None:
        self._latest = line

    def problem(self, problem: Problem) -> None:
        """Where standard error is a file, that gets it in the end."""
        from rich.text import Text

        if sys.stderr.isatty():
            self._console.print(Text.from_ansi(in_text(problem)))
            self._printer.printed.add(problem)
        else:
            self._console.print(line_of(problem))

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        super().chunk_finished(chunk, seconds)
        self._console.print(chunk_line(chunk, seconds))
        self.stage("")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As much as one row holds."""
        from rich.table import Table

        if not self._what:
            return
        row = Table.grid(padding=(0, 1))
        for style in ("", "bold", "", "dim"):
            row.add_column(style=style, no_wrap=True, overflow="ellipsis")
        elapsed = f"{time.monotonic() - self._since:.0f} s"
        row.add_row(self._spinner, self._what, elapsed, TERMINAL_CODES.sub("", self._latest))
        yield row


class Passing(LiveLine):
    """Leaves no lines of the chunks that have run."""

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        ProblemsAlone.chunk_finished(self, chunk, seconds)
        self.stage("")
