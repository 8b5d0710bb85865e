"""The build: read, run, weave, typeset, publish; errors stop it before anything is replaced."""

from __future__ import annotations

import time

from treadle.app.ahead import Ahead
from treadle.app.novelty import has_new_code
from treadle.app.prepare import misuses_of, prepare
from treadle.app.report import Built, Listener, Request, Silent
from treadle.app.scratch import Scratch
from treadle.app.setup import worker_setup
from treadle.app.work import Work
from treadle.app.workers import Workers
from treadle.engine.store.secret_key import NoKeyError
from treadle.engine.store.store import Store, store_folder
from treadle.press.tangle.write import tangle
from treadle.problem import Span, warning

# What plans, weaves and typesets is imported while the worker starts: nobody waits for it then.


def build(request: Request, listener: Listener | None = None) -> Built:
    """Build the document; what is in `out_dir` is replaced only if there are no errors."""
    started, begun = time.monotonic(), time.time_ns()
    if misuses := misuses_of(request):
        return Built((), misuses=misuses)
    prepared = prepare(request)
    if prepared.misuses:
        return Built(prepared.diagnostics, misuses=prepared.misuses)
    scratch = Scratch(request.out_dir.resolve(), prepared.document.stem)
    work = Work(request, listener or Silent(), prepared, scratch, started, begun)
    work.problems += prepared.diagnostics
    if not work.failed:
        with scratch.locked(work.listener.waiting):
            work.problems += tangle(prepared.document, request.code_dir).diagnostics
            work.extracted = time.time_ns()
            if not work.failed:
                _build(work)
            if work.store is not None:
                from treadle.app.keeping import keep

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
            if _must_run(work):
                workers.start()
            ahead.start()
            from treadle.app.execute import execute

            execute(work, workers, ahead)
            workers.finish()
        if not work.failed:
            from treadle.app.rendering import rendered

            rendered(work, workers.wait)


def _must_run(work: Work) -> bool:
    """Whether it is certain before anything is planned."""
    prepared, store = work.prepared, work.store
    return store is None or has_new_code(prepared.planned, store, work.request.path)


def _store(work: Work) -> Store | None:
    if not work.request.cache:
        return None
    try:
        return Store.open(store_folder(work.scratch.out_dir))
    except NoKeyError as failure:
        work.problems.append(warning(Span.at(str(work.request.path), 1), str(failure)))
        return None
