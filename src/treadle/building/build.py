"""The build: read, run, weave, typeset, publish; errors stop it before anything is replaced."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from treadle.building.layout import measured_layout
from treadle.building.prepare import Prepared, misuses_of, prepare
from treadle.building.publish import publish
from treadle.building.request import Built, Listener, Request, Silent, Target
from treadle.building.run import Ran, run_tasks
from treadle.building.scratch import Scratch
from treadle.building.sources import with_sources
from treadle.building.stage import databases, stage
from treadle.building.supplements import find_supplements
from treadle.diagnostics import Diagnostic, has_errors
from treadle.execution.task import WorkerSetup
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
    written: tuple[Path, ...] = ()
    log: Path | None = None

    @property
    def failed(self) -> bool:
        return has_errors(self.problems)

    @property
    def folder(self) -> Path:
        """The document's folder, in which its code runs."""
        return self.request.path.resolve().parent

    def built(self) -> Built:
        return Built(
            diagnostics=tuple(dict.fromkeys(self.problems)),
            traceback=self.ran.traceback,
            ran=self.ran.chunks,
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
    return work.built()


def _run(work: _Build) -> None:
    document, scratch = work.prepared.document, work.scratch
    if not any(work.prepared.planned.tasks):  # nothing is drawn, so nothing needs measures
        scratch.fresh_figures()
        work.ran.results = [None for _ in document.blocks]
        return
    work.listener.stage("measuring the page")
    layout = measured_layout(document, scratch, work.folder)
    work.problems += check_template(document)
    if work.request.target is Target.PDF:
        work.problems += layout.diagnostics
    if work.failed:
        return
    setup = WorkerSetup(
        directory=str(work.folder),
        code_path=str(work.request.code_dir.resolve()),
        figures=str(scratch.fresh_figures()),
        params=work.prepared.params,
        style=layout.style,
        threads=work.prepared.settings.threads,
    )
    planned = work.prepared.planned
    work.ran = run_tasks(document, planned.tasks, planned.listings, setup, work.listener)
    work.problems += work.ran.diagnostics


def _weave_and_typeset(work: _Build) -> None:
    document, scratch = work.prepared.document, work.scratch
    work.listener.stage("weaving")
    results = with_sources(document, work.ran.results, work.prepared.planned.sources)
    woven = weave(document, results)
    work.problems += woven.diagnostics
    work.problems += stage(document, work.prepared.settings, woven, scratch)
    if work.failed:
        return
    if work.request.target is Target.TEX:
        work.written = publish(scratch, (".tex",))
        return
    work.listener.stage("typesetting")
    _typeset(work, woven)
    supplements = find_supplements(scratch, work.folder, str(work.request.path))
    work.problems += supplements.diagnostics
    if not work.failed:
        work.written = publish(scratch, (".tex", ".pdf"), supplements.copies)


def _typeset(work: _Build, woven: Woven) -> None:
    document, scratch = work.prepared.document, work.scratch
    epoch = document_epoch(work.prepared.settings.date, woven.tex)
    job = Job(scratch.stage, document.stem, tex_environment((work.folder,), epoch))
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
