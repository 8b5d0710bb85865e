"""Weave and typeset what came of the code, and publish it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from treadle.app.current_build import Build
from treadle.app.neighbours import taken
from treadle.app.obstacles import obstacles
from treadle.app.publish import find_supplements, publish, stage, to_publish
from treadle.app.record import record
from treadle.app.recorded import is_record, record_path
from treadle.app.request import Target
from treadle.engine.trace import Observed
from treadle.press.checks.idle_checks import idle_checks, unbound
from treadle.press.document.front_matter import KEY, author_path
from treadle.press.document.front_matter_keys import databases
from treadle.press.document.source_text import is_file
from treadle.press.latex.images import Copy
from treadle.press.results import with_sources
from treadle.press.tangle.extract import package_name
from treadle.press.tex.layout import measured_layout
from treadle.press.tex.passes import together
from treadle.press.tex.programs import Programs
from treadle.press.weave.author_preamble import author_preamble
from treadle.press.weave.weave import Woven, weave
from treadle.problem import Problem, Span, error, warning

LISTING = r"\begin{listing}"


def render(work: Build) -> None:
    """Weave and typeset what came of the code, and publish it if there are no errors."""
    document, scratch = work.prepared.document, work.scratch
    work.listener.stage("weaving")
    results = with_sources(document, work.results, work.prepared.cells.sources)
    measured: Observed | None = Observed()
    woven = weave(document, results, work.page)
    if work.outcome is None and LISTING in woven.tex:  # no code has run: nothing is measured yet
        layout = measured_layout(document, scratch.formats, work.folder, Programs())
        work.page, measured = layout.page, layout.depends
        woven = weave(document, results, work.page)
    work.problems += (*_blanks(work), *woven.problems, *unbound(document, woven))
    work.problems += idle_checks(document, results)
    work.problems += stage(document, work.prepared.settings, woven, scratch)
    if work.failed or work.request.target is Target.TEX:
        work.problems += woven.doubts
    if work.failed:
        return
    work.sources |= set(_sources(work, woven))
    if work.request.target is Target.TEX:
        if work.outcome is None:  # else it rests on the look of figures, if that is known
            work.typeset = measured and together(measured, woven.printing.depends)
        _publish(work, woven, (".tex",), _record(work))
        return
    because = woven.printing.because
    by = ""
    if because:
        at = document.files.own(because[0])
        by = f" by {woven.printing.engine.program}, for {because[1]} at {at}"
    work.listener.stage(f"typesetting{by}")
    from treadle.app.typesetting import synctex, typeset_woven

    places = typeset_woven(work, woven)
    supplements = find_supplements(scratch, work.folder, str(work.request.path))
    work.problems += supplements.problems
    work.sources |= {copy.source for copy in supplements.copies}
    if not work.failed:
        others = (*supplements.copies, *synctex(work, places), *_record(work))
        _publish(work, woven, (".tex", ".pdf"), others)


def _sources(work: Build, woven: Woven) -> Iterator[Path]:
    """The files that were read to make the LaTeX, other than by the document's code."""
    document, settings = work.prepared.document, work.prepared.settings
    folder = document.path.parent
    yield document.path
    yield from map(Path, document.files.parts)
    if (author := author_path(document.front, document.path)) is not None:
        yield author  # if it is not there, it may be one day
    yield from databases(document, settings)
    yield from author_preamble(document, settings).files
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


def _publish(
    work: Build, woven: Woven, suffixes: tuple[str, ...], supplements: tuple[Copy, ...]
) -> None:
    scratch = work.scratch
    names = [copy.target for copy in to_publish(scratch, suffixes, supplements)]
    work.problems += (error(work.top, text) for text in obstacles(scratch.out_dir, names))
    work.problems += (error(work.top, text) for text in taken(scratch, names))
    if work.failed:
        return
    work.written = publish(scratch, suffixes, supplements)
    scratch.lines.write_text(json.dumps(woven.lines), "utf-8")


def _record(work: Build) -> tuple[Copy, ...]:
    """The record; a file of the author's of that name stays."""
    path = record_path(work.request.out_dir, work.scratch.stem)
    ours = path.name in work.scratch.published() or is_record(path)
    if ours or not path.exists():
        return (record(work),)
    text = f"{path} is no build's: it stays, and there is no record"
    work.problems.append(warning(work.top, text, "build into another folder, or rename it"))
    return ()
