"""Typeset a document: measured from its preamble before anything is drawn, then as a PDF."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from treadle.engine.store.atomic import write_whole
from treadle.engine.store.digest import combined, digest
from treadle.engine.store.file_stamps import changed_since
from treadle.engine.store.traces import decoded, encoded
from treadle.engine.trace import Observed
from treadle.press.tex.early_end import early_end
from treadle.press.tex.engine import relevant
from treadle.press.tex.format import Format, forget_format, format_of, preamble_of
from treadle.press.tex.log import first_error, messages
from treadle.press.tex.passes import (
    MAX_PASSES,
    Compiled,
    Job,
    holds,
    observed_inputs,
    run_passes,
    together,
)
from treadle.press.tex.places import Places
from treadle.problem import Problem, Span, error, has_errors, warning


class Typeset(Struct, frozen=True):
    """The PDF in the job's directory (None if anything is wrong), the problems, the passes.

    `depends`: what another run would have to find as it is, to give the same; None: unknown.
    """

    pdf: Path | None
    problems: tuple[Problem, ...]
    passes: int = 0
    depends: Observed | None = None


def typeset(job: Job, places: Places, because: Span | None = None) -> Typeset:
    """Run LaTeX on `job` until nothing changes; all problems at lines of the `.pmd`.

    `because`: the line that needs this engine and no other.
    """
    missing = tuple(job.engine.missing(because or places.of_line(1)))
    if missing:
        return Typeset(None, missing)
    compiled = _compile(job)
    places = replace(places, bibliography=compiled.bibliography, labels=compiled.labels)
    found = tuple(_problems(job, compiled, places))
    pdf = job.file(".pdf")
    good = pdf.exists() and not has_errors(found)
    return Typeset(pdf if good else None, found, compiled.passes, compiled.depends)


def _problems(job: Job, compiled: Compiled, places: Places) -> Iterator[Problem]:
    errors = _errors(compiled.log, places)
    cited = _of_bibliography(job, compiled, places)
    yield from cited
    early = early_end(compiled.log, places)
    if errors or early or has_errors(cited):  # then LaTeX misses what is there as well
        yield from errors
        yield from (early,) if early else ()
        from treadle.press.tex.diagnose import diagnose_missing

        yield from diagnose_missing(compiled.log, places)
        return
    yield from _warnings(compiled.preamble_log, places)
    yield from _warnings(compiled.log, places)
    if not compiled.settled:
        text = f"LaTeX: page numbers or references still change after {MAX_PASSES} passes"
        yield warning(places.of_line(1), text)
    if not job.file(".pdf").exists():
        yield error(places.of_line(1), "LaTeX gave no PDF", "the document has no pages")


# What finds words for messages is imported where there are any: as a rule there are none.


def _errors(log: str, places: Places) -> tuple[Problem, ...]:
    """The errors of a log: one at least, if LaTeX met one, lest a failed build pass for a good."""
    first = first_error(log)
    if first is None:
        return ()
    from treadle.press.tex.diagnose import diagnose_errors

    at = places.of_file(first.file or places.tex_name, first.line)
    return diagnose_errors(log, places) or (error(at, f"LaTeX: {first.text}"),)


def _warnings(log: str, places: Places) -> tuple[Problem, ...]:
    if next(messages(log), None) is None:
        return ()
    from treadle.press.tex.diagnose import diagnose

    return diagnose(log, places)


def _of_bibliography(job: Job, compiled: Compiled, places: Places) -> tuple[Problem, ...]:
    told = compiled.bibliography_log
    made = job.text(".bbl") or places.bibliography  # after an error the file is gone
    if not told and not made:
        return ()
    from treadle.press.tex.biblatex import biblatex_problems, is_of_biblatex
    from treadle.press.tex.bibliography import bibliography_problems, lost_behind_percent

    if is_of_biblatex(told):
        cited = biblatex_problems(told, places)
    else:
        cited = bibliography_problems(told, places, job.directory)
    return (*cited, *lost_behind_percent(made, places))


# The short way, where there is one: from a dumped preamble, or not at all.

DAMAGED = "Fatal format file error"


def _compile(job: Job) -> Compiled:
    """Typeset `job`. Nothing runs where all is as it was when the PDF that is there was made.

    An error that LaTeX finds from a dumped preamble counts only if it finds it without, too.
    """
    begun = time.time_ns()
    format_ = _format(job)
    if format_ is None:
        return run_passes(job)
    if compiled := _recall(job, format_):
        return compiled
    compiled = _from_format(job, format_)
    if first_error(compiled.log) is not None:
        return compiled
    return replace(compiled, depends=_remember(job, format_, compiled, begun))


def _format(job: Job) -> Format | None:
    text = preamble_of(job.file(".tex").read_text("utf-8"))
    return format_of(text, job, job.formats) if text and job.formats is not None else None


def _from_format(job: Job, format_: Format | None) -> Compiled:
    if format_ is None or format_.file is None:
        return run_passes(job)
    compiled = run_passes(job, format_.file)
    if DAMAGED in compiled.log:
        forget_format(format_.file.parent)
        return _from_format(job, _format(job))
    if first_error(compiled.log) is not None:
        return run_passes(job)
    # The pass has not read what the preamble reads; the document needs it all the same.
    with job.file(".fls").open("a", encoding="utf-8") as record:
        record.writelines(f"INPUT {path}\n" for path, _ in format_.depends.reads)
    return replace(compiled, preamble_log=format_.log)


# A job that came to its end: as long as all is as it was, LaTeX has nothing to do.

SETTLED = ".settled"


class _Settled(Struct, frozen=True):
    """What the result of a job depends on, and all that lies in its directory."""

    identity: str
    observed: Observed
    files: dict[str, str]


def _remember(job: Job, format_: Format, compiled: Compiled, begun: int) -> Observed | None:
    """Note what the result depends on, and the result itself; the former.

    Nothing is noted, and nothing given, where that can't be told: references still change, or
    somebody has edited a file since `begun` (nanoseconds since 1970).
    """
    observed = observed_inputs(job)
    files = (path for path, _ in observed.reads)
    if not (compiled.settled and job.file(".pdf").exists()) or changed_since(begun, files):
        job.file(SETTLED).unlink(missing_ok=True)
        return None
    settled = _Settled(_identity(job, format_), observed, _files(job.directory))
    write_whole(str(job.file(SETTLED)), [encoded(settled)])
    return together(observed, format_.depends)


def _recall(job: Job, format_: Format) -> Compiled | None:
    """What the last pass said, if another would do and say the same."""
    try:
        settled = decoded(job.file(SETTLED).read_bytes(), Decoder(_Settled))
    except (OSError, ValueError):
        return None
    if not (
        settled.identity == _identity(job, format_)
        and settled.files == _files(job.directory)
        and holds(settled.observed)
        and job.file(".pdf").exists()
        and job.file(".log").exists()
    ):
        return None
    depends = together(settled.observed, format_.depends)
    said = Compiled(job.text(".log"), job.text(".blg"), passes=0, settled=True)
    return replace(said, preamble_log=format_.log, depends=depends)


def _identity(job: Job, format_: Format) -> str:
    command = job.engine.pages(job.stem, None)
    return combined((format_.identity, job.stem, *command, relevant(job.environment)))


def _files(directory: Path) -> dict[str, str]:
    """The contents of all that lies in the job's directory."""
    return {
        str(path.relative_to(directory)): digest(path.read_bytes())
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.suffix != SETTLED
    }
