"""LaTeX's part of a build: to the PDF, what is wrong with it, and the way back to the document.

Apart from `render`, as a build to the `.tex` needs nothing of it.
"""

from __future__ import annotations

from treadle.app.current_build import Build
from treadle.press.document.front_matter_keys import database_files
from treadle.press.document.source_text import is_file
from treadle.press.latex.images import Copy
from treadle.press.tex.bib_entries import named_databases
from treadle.press.tex.dates import document_epoch, is_dated_today, today
from treadle.press.tex.engine import tex_environment
from treadle.press.tex.passes import Job, together
from treadle.press.tex.places import Places
from treadle.press.tex.programs import ProgramKilledError
from treadle.press.tex.synctex import SYNCTEX, synctex_for
from treadle.press.tex.typeset import Typeset, typeset
from treadle.press.weave.weave import Woven
from treadle.problem import Severity, error


def typeset_woven(work: Build, woven: Woven) -> Places:
    """Make the PDF in the stage; its places, to find lines of the document by."""
    document, scratch = work.prepared.document, work.scratch
    date = work.prepared.settings.date
    epoch = document_epoch(date, woven.tex)
    work.day = today() if is_dated_today(date, woven.tex) else ""
    environment = tex_environment((work.folder,), epoch)
    engine = woven.printing.engine
    job = Job(scratch.stage, document.stem, environment, scratch.formats, engine=engine)
    file = str(work.request.path)
    named = named_databases(woven.tex, document.path.parent)
    originals = {source.name: str(source) for source in filter(is_file, named)}
    files = database_files(document, work.prepared.settings)
    originals |= {name: str(source) for source, name in files.items()}
    uncaptioned = {
        chunk.options.name: chunk.span.line
        for chunk in document.chunks
        if chunk.options.name and not chunk.options.captioned
    }
    tex_name = f"{document.stem}.tex"
    lines = tuple(work.prepared.text.split("\n"))
    places = Places(
        file,
        tex_name,
        woven.tex,
        woven.lines,
        originals,
        uncaptioned,
        lines,
        files=document.files,
    )
    at = woven.printing.because[0] if woven.printing.because else places.of_line(1)
    try:
        outcome = typeset(job, places, at)
    except ProgramKilledError as failure:
        outcome = Typeset(None, (error(places.of_line(1), str(failure)),))
    failing = {item.span for item in outcome.problems if item.severity is Severity.ERROR}
    work.problems += [item for item in woven.doubts if item.span not in failing]
    work.problems += outcome.problems
    known = outcome.depends
    work.typeset = known and together(known, woven.printing.depends)
    if outcome.pdf is None and job.file(".log").exists():
        work.log = job.file(".log")
    return places


def synctex(work: Build, places: Places) -> tuple[Copy, ...]:
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
