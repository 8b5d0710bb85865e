"""Who is told how far a build is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from treadle.problem import Problem

if TYPE_CHECKING:
    from treadle.press.document.model import Chunk


class Listener(Protocol):
    """Is told what happens while it happens; what it shows is its own affair."""

    def waiting(self) -> None:
        """Another build of the document has to come to its end first."""

    def stage(self, name: str) -> None:
        """The build now does this, in words: "weaving"."""

    def chunk_started(self, chunk: Chunk) -> None:
        """This chunk runs now."""

    def output(self, line: str) -> None:
        """The chunk's latest line of output."""

    def problem(self, problem: Problem) -> None:
        """A chunk failed; it is among the problems of the `Report`, too."""

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        """The chunk ran to its end, or to an exception, in `seconds`."""


class Silent:
    """A listener that shows nothing, for others to begin with."""

    def waiting(self) -> None: ...
    def stage(self, name: str) -> None: ...
    def chunk_started(self, chunk: Chunk) -> None: ...
    def output(self, line: str) -> None: ...
    def problem(self, problem: Problem) -> None: ...
    def chunk_finished(self, chunk: Chunk, seconds: float) -> None: ...
