"""A build on its way: what it was asked for, what it has found out so far."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from treadle.app.prepare import Prepared
from treadle.app.report import Built, Listener, Request
from treadle.app.run import Ran
from treadle.app.scratch import Scratch
from treadle.app.unchanged import Finished
from treadle.engine.messages import Result
from treadle.engine.store.store import Store
from treadle.problem import Problem, Span, has_errors

if TYPE_CHECKING:
    from treadle.app.planning import Prospect


class Work(Struct):
    """One build."""

    request: Request
    listener: Listener
    prepared: Prepared
    scratch: Scratch
    started: float
    begun: int  # nanoseconds since 1970: what changes from then on, may have been read before
    extracted: int = 0  # the same for what is extracted to `code_dir`
    problems: list[Problem] = field(default_factory=list)
    ran: Ran = field(default_factory=Ran)
    results: list[Result | None] = field(default_factory=list)  # by block of the document
    chunks: int = 0  # so many ran
    fresh: frozenset[int] = frozenset()  # the blocks of these
    store: Store | None = None
    prospect: Prospect | None = None  # where there is a store
    sources: set[Path] = field(default_factory=set)  # files read besides those that code reads
    written: tuple[Path, ...] = ()  # what it was asked for
    outputs: tuple[Path, ...] = ()  # all that builds of the document have put into DIR
    log: Path | None = None
    typeset: Mapping[str, str] | None = None  # what LaTeX rests on; None: that can't be told
    day: str = ""  # the day for which the PDF is good; empty: any

    @property
    def failed(self) -> bool:
        """Whether there are errors."""
        return has_errors(self.problems)

    @property
    def folder(self) -> Path:
        """The document's folder, in which its code runs."""
        return self.request.path.resolve().parent

    def _place(self, problem: Problem) -> tuple[bool, Span]:
        """The document's own problems come first, by line."""
        return problem.span.file != str(self.request.path), problem.span

    def finished(self) -> Finished | None:
        """What came of a build without errors."""
        if self.failed or not self.written:
            return None
        return Finished(
            request=self.request,
            sources=frozenset(map(str, self.sources)),
            outputs=self.outputs,
            results=self.written,
            problems=tuple(dict.fromkeys(self.problems)),
            chunks=len(self.prepared.document.chunks),
            begun=self.begun,
            extracted=self.extracted,
            threads=self.prepared.settings.threads,
            typeset=self.typeset,
            day=self.day,
        )

    def built(self) -> Built:
        """What to tell of it."""
        return Built(
            diagnostics=tuple(sorted(dict.fromkeys(self.problems), key=self._place)),
            traceback="\n".join(self.ran.tracebacks),
            ran=self.chunks,
            chunks=len(self.prepared.document.chunks),
            seconds=time.monotonic() - self.started,
            written=self.written,
            log=self.log,
        )
