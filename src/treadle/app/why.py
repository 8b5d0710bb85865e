"""Why each chunk of a document would run, or not: none of its code is run.

Its modules are extracted all the same: what they hold is part of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from treadle.app.ahead import Ahead
from treadle.app.history import History, shortened
from treadle.app.planning import Prospect, cached_prospect
from treadle.app.prepare import misuses_of, prepare
from treadle.app.report import Request, Silent
from treadle.app.scratch import Scratch, say_nothing
from treadle.app.setup import worker_setup
from treadle.app.units import Runnable
from treadle.app.workers import Workers
from treadle.engine.messages import ChunkResult
from treadle.engine.plan.reasons import UNKNOWN, reasons
from treadle.engine.store.store import Store, store_folder
from treadle.press.tangle.write import tangle
from treadle.problem import Problem, Span, has_errors


class Explained(Struct, frozen=True):
    """The verdicts, or what kept the document from being looked at."""

    verdicts: tuple[Verdict, ...] = ()
    diagnostics: tuple[Problem, ...] = ()
    misuses: tuple[str, ...] = ()


class Verdict(Struct, frozen=True):
    """What a build would do with a unit, and why: empty reasons where it is kept."""

    span: Span
    label: str
    is_chunk: bool
    kept: bool
    certain: bool  # False: it runs only if what runs before it comes out different
    reasons: tuple[str, ...] = ()
    seconds: float = 0.0  # that it took when it ran, where it is kept
    peak_memory: int = 0  # bytes of the worker by then


def explain(request: Request, waiting: Callable[[], None] = say_nothing) -> Explained:
    """What `treadle build` would do with each unit of the document. Raises NoKeyError.

    `waiting` is called if a build of the document has to come to its end first.
    """
    if misuses := misuses_of(request):
        return Explained(misuses=misuses)
    prepared = prepare(request)
    if prepared.failed:
        return Explained((), prepared.diagnostics, prepared.misuses)
    scratch = Scratch(request.out_dir.resolve(), prepared.document.stem)
    with scratch.locked(waiting), TemporaryDirectory() as figures:
        extracted = tangle(prepared.document, request.code_dir).diagnostics
        if has_errors(extracted):
            return Explained((), (*prepared.diagnostics, *extracted))
        store = Store.open(store_folder(scratch.out_dir))
        setup = worker_setup(request, prepared, Path(figures), store)
        ahead = Ahead(request, prepared.document, scratch, setup.style_file)
        with ahead, Workers(setup, Silent(), ahead) as workers:
            look = (ahead.style, lambda: True)  # it has to be right, not quick
            prospect = cached_prospect(prepared, setup, store, workers, *look)
            found = verdicts(prospect, History(store, request.path))
    return Explained(tuple(found), (*prepared.diagnostics, *extracted))


def verdicts(planned: Prospect, history: History) -> list[Verdict]:
    """One verdict a unit, in order."""
    found: dict[int, Verdict] = {}
    for number, runnable in enumerate(planned.runnables):
        result = planned.planner.kept(number)
        if result is not None:
            peak = result.peak_memory if isinstance(result, ChunkResult) else 0
            verdict = _verdict(runnable, kept=True)
            found[number] = replace(verdict, seconds=result.seconds, peak_memory=peak)
            continue
        why = tuple(_reasons(planned, number, history))
        certain = not all(" is computed anew by " in reason for reason in why)
        found[number] = _verdict(runnable, why, certain=certain)
        again = planned.planner.presume(number, history.changes(runnable))
        for other in again:
            if found[other].kept:
                text = _needed(planned, other, runnable)
                found[other] = _verdict(planned.runnables[other], (text,), certain=certain)
    return [found[number] for number in sorted(found)]


def _verdict(
    runnable: Runnable, why: tuple[str, ...] = (), *, kept: bool = False, certain: bool = True
) -> Verdict:
    unit = runnable.unit
    span = Span.at(runnable.block.span.file, unit.line)
    return Verdict(span, unit.label, unit.is_chunk, kept, certain, why)


def _reasons(planned: Prospect, number: int, history: History) -> Iterator[str]:
    runnable = planned.runnables[number]
    planner = planned.planner
    outdated = planner.reason(number)
    if outdated:
        yield outdated
        return
    old = history.parts(runnable)
    if old is None:
        yield "it has not run yet"
        return

    def maker(name: str) -> str:
        return _maker(planned, number, name)

    different = list(reasons(old, planner.plans[number].components, maker, shortened))
    yield from different or ["what it computed is not in the cache"]


def _maker(planned: Prospect, number: int, name: str) -> str:
    held = planned.planner.states[number].names.get(name)
    if held is None or held.maker < 0:
        return "nothing binds it"
    unit = planned.runnables[held.maker].unit
    what = f"chunk `{unit.label}`" if unit.is_chunk else unit.label
    done = "" if held.group.token.startswith(UNKNOWN) else "made by "
    return f"{done}{what} at line {unit.line}"


def _needed(planned: Prospect, number: int, by: Runnable) -> str:
    trouble = planned.planner.trouble(number)
    what = trouble or "it changes state of the whole process"
    return f"{by.unit.label} at line {by.unit.line} has to run and needs it: {what}"
