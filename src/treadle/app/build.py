"""The build: read, run, weave, typeset, publish; errors stop it before anything is replaced."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from treadle.app import known_pythons
from treadle.app.current_build import Build
from treadle.app.execute import execute, worker_setup
from treadle.app.last_build import remember
from treadle.app.listener import Listener, Silent
from treadle.app.lock import locked
from treadle.app.measuring import Measuring
from treadle.app.neighbours import rival
from treadle.app.prepare import misuses_of, prepare
from treadle.app.report import Report
from treadle.app.request import Request
from treadle.app.scratch import Scratch
from treadle.engine.plan.why import save_history
from treadle.engine.run.workers import Workers
from treadle.engine.store.blobs import Blobs, CorruptEntryError
from treadle.engine.store.eviction import VARIABLE, cache_limit, in_words, shrink
from treadle.engine.store.secret_key import NoKeyError
from treadle.engine.store.store import Store, store_folder
from treadle.press.tangle.write import tangle
from treadle.problem import Problem, error, warning

UNWATCHED = "unwatched"  # the record of what was said


def build(request: Request, listener: Listener | None = None) -> Report:
    """Build the document; what is in `out_dir` is replaced only if there are no errors."""
    started, begun = time.monotonic(), time.time_ns()
    if misuses := misuses_of(request):
        return Report(misuses=misuses)
    prepared = prepare(request)
    if prepared.misuses:
        return Report(prepared.told(prepared.problems), misuses=prepared.misuses)
    scratch = Scratch(request.out_dir.resolve(), prepared.document.stem)
    work = Build(request, listener or Silent(), prepared, scratch, started, begun)
    work.problems += prepared.problems
    if not work.failed:
        with locked(scratch.root, work.listener.waiting):
            work.problems += _claimed(work)
            if not work.failed:
                work.problems += tangle(
                    prepared.document, request.code_dir, prepared.python.paths
                ).problems
            work.extracted = time.time_ns()
            if not work.failed:
                _build(work)
            if work.store is not None:
                _keep(work, work.store)
    return work.report()


def _claimed(work: Build) -> Iterator[Problem]:
    """An error where another document of this name has the folder; else it is this one's."""
    scratch, path = work.scratch, work.request.path
    if other := rival(scratch, path):
        what = f"{work.request.out_dir / scratch.stem}.pdf is made of another document, {other}"
        yield error(work.top, what, "build into another folder by -o, or rename one of the two")
    else:
        scratch.own(path)


def _build(work: Build) -> None:
    work.store = _store(work)
    figures = work.scratch.fresh_figures()
    work.results = [None for _ in work.prepared.document.blocks]
    if not work.prepared.cells.cells:  # nothing is drawn, and nothing needs measures
        from treadle.app.render import render

        render(work)
        return
    with (
        Measuring(work) as measuring,
        Workers(worker_setup(work), measuring.settings, work.listener.output) as workers,
    ):
        _run(work, workers, measuring, figures)
        if not work.failed:
            workers.wait()  # a file that code has left open is written then
            from treadle.app.render import render  # loaded by now, while the worker started

            render(work)


def _run(work: Build, workers: Workers, measuring: Measuring, figures: Path) -> None:
    """Run the code: what came of it, by block. Where somebody empties the store meanwhile, what
    is gone is made again, once, by a fresh worker."""
    document, cells = work.prepared.document, work.prepared.cells
    blobs = work.store.blobs if work.store else Blobs(workers.setup.blobs)
    for is_last in (False, True):
        traces = execute(work, workers, measuring).traces
        workers.finish()
        from treadle.press.results import cut_streams, results_by_block

        work.problems += cut_streams(document, cells, traces)
        if work.failed:
            return
        try:
            work.results = results_by_block(document, cells, traces, blobs, figures)
            return
        except CorruptEntryError as corrupt:
            workers.wait()
            if is_last:
                work.problems.append(error(work.top, f"{corrupt}", "build again"))


def _store(work: Build) -> Store | None:
    if not work.request.cache:
        return None
    try:
        store = Store.open(store_folder(work.scratch.out_dir))
    except NoKeyError as failure:
        work.problems.append(warning(work.top, str(failure)))
        return None
    store.tally.begin()
    return store


def _keep(work: Build, store: Store) -> None:
    """Leave everything in order: for the next build, for make, for `why`. Raises OSError."""
    if work.context and work.scans and work.outcome:
        name = str(work.request.path.resolve())
        save_history(store, name, work.context, work.outcome.decisions, work.outcome.traces)
        if work.failed:
            work.scans.save_with_earlier()
        else:
            work.scans.save()
    if not work.failed and work.written:
        remember(work, store)
    if work.prepared.python.asked:
        known_pythons.remember(store, work.prepared.python)
    _tell_unwatched(work, store)
    store.known.save()
    _bound(work, store, cache_limit())
    if damaged := {*store.traces.damaged, *store.blobs.damaged}:
        entries = "1 entry" if len(damaged) == 1 else f"{len(damaged)} entries"
        text = f"the cache had {entries} that were damaged: what they held was computed again"
        work.problems.append(warning(work.top, text))


def _bound(work: Build, store: Store, limit: int) -> None:
    """Let the store hold no more than the limit; say so where this build's results go."""
    store.tally.add(store.traces.written)
    if not store.tally.is_within(limit):
        removed = shrink(store.root, limit, work.begun / 1e9)
        store.tally.count(removed.left)
        if gone := removed.recent:
            chunks = "1 chunk" if gone == 1 else f"{gone} chunks"
            text = f"the cache holds {in_words(limit)} at most: what {chunks} gave is not kept"
            hint = f"set {VARIABLE} to more, or the next build runs them again"
            work.problems.append(warning(work.top, text, hint))
    store.tally.end()


def _tell_unwatched(work: Build, store: Store) -> None:
    """Say what can't be seen of what cells read, once as long as the store lives."""
    why = next((trace.unwatched for trace in work.traces if trace.unwatched), "")
    if why and store.traces.load_record(UNWATCHED) is None:
        store.traces.save_record(UNWATCHED, {"why": why})
        text = f"some files that C libraries or other programs read may not be noticed: {why}"
        hint = "say by `depends=` what a chunk reads in that way; this is said once"
        work.problems.append(warning(work.top, text, hint))
