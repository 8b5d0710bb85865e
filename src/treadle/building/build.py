"""The build: read, run, weave, typeset, publish; errors stop it before anything is replaced."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from treadle.building.keeping import keep
from treadle.building.layout import measured_layout
from treadle.building.planning import Prospect, cached_prospect, runnables_of, worker_setup
from treadle.building.prepare import Prepared, misuses_of, prepare
from treadle.building.publish import publish, read_manifest
from treadle.building.request import Built, Listener, Request, Silent, Target
from treadle.building.results import results_by_block
from treadle.building.run import Plain, Planner, Ran, run_units
from treadle.building.scratch import Scratch
from treadle.building.sources import sources_of, with_sources
from treadle.building.stage import databases, stage
from treadle.building.supplements import find_supplements
from treadle.building.unchanged import Finished
from treadle.building.workers import Workers
from treadle.diagnostics import Diagnostic, Span, has_errors, warning
from treadle.execution.result import Result
from treadle.execution.task import WorkerSetup
from treadle.store.private import NoKeyError
from treadle.store.store import Store, store_folder
from treadle.typesetting.environment import document_epoch, tex_environment
from treadle.typesetting.latex import Job
from treadle.typesetting.places import Places
from treadle.typesetting.typeset import typeset
from treadle.weaving.weave import Woven, check_template, weave


@dataclass
class _Build:
    """A build on its way."""

    request: Request
    listener: Listener
    prepared: Prepared
    scratch: Scratch
    started: float
    problems: list[Diagnostic] = field(default_factory=list)
    ran: Ran = field(default_factory=Ran)
    results: list[Result | None] = field(default_factory=list)  # by block of the document
    chunks: int = 0  # so many ran
    store: Store | None = None
    prospect: Prospect | None = None  # where there is a store
    sources: set[Path] = field(default_factory=set)  # files read besides those that code reads
    written: tuple[Path, ...] = ()
    log: Path | None = None

    @property
    def failed(self) -> bool:
        return has_errors(self.problems)

    @property
    def folder(self) -> Path:
        """The document's folder, in which its code runs."""
        return self.request.path.resolve().parent

    def finished(self) -> Finished | None:
        """What came of a build without errors."""
        if self.failed or not self.written:
            return None
        names = read_manifest(self.scratch)
        return Finished(
            request=self.request,
            sources=frozenset(map(str, self.sources)),
            outputs=tuple(self.scratch.out_dir / name for name in sorted(names)),
            results=self.written,
            problems=tuple(dict.fromkeys(self.problems)),
            chunks=len(self.prepared.document.chunks),
            ran=bool(self.ran.ran),
            threads=self.prepared.settings.threads,
        )

    def built(self) -> Built:
        return Built(
            diagnostics=tuple(dict.fromkeys(self.problems)),
            traceback=self.ran.traceback,
            ran=self.chunks,
            chunks=len(self.prepared.document.chunks),
            seconds=time.monotonic() - self.started,
            written=self.written,
            log=self.log,
        )


def build(request: Request, listener: Listener | None = None) -> Built:
    """Build the document; what is in `out_dir` is replaced only if there are no errors."""
    started = time.monotonic()
    if misuses := misuses_of(request):
        return Built((), misuses=misuses)
    prepared = prepare(request)
    if prepared.misuses:
        return Built(prepared.diagnostics, misuses=prepared.misuses)
    scratch = Scratch(request.out_dir.resolve(), prepared.document.stem)
    work = _Build(request, listener or Silent(), prepared, scratch, started)
    work.problems += prepared.diagnostics
    if not work.failed:
        with scratch.locked():
            _run(work)
            if not work.failed:
                _weave_and_typeset(work)
            if work.store is not None:
                work.problems += keep(work.finished(), work.store, work.prospect, request.path)
    return work.built()


def _run(work: _Build) -> None:
    document, scratch = work.prepared.document, work.scratch
    figures = scratch.fresh_figures()
    work.store = _store(work)
    if not any(work.prepared.planned.tasks):  # nothing is drawn, so nothing needs measures
        work.results = [None for _ in document.blocks]
        return
    work.listener.stage("measuring the page")
    layout = measured_layout(document, scratch, work.folder)
    work.problems += check_template(document)
    if work.request.target is Target.PDF:
        work.problems += layout.diagnostics
    if work.failed:
        return
    setup = worker_setup(work.request, work.prepared, layout.style, figures, work.store)
    _run_units(work, setup)


def _store(work: _Build) -> Store | None:
    if not work.request.cache:
        return None
    try:
        return Store.open(store_folder(work.scratch.out_dir))
    except NoKeyError as failure:
        work.problems.append(warning(Span.at(str(work.request.path), 1), str(failure)))
        return None


def _run_units(work: _Build, setup: WorkerSetup) -> None:
    prepared, store = work.prepared, work.store
    with Workers(setup, work.listener) as workers:
        if store is None:
            units = runnables_of(prepared)
            planner: Planner = Plain(units, workers)
        else:
            work.prospect = cached_prospect(prepared, setup, store, workers)
            units, planner = work.prospect.runnables, work.prospect.planner
        work.ran = run_units(units, planner, prepared.document, prepared.planned.listings)
    work.results = results_by_block(prepared.document, units, work.ran.results)
    work.problems += work.ran.diagnostics
    work.chunks = sum(units[number].unit.is_chunk for number in work.ran.ran)


def _weave_and_typeset(work: _Build) -> None:
    document, scratch = work.prepared.document, work.scratch
    work.listener.stage("weaving")
    results = with_sources(document, work.results, work.prepared.planned.sources)
    woven = weave(document, results)
    work.problems += woven.diagnostics
    work.problems += stage(document, work.prepared.settings, woven, scratch)
    if work.failed:
        return
    work.sources |= set(sources_of(work.request, work.prepared, woven))
    if work.request.target is Target.TEX:
        work.written = publish(scratch, (".tex",))
        return
    work.listener.stage("typesetting")
    _typeset(work, woven)
    supplements = find_supplements(scratch, work.folder, str(work.request.path))
    work.problems += supplements.diagnostics
    work.sources |= {copy.source for copy in supplements.copies}
    if not work.failed:
        work.written = publish(scratch, (".tex", ".pdf"), supplements.copies)


def _typeset(work: _Build, woven: Woven) -> None:
    document, scratch = work.prepared.document, work.scratch
    epoch = document_epoch(work.prepared.settings.date, woven.tex)
    environment = tex_environment((work.folder,), epoch)
    job = Job(scratch.stage, document.stem, environment, formats=scratch.formats)
    file = str(work.request.path)
    sources = databases(document, work.prepared.settings)
    originals = {source.name: str(source) for source in sources}
    uncaptioned = {
        chunk.options.name: chunk.span.line
        for chunk in document.chunks
        if chunk.options.name and not chunk.options.caption
    }
    tex_name = f"{document.stem}.tex"
    places = Places(file, tex_name, woven.tex, woven.lines, originals, uncaptioned)
    outcome = typeset(job, places)
    work.problems += outcome.diagnostics
    if outcome.pdf is None and job.file(".log").exists():
        work.log = job.file(".log")
