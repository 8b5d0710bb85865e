"""What a build is asked for, what it tells, and who is told how far it is."""

from __future__ import annotations

from collections.abc import Mapping
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
    params: Mapping[str, object] = {}  # over those of the front matter
    cache: bool = True  # take from earlier builds what still holds, and keep for later ones
    environment: Mapping[str, str] = {}  # variables of the code's process, besides the user's


class Report(Struct, frozen=True):
    """What came of a build: `written` lists the result files, nothing where there are errors."""

    problems: tuple[Problem, ...] = ()
    traceback: str = ""  # of the chunk or inline code that failed
    ran: int = 0  # chunks that ran; the others were kept
    chunks: int = 0
    seconds: float = 0.0
    written: tuple[Path, ...] = ()
    log: Path | None = None  # LaTeX's own, where LaTeX found errors
    misuses: tuple[str, ...] = ()  # what is wrong with the request, not with the document

    @property
    def failed(self) -> bool:
        """Whether the document or the request has errors."""
        return bool(self.misuses) or has_errors(self.problems)


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
