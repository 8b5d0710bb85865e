"""Typeset a job the short way where there is one: from a dumped preamble, or not at all."""

from __future__ import annotations

import time
from pathlib import Path

from msgspec.structs import replace

from treadle.typesetting.format import Format, Store, forget_format, format_of, preamble_of
from treadle.typesetting.latex import Compiled, Job, run_passes
from treadle.typesetting.log import first_error
from treadle.typesetting.settled import recall, remember

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
