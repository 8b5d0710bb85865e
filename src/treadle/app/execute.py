"""Run a document's code: what comes of it, block by block, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treadle.app.ahead import Ahead
from treadle.app.planning import cached_prospect, runnables_of
from treadle.app.run import Plain, Planner, run_units
from treadle.app.units import Analyses, Runnable, results_by_block
from treadle.app.work import Work
from treadle.app.workers import Workers
from treadle.engine.messages import ChunkResult, Result
from treadle.press.document.model import HIDDEN, Chunk
from treadle.problem import Problem, Span, warning


def execute(work: Work, workers: Workers, ahead: Ahead) -> None:
    """Run what has to run; the rest comes from the store, where there is one."""
    prepared, store = work.prepared, work.store
    if store is None:
        units = runnables_of(prepared, Analyses())
        planner: Planner = Plain(units, workers)
    else:
        look = (ahead.style, ahead.is_known)
        work.prospect = cached_prospect(prepared, workers.setup, store, workers, *look)
        units, planner = work.prospect.runnables, work.prospect.planner
    work.ran = run_units(
        units, planner, prepared.document, prepared.planned.listings, work.listener.problem
    )
    work.results = results_by_block(prepared.document, units, work.ran.results)
    work.problems += (*work.ran.diagnostics, *ahead.problems(), *_cuts(units, work.ran.results))
    work.typeset = ahead.depends()
    ran = [units[number].unit for number in work.ran.ran if units[number].unit.is_chunk]
    work.chunks, work.fresh = len(ran), frozenset(unit.block for unit in ran)


def _cuts(units: Sequence[Runnable], results: Sequence[Result | None]) -> Iterator[Problem]:
    for runnable, result in zip(units, results, strict=True):
        block = runnable.block
        if isinstance(block, Chunk) and block.options.results in HIDDEN:
            continue
        for stream in result.cut if isinstance(result, ChunkResult) else ():
            text = f"{runnable.unit.label} prints too much to {stream}: the rest is left out"
            hint = "print less, or hide it by results='hidden'"
            yield warning(Span.at(block.span.file, runnable.unit.line), text, hint)
