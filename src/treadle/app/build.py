"""The build: read, run, weave, typeset, publish; errors stop it before anything is replaced."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from treadle.app.current_build import Build
from treadle.app.execute import Measuring, execute, worker_setup
from treadle.app.last_build import remember
from treadle.app.prepare import misuses_of, prepare
from treadle.app.publish import find_supplements, publish, stage, to_publish
from treadle.app.record import is_record, record, record_path
from treadle.app.report import Listener, Report, Request, Silent, Target
from treadle.app.scratch import Scratch, obstacles
from treadle.engine.plan.why import save_history
from treadle.engine.run.workers import Workers
from treadle.engine.store.blobs import Blobs, CorruptEntryError
from treadle.engine.store.eviction import cache_limit, shrink
from treadle.engine.store.store import NoKeyError, Store, store_folder
from treadle.engine.trace import Observed
from treadle.press.checks.findings import idle_checks, unbound
from treadle.press.document.front_matter import KEY, author_path
from treadle.press.document.settings import databases
from treadle.press.document.text import is_file
from treadle.press.latex.figures_and_tables import Copy
from treadle.press.results import cut_streams, results_by_block, with_sources
from treadle.press.tangle.extract import package_name
from treadle.press.tangle.write import tangle
from treadle.press.tex.engine import (
    ProgramKilledError,
    document_epoch,
    is_dated_today,
    tex_environment,
    today,
)
from treadle.press.tex.passes import Job
from treadle.press.tex.places import SYNCTEX, Places, synctex_for
from treadle.press.tex.typeset import Typeset, typeset
from treadle.press.weave.weave import Woven, weave
from treadle.problem import Problem, Severity, Span, error, warning


def build(request: Request, listener: Listener | None = None) -> Report:
    """Build the document; what is in `out_dir` is replaced only if there are no errors."""
    started, begun = time.monotonic(), time.time_ns()
    if misuses := misuses_of(request):
        return Report(misuses=misuses)
    prepared = prepare(request)
    if prepared.misuses:
        return Report(prepared.problems, misuses=prepared.misuses)
    scratch = Scratch(request.out_dir.resolve(), prepared.document.stem)
    work = Build(request, listener or Silent(), prepared, scratch, started, begun)
    work.problems += prepared.problems
    if not work.failed:
        with scratch.locked(work.listener.waiting):
            work.problems += tangle(prepared.document, request.code_dir).problems
            work.extracted = time.time_ns()
            if not work.failed:
                _build(work)
            if work.store is not None:
                _keep(work, work.store)
    return work.report()


def _build(work: Build) -> None:
    work.store = _store(work)
    figures = work.scratch.fresh_figures()
    work.results = [None for _ in work.prepared.document.blocks]
    if not work.prepared.cells.cells:  # nothing is drawn, and nothing needs measures
        _render(work)
        return
    with (
        Measuring(work) as measuring,
        Workers(worker_setup(work), measuring.plugins, work.listener.output) as workers,
    ):
        _run(work, workers, measuring, figures)
        if not work.failed:
            workers.wait()  # a file that code has left open is written then
            _render(work)


def _run(work: Build, workers: Workers, measuring: Measuring, figures: Path) -> None:
    """Run the code: what came of it, by block. Where somebody empties the store meanwhile, what
    is gone is made again, once, by a fresh worker."""
    document, cells = work.prepared.document, work.prepared.cells
    blobs = work.store.blobs if work.store else Blobs(workers.setup.blobs)
    for is_last in (False, True):
        traces = execute(work, workers, measuring).traces
        workers.finish()
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
        return Store.open(store_folder(work.scratch.out_dir))
    except NoKeyError as failure:
        work.problems.append(warning(work.top, str(failure)))
        return None


def _keep(work: Build, store: Store) -> None:
    """Leave everything in order: for the next build, for make, for `why`. Raises OSError."""
    if work.context and work.scans and work.ran:
        name = str(work.request.path.resolve())
        save_history(store, name, work.context, work.ran.decisions, work.ran.traces)
        work.scans.save()
    if not work.failed and work.written:
        remember(work, store)
    store.known.save()
    shrink(store.root, cache_limit())
    if damaged := {*store.traces.damaged, *store.blobs.damaged}:
        entries = "1 entry" if len(damaged) == 1 else f"{len(damaged)} entries"
        text = f"the cache had {entries} that were damaged: what they held was computed again"
        work.problems.append(warning(work.top, text))


def _render(work: Build) -> None:
    """Weave and typeset what came of the code, and publish it if there are no errors."""
    document, scratch = work.prepared.document, work.scratch
    work.listener.stage("weaving")
    results = with_sources(document, work.results, work.prepared.cells.sources)
    woven = weave(document, results)
    work.problems += (*_blanks(work), *woven.problems, *unbound(document, woven))
    work.problems += idle_checks(document, results)
    work.problems += stage(document, work.prepared.settings, woven, scratch)
    if work.failed or work.request.target is Target.TEX:
        work.problems += woven.doubts
    if work.failed:
        return
    work.sources |= set(_sources(work, woven))
    if work.request.target is Target.TEX:
        if work.ran is None:  # else it rests on the look of figures, if that is known
            work.typeset = Observed()
        _publish(work, (".tex",), _record(work))
        return
    work.listener.stage("typesetting")
    places = _typeset(work, woven)
    supplements = find_supplements(scratch, work.folder, str(work.request.path))
    work.problems += supplements.problems
    work.sources |= {copy.source for copy in supplements.copies}
    if not work.failed:
        _publish(
            work, (".tex", ".pdf"), (*supplements.copies, *_synctex(work, places), *_record(work))
        )


def _sources(work: Build, woven: Woven) -> Iterator[Path]:
    """The files that were read to make the LaTeX, other than by the document's code."""
    document, settings = work.prepared.document, work.prepared.settings
    folder = document.path.parent
    yield document.path
    if (author := author_path(document.front, document.path)) is not None:
        yield author  # if it is not there, it may be one day
    yield from databases(document, settings)
    yield from (copy.source for copy in woven.copies)
    yield from (folder / chunk.options.source for chunk in document.chunks if chunk.options.source)
    template = folder / (settings.template or "")
    if template.is_file():  # else it is one of ours, by its name
        yield template
        yield from sorted(template.parent.glob(f"*{template.suffix}"))
    yield from sorted((work.request.code_dir / package_name(document.stem)).glob("*.py"))


def _blanks(work: Build) -> Iterator[Problem]:
    """Says that blanks stand where the author's file would have something to say."""
    front = work.prepared.document.front
    path = author_path(front, work.request.path)
    if path is not None and not is_file(path):
        at = Span.at(str(work.request.path), front.lines.get(KEY, 1))
        hint = (
            "write it beside the document: `author: Ada Lovelace`, and `id: 4711` on a second line"
        )
        yield warning(at, f"there is no {path}: blanks stand for what it holds", hint)


def _publish(work: Build, suffixes: tuple[str, ...], supplements: tuple[Copy, ...] = ()) -> None:
    scratch = work.scratch
    names = [copy.target for copy in to_publish(scratch, suffixes, supplements)]
    work.problems += (error(work.top, text) for text in obstacles(scratch.out_dir, names))
    if work.failed:
        return
    work.written = publish(scratch, suffixes, supplements)


def _record(work: Build) -> tuple[Copy, ...]:
    """The record; a file of the author's of that name stays."""
    path = record_path(work.request.out_dir, work.scratch.stem)
    ours = path.name in work.scratch.published() or is_record(path)
    if ours or not path.exists():
        return (record(work),)
    text = f"{path} is no build's: it stays, and there is no record"
    work.problems.append(warning(work.top, text, "build into another folder, or rename it"))
    return ()


def _synctex(work: Build, places: Places) -> tuple[Copy, ...]:
    """What leads from the PDF to the document's lines and back."""
    name = f"{work.scratch.stem}{SYNCTEX}"
    made, mapped = work.scratch.stage / name, work.scratch.root / name
    if not made.exists():
        return ()
    # Not where a link leads: editors ask by the name they have opened.
    path = work.request.path
    document = path.parent.resolve() / path.name
    mapped.write_bytes(synctex_for(made.read_bytes(), places, work.scratch.stage, document))
    return (Copy(mapped, name),)


def _typeset(work: Build, woven: Woven) -> Places:
    document, scratch = work.prepared.document, work.scratch
    date = work.prepared.settings.date
    epoch = document_epoch(date, woven.tex)
    work.day = today() if is_dated_today(date, woven.tex) else ""
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
    lines = tuple(work.prepared.text.split("\n"))
    places = Places(file, tex_name, woven.tex, woven.lines, originals, uncaptioned, lines)
    try:
        outcome = typeset(job, places)
    except ProgramKilledError as failure:
        outcome = Typeset(None, (error(places.of_line(1), str(failure)),))
    failing = {item.span for item in outcome.problems if item.severity is Severity.ERROR}
    work.problems += [item for item in woven.doubts if item.span not in failing]
    work.problems += outcome.problems
    work.typeset = outcome.depends
    if outcome.pdf is None and job.file(".log").exists():
        work.log = job.file(".log")
    return places
