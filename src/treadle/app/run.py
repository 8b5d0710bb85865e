"""Run the units of a document in order: those that have to, in a worker; the others are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from treadle.app.workers import EndedError, Workers, problem_of
from treadle.engine.messages import Result
from treadle.press.cells import Listing
from treadle.press.document.model import Chunk, Document
from treadle.problem import Problem, Span

if TYPE_CHECKING:
    from treadle.app.units import Runnable


class Ran(Struct):
    """Results by unit (None: it did not run), and what failed.

    `spoilt` are the names that are not what they would be, since a unit failed or was left out.
    """

    results: list[Result | None] = field(default_factory=list)
    diagnostics: list[Problem] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    ran: set[int] = field(default_factory=set)  # the units that ran
    fresh: set[int] = field(default_factory=set)  # those of them that ran just now
    told: set[tuple[Span, str]] = field(default_factory=set)  # where, and what, went wrong
    spoilt: frozenset[str] | None = frozenset()  # None: nobody knows which


class Planner(Protocol):
    """Decides which units run, and prepares them."""

    def kept(self, number: int) -> Result | None:
        """The unit's result, if it need not run."""

    def touched(self, number: int) -> frozenset[str] | None:
        """The names that a unit which failed was to bind or has changed; None: can't be told."""

    def needs(self, number: int, names: frozenset[str]) -> bool:
        """Whether the unit can reach one of these names."""

    def leave_out(self, number: int) -> frozenset[str]:
        """Go on without the unit: the names that it was to bind."""

    def run(self, number: int) -> tuple[Mapping[int, Result], int]:
        """Run a unit and what must run again for it: results by unit, the unit to go on with."""

    def revise(self) -> int | None:
        """All is done: the unit to go back to, if some must run after all."""


class Plain:
    """Runs every unit once: no cache."""

    def __init__(self, runnables: Sequence[Runnable], workers: Workers) -> None:
        """Nothing is kept."""
        self._runnables = runnables
        self._workers = workers

    def kept(self, number: int) -> Result | None:  # noqa: ARG002
        """None."""
        return None

    def touched(self, number: int) -> frozenset[str] | None:  # noqa: ARG002
        """Nobody has looked."""
        return None

    def needs(self, number: int, names: frozenset[str]) -> bool:  # noqa: ARG002
        """It may."""
        return True

    def leave_out(self, number: int) -> frozenset[str]:
        """Its names."""
        return self._runnables[number].unit.binds

    def run(self, number: int) -> tuple[Mapping[int, Result], int]:
        """Run the unit."""
        return {number: self._workers.result(self._runnables[number])}, number + 1

    def revise(self) -> int | None:
        """Nothing."""
        return None


def run_units(
    runnables: Sequence[Runnable],
    planner: Planner,
    document: Document,
    listings: Mapping[int, Listing],
    tell: Callable[[Problem], None],
) -> Ran:
    """Go through the units; `tell` is told at once of what fails.

    After one that fails (without `error=True`), only those run that can't reach what it spoilt.
    """
    ran = Ran([None] * len(runnables))
    number: int | None = 0
    try:
        while number is not None:
            while number < len(runnables) and ran.spoilt is not None:
                if ran.spoilt and planner.needs(number, ran.spoilt):
                    ran.spoilt |= planner.leave_out(number)
                    number += 1
                    continue
                number = _one(number, ran, planner)
                failed = [at for at in ran.fresh if _failed(ran.results[at], runnables[at])]
                if failed:
                    problem = _failure(ran, min(failed), runnables, document, listings)
                    if problem is not None:
                        tell(problem)
                    spoilt = planner.touched(min(failed))
                    ran.spoilt = None if spoilt is None else ran.spoilt | spoilt
            number = None if ran.diagnostics else planner.revise()
    except EndedError as ended:
        ran.diagnostics += ended.problems
    return ran


def _one(number: int, ran: Ran, planner: Planner) -> int:
    """Take or run one unit; the unit that comes next."""
    ran.fresh = set()
    result = planner.kept(number)
    if result is not None:
        ran.results[number] = result
        return number + 1
    results, after = planner.run(number)
    for at, result in results.items():
        ran.results[at] = result
    ran.fresh = set(results)
    ran.ran |= ran.fresh
    return after


def _failed(result: Result | None, runnable: Runnable) -> bool:
    return result is not None and result.failure is not None and not may_fail(runnable)


def _failure(
    ran: Ran,
    number: int,
    runnables: Sequence[Runnable],
    document: Document,
    listings: Mapping[int, Listing],
) -> Problem | None:
    """The error; None where an earlier unit has stumbled over the same line of a module."""
    result = ran.results[number]
    assert result is not None
    assert result.failure is not None
    block = runnables[number].block
    problem = problem_of(result.failure, block, document, listings)
    what = (problem.span, result.failure.message)
    if what in ran.told:
        return None
    ran.told.add(what)
    ran.diagnostics.append(problem)
    ran.tracebacks.append(result.failure.traceback)
    return problem


def may_fail(runnable: Runnable) -> bool:
    """Whether an exception in it is what the author wants to show."""
    return isinstance(runnable.block, Chunk) and runnable.block.options.error
