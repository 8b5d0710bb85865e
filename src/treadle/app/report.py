"""What a build tells when it is done."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from treadle.problem import Problem, has_errors


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
