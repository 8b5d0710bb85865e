"""Typeset a staged `.tex`: the PDF, if LaTeX found nothing wrong, and what it found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from treadle.diagnostics import Diagnostic, error, has_errors, warning
from treadle.typesetting.bibtex_log import bibliography_diagnostics, lost_behind_percent
from treadle.typesetting.compile import compile_tex
from treadle.typesetting.diagnose import diagnose, diagnose_errors, diagnose_missing
from treadle.typesetting.endings import early_end
from treadle.typesetting.latex import MAX_PASSES, Compiled, Job
from treadle.typesetting.log import first_error
from treadle.typesetting.places import Places
from treadle.typesetting.programs import missing_program


class Typeset(Struct, frozen=True):
    """The PDF in the job's directory (None if anything is wrong), the problems, the passes.

    `depends`: what another run would have to find as it is, to give the same; empty: unknown.
    """

    pdf: Path | None
    diagnostics: tuple[Diagnostic, ...]
    passes: int = 0
    depends: Mapping[str, str] = {}


def typeset(job: Job, places: Places) -> Typeset:
    """Run LaTeX on `job` until nothing changes; all problems at lines of the `.pmd`."""
    absent = [missing_program(name, places.of_line(1)) for name in ("pdflatex", "bibtex")]
    missing = tuple(problem for problem in absent if problem is not None)
    if missing:
        return Typeset(None, missing)
    compiled = compile_tex(job)
    places = replace(places, bibliography=compiled.bibliography, labels=compiled.labels)
    found = tuple(_problems(job, compiled, places))
    pdf = job.file(".pdf")
    good = pdf.exists() and not has_errors(found)
    return Typeset(pdf if good else None, found, compiled.passes, compiled.depends)


def _errors(log: str, places: Places) -> tuple[Diagnostic, ...]:
    """The errors of a log: one at least, if LaTeX met one, lest a failed build pass for a good."""
    found = diagnose_errors(log, places)
    first = first_error(log)
    if found or first is None:
        return found
    at = places.of_file(first.file or places.tex_name, first.line)
    return (error(at, f"LaTeX: {first.text}"),)


def _bibliography(job: Job, places: Places) -> str:
    """What BibTeX has made; after an error its file is gone."""
    made = job.file(".bbl")
    return made.read_text("utf-8", "replace") if made.exists() else places.bibliography


def _problems(job: Job, compiled: Compiled, places: Places) -> Iterator[Diagnostic]:
    errors = _errors(compiled.log, places)
    cited = tuple(bibliography_diagnostics(compiled.bibliography_log, places, job.directory))
    yield from cited
    yield from lost_behind_percent(_bibliography(job, places), places)
    early = early_end(compiled.log, places)
    if errors or early or has_errors(cited):  # then LaTeX misses what is there as well
        yield from errors
        yield from (early,) if early else ()
        yield from diagnose_missing(compiled.log, places)
        return
    yield from diagnose(compiled.preamble_log, places)
    yield from diagnose(compiled.log, places)
    if not compiled.settled:
        text = f"LaTeX: page numbers or references still change after {MAX_PASSES} passes"
        yield warning(places.of_line(1), text)
    if not job.file(".pdf").exists():
        yield error(places.of_line(1), "LaTeX gave no PDF", "the document has no pages")
