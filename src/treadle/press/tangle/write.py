"""Bring the code folder up to date with a document, and never undo a hand edit."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from treadle.press.document.model import Document
from treadle.press.tangle.extract import (
    Extracted,
    Seal,
    extract,
    origin_in,
    package_name,
    read_seal,
)
from treadle.press.tangle.hidden_modules import hidden_modules
from treadle.problem import Problem, Span, error, has_errors, warning


class Tangled(Struct, frozen=True):
    """What was done: all files of the document, those that changed, those removed."""

    files: tuple[Path, ...] = ()
    written: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()


def tangle(document: Document, code_dir: Path, python_path: Iterable[str] | None = None) -> Tangled:
    """Bring `code_dir` up to date with `document`: all of it, or nothing if there is an error.

    `python_path`: where the Python that runs the code looks for modules, if it is another one.
    """
    files = extract(document)
    paths = tuple(code_dir / file.path for file in files)
    folder = code_dir / package_name(document.stem)
    top = document.at(1)
    found = (
        *writes_for(files, code_dir),
        *removals_for(folder, document.path.name, paths, top),
        *hidden_modules(document, python_path),
        *_obstacles(folder, files, top),
    )
    problems = tuple(item for item in found if isinstance(item, Problem))
    if has_errors(problems):
        return Tangled(paths, problems=problems)
    changes = [item for item in found if isinstance(item, Change)]
    return Tangled(
        files=paths,
        written=tuple(change.path for change in changes if change.text is not None),
        removed=tuple(change.path for change in changes if change.text is None),
        problems=problems + apply(changes),
    )


def _obstacles(folder: Path, files: Sequence[Extracted], top: Span) -> Iterator[Problem]:
    """What is wrong with the folder that the document's modules are to lie in."""
    if folder.is_symlink():
        message = f"{folder} is a link, and modules would be written through it"
        hint = "move it out of the way; the code folder itself may be a link"
        yield error(files[0].span if files else top, message, hint)


class Change(Struct, frozen=True):
    """The text that a file is to have; None: nothing is extracted to it any more."""

    path: Path
    text: str | None
    span: Span


def writes_for(files: Iterable[Extracted], code_dir: Path) -> Iterator[Change | Problem]:
    """What brings `files` up to date under `code_dir`, and why that must not be done."""
    for file in files:
        path = code_dir / file.path
        try:
            existing = _read(path)
        except OSError as failure:
            message = f"can't read {path}: {failure.strerror}"
            yield error(file.span, message, "move what lies there out of the way")
            continue
        if existing != file.text:
            yield _refusal(file, path, existing) or Change(path, file.text, file.span)


def removals_for(
    package: Path, source: str, keep: Collection[Path], span: Span
) -> Iterator[Change | Problem]:
    """The removals of files in `package` extracted from `source` earlier and not kept."""
    for path in sorted(package.glob("*.py")):
        seal = None if path in keep else _seal_of(path)
        if seal is None or seal.source != source:
            continue
        if seal.intact:
            yield Change(path, None, span)
        else:
            what = "was extracted from here, has been edited, and no chunk goes there now"
            yield warning(span, f"{path} {what}", "delete it, or move it out of the folder")


def _read(path: Path) -> str | None:
    """The text there; None if there is no file, "" if it is no text (so: not ours).

    Raises OSError. A pipe is no file: who opens it waits for ever.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(errno.EINVAL, "not a file", str(path))
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""


def _seal_of(path: Path) -> Seal | None:
    try:
        return read_seal(_read(path) or "")
    except OSError:  # not ours, or not to be told from what is not
        return None


def _refusal(file: Extracted, path: Path, existing: str | None) -> Problem | None:
    """Why the file that is there must not be replaced."""
    if existing is None:
        return None
    seal = read_seal(existing)
    if seal is None:
        message = f"{path} was not written by treadle, and a chunk would replace it"
        return error(file.span, message, "move or delete it, or give the module another name")
    if seal.source != file.source:
        message = f"{path} was extracted from {seal.source}, and a chunk would replace it"
        return error(file.span, message, f"delete it if {seal.source} is no more")
    return None if seal.intact else _edited(file, path, existing)


def _edited(file: Extracted, path: Path, existing: str) -> Problem:
    line = _first_difference(existing, file.text)
    origin = origin_in(file.text, line)
    where = f"{file.source}:{origin.line if origin else file.span.line}"
    return error(
        file.span,
        f"{path} has been edited by hand",
        f"move the edit (line {line}) to {where}, then delete {path}",
    )


def _first_difference(existing: str, wanted: str) -> int:
    """The first line on which two texts differ, their first lines (the seals) aside."""
    theirs, ours = existing.split("\n"), wanted.split("\n")
    pairs = list(zip(theirs, ours, strict=False))
    differing = (number for number, (a, b) in enumerate(pairs, start=1) if number > 1 and a != b)
    return next(differing, len(pairs))


def apply(changes: Iterable[Change]) -> tuple[Problem, ...]:
    """Write and remove the files; an error for each change that failed."""
    problems = []
    for change in changes:
        path = change.path
        try:
            if change.text is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, change.text)
            # Python compares a cached module with its source by size and whole seconds only.
            for cached in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                cached.unlink(missing_ok=True)
        except OSError as failure:
            message = f"can't write {path}: {failure.strerror or failure}"
            problems.append(error(change.span, message))
    return tuple(problems)


def _write(path: Path, text: str) -> None:
    """Replace the file as a whole, or leave it as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
