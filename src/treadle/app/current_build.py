"""A build on its way: what it was asked for, what came of it so far, and what it tells."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from treadle.app.listener import Listener
from treadle.app.prepare import Prepared
from treadle.app.report import Report
from treadle.app.request import Request
from treadle.app.scratch import Scratch
from treadle.engine.plan.context import Context
from treadle.engine.plan.scans import KnownScans
from treadle.engine.run.loop import Outcome
from treadle.engine.store.store import Store
from treadle.engine.trace import Observed, Trace
from treadle.problem import Problem, Span, has_errors

if TYPE_CHECKING:
    from treadle.press.results import Result
    from treadle.press.weave.page import Page


class Build(Struct):
    """One build; its parts fill it in."""

    request: Request
    listener: Listener
    prepared: Prepared
    scratch: Scratch
    started: float = 0.0  # seconds on a clock of its own
    begun: int = 0  # nanoseconds since 1970: what changes from then on, may have been read before
    extracted: int = 0  # the same for what is extracted to `code_dir`
    problems: list[Problem] = field(default_factory=list)
    store: Store | None = None
    context: Context | None = None  # where there is a store, and the document has code
    scans: KnownScans | None = None  # likewise
    outcome: Outcome | None = None  # where the document has code
    cells_ran: frozenset[int] = frozenset()  # by number
    tracebacks: tuple[str, ...] = ()  # of what failed
    results: list[Result | None] = field(default_factory=list)  # by block of the document
    sources: set[Path] = field(default_factory=set)  # files read besides those that code reads
    page: Page | None = None  # as LaTeX has measured it
    written: tuple[Path, ...] = ()  # what it was asked for
    log: Path | None = None
    plugins: tuple[tuple[str, str], ...] | None = None  # those installed; None: not looked for yet
    typeset: Observed | None = None  # what LaTeX rests on; None: that can't be told
    day: str = ""  # the day for which the PDF is good; empty: any

    @property
    def failed(self) -> bool:
        return has_errors(self.problems)

    @property
    def folder(self) -> Path:
        """The document's folder, in which its code runs."""
        return self.request.path.resolve().parent

    @property
    def top(self) -> Span:
        return Span.at(str(self.request.path), 1)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """What came of the cells that ran or were kept."""
        return tuple(
            trace for trace in (self.outcome.traces if self.outcome else ()) if trace is not None
        )

    @property
    def blocks_ran(self) -> frozenset[int]:
        """The blocks of the document whose chunks ran in this build."""
        cells = self.prepared.cells
        ran = (cell for cell in cells.cells if cell.number in self.cells_ran)
        return frozenset(cells.blocks[cell.number] for cell in ran if not cell.is_inline)

    def report(self) -> Report:
        return Report(
            problems=tuple(sorted(self.prepared.told(self.problems), key=self._place)),
            traceback="\n".join(self.tracebacks),
            ran=len(self.blocks_ran),
            chunks=len(self.prepared.document.chunks),
            seconds=time.monotonic() - self.started,
            written=self.written,
            log=self.log,
        )

    def _place(self, problem: Problem) -> tuple[bool, Span]:
        """The document's own problems come first, in its order, then those of other files."""
        span = self.prepared.document.files.numbered(problem.span)
        return span.file != str(self.request.path), span
