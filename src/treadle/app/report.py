"""What a build is asked for, what it gives, and whom it tells how far it is."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from treadle.problem import Problem, has_errors

if TYPE_CHECKING:
    from treadle.press.document.model import Chunk


class Target(Enum):
    """How far a build goes."""

    TEX = "tex"
    PDF = "pdf"


class Request(Struct, frozen=True):
    """One document to build."""

    path: Path
    out_dir: Path = Path("build")
    target: Target = Target.PDF
    code_dir: Path = Path("code")
    params: tuple[str, ...] = ()  # each `name=value`, over those of the front matter
    cache: bool = True  # take from earlier builds what still holds, and keep for later ones


class Built(Struct, frozen=True):
    """What came of it: `written` lists the result files, nothing where there are errors."""

    diagnostics: tuple[Problem, ...]
    traceback: str = ""  # of the chunk or inline code that failed
    ran: int = 0
    chunks: int = 0
    seconds: float = 0.0
    written: tuple[Path, ...] = ()
    log: Path | None = None  # LaTeX's own, where LaTeX found errors
    misuses: tuple[str, ...] = ()  # what is wrong with the request, not with the document

    @property
    def failed(self) -> bool:
        """Whether the document or the request has errors."""
        return bool(self.misuses) or has_errors(self.diagnostics)


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
        """A chunk failed; it is among the diagnostics of `Built`, too."""

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        """The chunk ran to its end, or to an exception, in `seconds`."""


class Silent:
    """A listener that shows nothing."""

    def waiting(self) -> None:
        """Nothing."""

    def stage(self, name: str) -> None:
        """Nothing."""

    def chunk_started(self, chunk: Chunk) -> None:
        """Nothing."""

    def output(self, line: str) -> None:
        """Nothing."""

    def problem(self, problem: Problem) -> None:
        """Nothing."""

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        """Nothing."""
