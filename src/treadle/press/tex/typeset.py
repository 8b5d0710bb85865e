"""Typeset a staged `.tex`: the PDF, if LaTeX found nothing wrong, and what it found."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.tex.bibliography import bibliography_diagnostics, lost_behind_percent
from treadle.press.tex.diagnose import diagnose, diagnose_errors, diagnose_missing
from treadle.press.tex.engine import missing_program
from treadle.press.tex.format import Format, Store, forget_format, format_of, preamble_of
from treadle.press.tex.log import first_error
from treadle.press.tex.passes import MAX_PASSES, Compiled, Job, run_passes
from treadle.press.tex.places import Places
from treadle.press.tex.settled import recall, remember
from treadle.problem import Problem, Span, error, has_errors, warning

# Typeset a job the short way where there is one: from a dumped preamble, or not at all.

STYMIED = "Fatal format file error"


def compile_tex(job: Job) -> Compiled:
    """Typeset `job`. Nothing runs where all is as it was when the PDF that is there was made.

    An error that LaTeX finds from a dumped preamble counts only if it finds it without, too.
    """
    begun = time.time_ns()
    format_ = _format(job)
    if format_ is None:
        return run_passes(job)
    if compiled := recall(job, format_.identity):
        both = {**compiled.depends, **format_.depends}
        return replace(compiled, preamble_log=format_.log, depends=both)
    compiled = _from_format(job, format_)
    if first_error(compiled.log) is not None:
        return compiled
    depends = remember(job, format_.identity, compiled, begun)
    return replace(compiled, depends={**depends, **format_.depends} if depends else {})


def _from_format(job: Job, format_: Format | None) -> Compiled:
    if format_ is None or format_.file is None:
        return run_passes(job)
    compiled = run_passes(job.using(format_.file))
    if STYMIED in compiled.log:  # the file is damaged
        forget_format(format_)
        return _from_format(job, _format(job))
    if first_error(compiled.log) is not None:
        return run_passes(job)
    _complete_record(job, format_.inputs)
    return replace(compiled, preamble_log=format_.log)


def _format(job: Job) -> Format | None:
    if job.formats is None:
        return None
    tex = job.file(".tex").read_text("utf-8")
    preamble = preamble_of(tex)
    store = Store(job.formats, job.stem, job.environment, job.programs)
    return format_of(preamble, store) if preamble else None


def _complete_record(job: Job, inputs: tuple[Path, ...]) -> None:
    """The pass has not read what the preamble reads; the document needs it all the same."""
    with job.file(".fls").open("a", encoding="utf-8") as record:
        record.writelines(f"INPUT {path}\n" for path in inputs)


# A document that LaTeX ends before its last line: nothing of the rest is in the PDF.

MARK = "Treadle: the end is on line "  # our preamble has LaTeX write it into its log, and where
WRITES = f"\\AtEndDocument{{\\immediate\\write-1{{{MARK}"
ENDED = re.compile(rf"^{MARK}(?P<line>\d{{1,9}}) of (?P<file>.*)$", re.MULTILINE)
END = r"\end{document}"
STOPS = re.compile(r"\\(?:stop|bye|@@end)(?![A-Za-z])")
HINT = "the end is written for you, below the last line: remove it, or comment the rest out"


def early_end(log: str, places: Places) -> Problem | None:
    """The error that says where the document ended, if that was not its last line."""
    if WRITES not in places.tex:  # a template of the author's own
        return None
    ended = list(ENDED.finditer(log))
    if not ended and first_error(log) is not None:  # TeX has stopped there
        return None
    if not ended:
        return error(_stop(places), "LaTeX ends before the document does: the rest is lost", HINT)
    number, file = int(ended[-1]["line"]), ended[-1]["file"]
    inside = _input(file, number, places)
    ends = places.is_end(places.tex_name, number) or _is_nothing_lost(number, places)
    if inside is None and ends:
        return None
    return error(
        inside or _end(number, places), f"`{END}` ends the document here: the rest is lost", HINT
    )


def _input(file: str, number: int, places: Places) -> Span | None:
    """Where in this file the end stands; None: it does not, whatever LaTeX says it has open."""
    at = places.of_file(file, number) if file else None
    found = at and any(
        other.name == at.file and END in "".join(other.text.split("\n")[number - 1 : number])
        for other in places.inputs
    )
    return at if found else None


def _is_nothing_lost(number: int, places: Places) -> bool:
    rest = "".join(places.tex_lines[number - 1 :]).partition(END)[2]
    return not rest.replace(END, "").strip()


def _stop(places: Places) -> Span:
    in_tex = STOPS.search(places.tex)
    return places.of_pattern(STOPS) if in_tex else places.of_input(STOPS) or places.of_line(1)


def _end(number: int, places: Places) -> Span:
    """The line is known, the file is not."""
    if END not in "".join(places.tex_lines[number - 1 : number]):
        for other in places.inputs:
            if END in "".join(other.text.split("\n")[number - 1 : number]):
                return Span.at(other.name, number)
    return places.of_line(number)


# Typeset a staged `.tex`: the PDF, if LaTeX found nothing wrong, and what it found.


class Typeset(Struct, frozen=True):
    """The PDF in the job's directory (None if anything is wrong), the problems, the passes.

    `depends`: what another run would have to find as it is, to give the same; empty: unknown.
    """

    pdf: Path | None
    diagnostics: tuple[Problem, ...]
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


def _errors(log: str, places: Places) -> tuple[Problem, ...]:
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


def _problems(job: Job, compiled: Compiled, places: Places) -> Iterator[Problem]:
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
