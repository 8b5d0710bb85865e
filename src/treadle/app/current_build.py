"""A build on its way: what it was asked for, what came of the code, what is wrong so far."""

from __future__ import annotations

import time
from pathlib import Path

from msgspec import Struct, field

from treadle.app.execute import Executed
from treadle.app.prepare import Prepared
from treadle.app.report import Listener, Report, Request
from treadle.app.scratch import Scratch
from treadle.engine.store.store import Store
from treadle.engine.trace import Observed, Trace
from treadle.press.results import Result
from treadle.problem import Problem, Span, has_errors


class Build(Struct):
    """One build; its parts fill it in."""

    request: Request
    listener: Listener
    prepared: Prepared
    scratch: Scratch
    started: float
    begun: int  # nanoseconds since 1970: what changes from then on, may have been read before
    extracted: int = 0  # the same for what is extracted to `code_dir`
    problems: list[Problem] = field(default_factory=list)
    store: Store | None = None
    executed: Executed | None = None  # where the document has code
    results: list[Result | None] = field(default_factory=list)  # by block of the document
    sources: set[Path] = field(default_factory=set)  # files read besides those that code reads
    written: tuple[Path, ...] = ()  # what it was asked for
    log: Path | None = None
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
        found = self.executed.ran.traces if self.executed else ()
        return tuple(trace for trace in found if trace is not None)

    @property
    def blocks_ran(self) -> frozenset[int]:
        """The blocks of the document whose chunks ran in this build."""
        ran = self.executed.ran.ran if self.executed else frozenset()
        cells = self.prepared.cells
        chunks = (cell for cell in cells.cells if not cell.is_inline)
        return frozenset(cells.blocks[cell.number] for cell in chunks if cell.number in ran)

    def report(self) -> Report:
        return Report(
            problems=tuple(sorted(dict.fromkeys(self.problems), key=self._place)),
            traceback="\n".join(self.executed.tracebacks) if self.executed else "",
            ran=len(self.blocks_ran),
            chunks=len(self.prepared.document.chunks),
            seconds=time.monotonic() - self.started,
            written=self.written,
            log=self.log,
        )

    def _place(self, problem: Problem) -> tuple[bool, Span]:
        """The document's own problems come first, by line."""
        return problem.span.file != str(self.request.path), problem.span
