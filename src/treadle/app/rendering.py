"""From results to pages: weave, typeset, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from treadle.app.prepare import obstacles
from treadle.app.publish import find_supplements, publish, read_manifest, to_publish
from treadle.app.record import is_record, record, record_path
from treadle.app.report import Target
from treadle.app.sources import sources_of, with_sources
from treadle.app.stage import stage
from treadle.app.work import Work
from treadle.press.checks.idle import idle_checks
from treadle.press.checks.labels import unbound
from treadle.press.document.fences import is_file
from treadle.press.document.front_matter import KEY, author_path
from treadle.press.document.settings import databases
from treadle.press.tex.engine import ProgramKilledError
from treadle.press.tex.environment import document_epoch, is_dated_today, tex_environment, today
from treadle.press.tex.passes import Job
from treadle.press.tex.places import Places
from treadle.press.tex.synctex import SUFFIX, for_document
from treadle.press.tex.typeset import Typeset, typeset
from treadle.press.weave.graphics import Copy
from treadle.press.weave.weave import Woven, weave
from treadle.problem import Problem, Severity, Span, error, warning


def rendered(work: Work, code_ended: Callable[[], None]) -> None:
    """Weave and typeset; `code_ended` waits until code can write no file any more."""
    document, scratch = work.prepared.document, work.scratch
    work.listener.stage("weaving")
    results = with_sources(document, work.results, work.prepared.planned.sources)
    woven = weave(document, results)
    work.problems += (*_blanks(work), *woven.diagnostics, *unbound(document, woven))
    work.problems += idle_checks(document, results)
    code_ended()
    work.problems += stage(document, work.prepared.settings, woven, scratch)
    if work.failed or work.request.target is Target.TEX:
        work.problems += woven.doubts
    if work.failed:
        return
    work.sources |= set(sources_of(work.request, work.prepared, woven))
    if work.request.target is Target.TEX:
        work.typeset = work.typeset or {}  # the look of figures, where there are any
        _publish(work, (".tex",), _record(work))
        return
    work.listener.stage("typesetting")
    places = _typeset(work, woven)
    supplements = find_supplements(scratch, work.folder, str(work.request.path))
    work.problems += supplements.diagnostics
    work.sources |= {copy.source for copy in supplements.copies}
    if not work.failed:
        _publish(
            work, (".tex", ".pdf"), (*supplements.copies, *_synctex(work, places), *_record(work))
        )


def _blanks(work: Work) -> Iterator[Problem]:
    """Says that blanks stand where the author's file would have something to say."""
    front = work.prepared.document.front
    path = author_path(front, work.request.path)
    if path is not None and not is_file(path):
        at = Span.at(str(work.request.path), front.lines.get(KEY, 1))
        hint = (
            "write it beside the document: `author: Ada Lovelace`, and `id: 4711` on a second line"
        )
        yield warning(at, f"there is no {path}: blanks stand for what it holds", hint)


def _publish(work: Work, suffixes: tuple[str, ...], supplements: tuple[Copy, ...] = ()) -> None:
    scratch = work.scratch
    names = [copy.target for copy in to_publish(scratch, suffixes, supplements)]
    top = Span.at(str(work.request.path), 1)
    work.problems += (error(top, text) for text in obstacles(scratch.out_dir, names))
    if work.failed:
        return
    work.written = publish(scratch, suffixes, supplements)
    work.outputs = tuple(scratch.out_dir / name for name in sorted(read_manifest(scratch)))


def _record(work: Work) -> tuple[Copy, ...]:
    """The record; a file of the author's of that name stays."""
    path = record_path(work.request.out_dir, work.scratch.stem)
    ours = path.name in read_manifest(work.scratch) or is_record(path)
    if ours or not path.exists():
        return (record(work),)
    top = Span.at(str(work.request.path), 1)
    text = f"{path} is no build's: it stays, and there is no record"
    work.problems.append(warning(top, text, "build into another folder, or rename it"))
    return ()


def _synctex(work: Work, places: Places) -> tuple[Copy, ...]:
    """What leads from the PDF to the document's lines and back."""
    name = f"{work.scratch.stem}{SUFFIX}"
    made, mapped = work.scratch.stage / name, work.scratch.root / name
    if not made.exists():
        return ()
    # Not where a link leads: editors ask by the name they have opened.
    path = work.request.path
    document = path.parent.resolve() / path.name
    mapped.write_bytes(for_document(made.read_bytes(), places, work.scratch.stage, document))
    return (Copy(mapped, name),)


def _typeset(work: Work, woven: Woven) -> Places:
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
    failing = {item.span for item in outcome.diagnostics if item.severity is Severity.ERROR}
    work.problems += [item for item in woven.doubts if item.span not in failing]
    work.problems += outcome.diagnostics
    work.typeset = outcome.depends or None
    if outcome.pdf is None and job.file(".log").exists():
        work.log = job.file(".log")
    return places
