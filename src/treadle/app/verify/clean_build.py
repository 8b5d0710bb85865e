"""A clean build of what was built last, of a copy elsewhere that is gone in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from treadle.app.build import build
from treadle.app.listener import Listener, Silent
from treadle.app.report import Report
from treadle.app.request import Request
from treadle.app.scratch import Scratch
from treadle.app.verify.as_built import AsBuilt
from treadle.app.verify.elsewhere import elsewhere
from treadle.app.verify.pieces import Made, Pieces, pieces_of, pieces_of_files
from treadle.press.document.model import Chunk
from treadle.problem import Problem, Span, error

QUIET_GIT = {"GIT_OPTIONAL_LOCKS": "0"}  # who asks a repository something leaves nothing in it


class CleanBuild(Struct, frozen=True):
    """What came of it, and what the last build has that is to be the same."""

    report: Report
    pieces: Pieces = {}
    last: Pieces = {}


def clean_build(last: AsBuilt, seed: str, listener: Listener) -> CleanBuild:
    """Build it clean, with these hashes of strings, and names of files in another order where the
    file system lists them as they were made. Raises OSError."""
    path = last.request.path
    listener.stage(f"copying {last.folder}")
    with elsewhere(last.here, seed) as top:
        there = _request_there(last, seed, top)
        if not there.path.resolve().is_relative_to(top):
            text = f"{path} is a link to another folder"
            problem = error(Span.at(str(path), 1), text, "name the file it leads to")
            return CleanBuild(Report((problem,)))
        report = build(there, _Renaming(listener, there.path, path, top))
        if report.failed:
            misuses = (error(Span.at(str(path), 1), text) for text in report.misuses)
            problems = (*misuses, *report.problems)
            here = tuple(_as_here(item, there.path, path, top) for item in problems)
            return CleanBuild(replace(report, problems=here))
        made = tuple(_compared(last, top))
        scratch = Scratch(there.out_dir.resolve(), path.stem)
        shown = pieces_of(last.prepared.document, scratch, last.is_pdf, top)
        return CleanBuild(
            report,
            {**shown, **pieces_of_files(made, last.folder, top)},
            {**last.pieces, **pieces_of_files(made, last.folder)},
        )


def _request_there(last: AsBuilt, seed: str, top: str) -> Request:
    request = last.request
    return replace(
        request,
        path=Path(f"{top}{request.path.parent.resolve()}") / request.path.name,
        out_dir=Path(f"{top}{last.scratch.out_dir}"),
        target=last.record.target,
        code_dir=Path(f"{top}{request.code_dir.resolve()}"),
        params=last.params,
        python=last.record.interpreter,
        cache=False,
        environment={"PYTHONHASHSEED": seed, **QUIET_GIT},
    )


def _compared(last: AsBuilt, top: str) -> Iterator[Made]:
    """The files that chunks wrote: not those that are changed in place, nor what both builds have
    written to the same place, as the code names it by an absolute path."""
    for item in last.record.files:
        path = last.folder / item.path
        is_ours = path.is_relative_to(last.folder) or Path(f"{top}{path}").is_file()
        if is_ours and not item.existed:
            yield item


def _as_here(problem: Problem, there: Path, path: Path, top: str) -> Problem:
    """A problem of a build elsewhere, as it would be here."""
    span = problem.span
    near = Path(span.file).is_relative_to(there.parent)
    file = str(path.parent / Path(span.file).relative_to(there.parent)) if near else span.file
    file = file.replace(top, "")
    message, hint = problem.message.replace(top, ""), problem.hint.replace(top, "")
    return replace(problem, span=replace(span, file=file), message=message, hint=hint)


class _Renaming(Silent):
    """Tells another listener of a build elsewhere, as if it were here. Problems are told later."""

    def __init__(self, listener: Listener, there: Path, path: Path, top: str) -> None:
        self._listener = listener
        self._there, self._path, self._top = there, path, top

    def stage(self, name: str) -> None:
        self._listener.stage(name)

    def output(self, line: str) -> None:
        self._listener.output(line)

    def chunk_started(self, chunk: Chunk) -> None:
        self._listener.chunk_started(self._here(chunk))

    def chunk_finished(self, chunk: Chunk, seconds: float) -> None:
        self._listener.chunk_finished(self._here(chunk), seconds)

    def _here(self, chunk: Chunk) -> Chunk:
        problem = error(chunk.span, "")
        return replace(chunk, span=_as_here(problem, self._there, self._path, self._top).span)
