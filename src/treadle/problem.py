"""Problems, and where in the user's source they are."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct


class Span(Struct, frozen=True, order=True):
    """Lines `line` to `end_line` of `file`, both counted from 1 and both included.

    `column` is that of the character of `line` that is meant, from 1; 0: the line as a whole.
    """

    file: str
    line: int
    end_line: int
    column: int = 0

    @classmethod
    def at(cls, file: str, line: int, column: int = 0) -> Span:
        """The span of one line."""
        return cls(file, line, line, column)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Severity(Enum):
    """How bad it is: an error fails the build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Problem(Struct, frozen=True):
    """One problem: what is wrong, where, and the way out (`hint`, may be empty)."""

    severity: Severity
    span: Span
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.span}: {self.severity.value}: {self.words}"

    @property
    def words(self) -> str:
        """What is wrong, and the way out, without the place."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


def error(span: Span, message: str, hint: str = "") -> Problem:
    """A problem that fails the build."""
    return Problem(Severity.ERROR, span, message, hint)


def warning(span: Span, message: str, hint: str = "") -> Problem:
    """A problem that is reported and does not fail the build."""
    return Problem(Severity.WARNING, span, message, hint)


def has_errors(diagnostics: Iterable[Problem]) -> bool:
    """Whether any of them fails the build."""
    return any(item.severity is Severity.ERROR for item in diagnostics)
