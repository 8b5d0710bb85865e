"""The build: read, run, weave, typeset, publish; errors stop it before anything is replaced."""
# What weaves and typesets is imported while the worker starts: nobody waits for it then.

from __future__ import annotations

import time

from treadle.building.ahead import Ahead
from treadle.building.keeping import keep
from treadle.building.planning import cached_prospect, runnables_of, worker_setup
from treadle.building.prepare import misuses_of, prepare
from treadle.building.request import Built, Listener, Request, Silent
from treadle.building.results import results_by_block
from treadle.building.run import Plain, Planner, run_units
from treadle.building.scratch import Scratch
from treadle.building.work import Work
from treadle.building.workers import Workers
from treadle.diagnostics import Span, warning
from treadle.store.private import NoKeyError
from treadle.store.store import Store, store_folder


def build(request: Request, listener: Listener | None = None) -> Built:
    """Build the document; what is in `out_dir` is replaced only if there are no errors."""
    started = time.monotonic()
    if misuses := misuses_of(request):
        return Built((), misuses=misuses)
    prepared = prepare(request)
    if prepared.misuses:
        return Built(prepared.diagnostics, misuses=prepared.misuses)
    scratch = Scratch(request.out_dir.resolve(), prepared.document.stem)
    work = Work(request, listener or Silent(), prepared, scratch, started)
    work.problems += prepared.diagnostics
    if not work.failed:
        with scratch.locked():
            _build(work)
            if work.store is not None:
                work.problems += keep(work.finished(), work.store, work.prospect, request.path)
    return work.built()


def _build(work: Work) -> None:
    document = work.prepared.document
    figures = work.scratch.fresh_figures()
    work.store = _store(work)
    setup = worker_setup(work.request, work.prepared, figures, work.store)
    ahead = Ahead(work.request, document, work.scratch, setup.style_file)
    with ahead, Workers(setup, work.listener, ahead) as workers:
        work.results = [None for _ in document.blocks]
        if any(work.prepared.planned.tasks):  # else nothing is drawn, and nothing needs measures
            _run(work, workers, ahead)
            workers.finish()
        if not work.failed:
            from treadle.building.rendering import rendered

            rendered(work, workers.wait)


def _store(work: Work) -> Store | None:
    if not work.request.cache:
        return None
    try:
        return Store.open(store_folder(work.scratch.out_dir))
    except NoKeyError as failure:
        work.problems.append(warning(Span.at(str(work.request.path), 1), str(failure)))
        return None


def _run(work: Work, workers: Workers, ahead: Ahead) -> None:
    prepared, store = work.prepared, work.store
    if store is None:
        units = runnables_of(prepared)
        planner: Planner = Plain(units, workers)
    else:
        work.prospect = cached_prospect(prepared, workers.setup, store, workers, ahead.style)
        units, planner = work.prospect.runnables, work.prospect.planner
    work.ran = run_units(units, planner, prepared.document, prepared.planned.listings)
    work.results = results_by_block(prepared.document, units, work.ran.results)
    work.problems += (*work.ran.diagnostics, *ahead.problems())
    work.chunks = sum(units[number].unit.is_chunk for number in work.ran.ran)
