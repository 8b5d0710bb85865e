"""What the parser's rules have to tell the author, gathered in the parser's `env`."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """A message about a line of the Markdown, counted from 0.

    `is_latex`: LaTeX may fail of it, and says more then.
    """

    line: int
    message: str
    hint: str = ""
    is_latex: bool = False


def report(env: MutableMapping[str, Any], line: int, message: str, hint: str = "") -> None:
    """Note a problem; rules may be tried more than once, so a second time says nothing new."""
    env.setdefault("problems", set()).add(Problem(line, message, hint))


def report_latex(env: MutableMapping[str, Any], line: int, message: str, hint: str = "") -> None:
    """Note a problem in what goes to LaTeX as it stands."""
    env.setdefault("problems", set()).add(Problem(line, message, hint, is_latex=True))


def problems(env: MutableMapping[str, Any]) -> tuple[Problem, ...]:
    """What was noted, by line."""
    return tuple(sorted(env.get("problems", ())))
