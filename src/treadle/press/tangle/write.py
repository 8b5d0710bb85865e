"""Extract a document's code into the code folder."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable, Sequence
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
from treadle.problem import Problem, Span, error, has_errors, warning

# Bring the code folder up to date: plan first, then act, and never undo a hand edit.


class Write(Struct, frozen=True):
    """Create or replace a file."""

    path: Path
    text: str
    span: Span


class Remove(Struct, frozen=True):
    """Remove a file that nothing is extracted to any more."""

    path: Path
    span: Span


class Plan(Struct, frozen=True):
    """What to do; with errors among the problems, nothing is done."""

    actions: tuple[Write | Remove, ...] = ()
    problems: tuple[Problem, ...] = ()


def plan_writes(files: Sequence[Extracted], code_dir: Path) -> Plan:
    """The writes that bring `files` up to date under `code_dir`."""
    actions: list[Write | Remove] = []
    problems: list[Problem] = []
    for file in files:
        path = code_dir / file.path
        try:
            existing = _read(path)
        except OSError as failure:
            message = f"can't read {path}: {failure.strerror}"
            problems.append(error(file.span, message, "move what lies there out of the way"))
            continue
        if existing == file.text:
            continue
        refusal = _refusal(file, path, existing)
        if refusal is None:
            actions.append(Write(path, file.text, file.span))
        else:
            problems.append(refusal)
    return Plan(tuple(actions), tuple(problems))


def plan_removals(package: Path, source: str, keep: Iterable[Path], span: Span) -> Plan:
    """The removals of files in `package` extracted from `source` earlier and not kept."""
    kept = set(keep)
    actions: list[Write | Remove] = []
    problems: list[Problem] = []
    for path in sorted(package.glob("*.py")):
        seal = None if path in kept else _seal_of(path)
        if seal is None or seal.source != source:
            continue
        if seal.intact:
            actions.append(Remove(path, span))
            continue
        message = f"{path} was extracted from here, has been edited, and no chunk goes there now"
        problems.append(warning(span, message, "delete it, or move it out of the folder"))
    return Plan(tuple(actions), tuple(problems))


def act(actions: Iterable[Write | Remove]) -> tuple[Problem, ...]:
    """Do as planned; an error for each action that failed."""
    problems = []
    for action in actions:
        try:
            _do(action)
        except OSError as failure:
            message = f"can't write {action.path}: {failure.strerror or failure}"
            problems.append(error(action.span, message))
    return tuple(problems)


def _do(action: Write | Remove) -> None:
    if isinstance(action, Remove):
        action.path.unlink(missing_ok=True)
    else:
        _write(action.path, action.text)
    # Python compares a cached module with its source by size and whole seconds only.
    for cached in (action.path.parent / "__pycache__").glob(f"{action.path.stem}.*.pyc"):
        cached.unlink(missing_ok=True)


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


# Extract a document's code into the code folder.


class Tangled(Struct, frozen=True):
    """What was done: all files of the document, those that changed, those removed."""

    files: tuple[Path, ...] = ()
    written: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    diagnostics: tuple[Problem, ...] = ()


def tangle(document: Document, code_dir: Path) -> Tangled:
    """Bring `code_dir` up to date with `document`: all of it, or nothing if there is an error."""
    files = extract(document)
    paths = tuple(code_dir / file.path for file in files)
    package = package_name(document.stem)
    top = Span.at(str(document.path), 1)
    writes = plan_writes(files, code_dir)
    removals = plan_removals(code_dir / package, document.path.name, paths, top)
    problems = writes.problems + removals.problems
    if files:
        problems += _shadowed(package, files[0].span)
    if (code_dir / package).is_symlink():
        problems += _through_link(code_dir / package, files[0].span if files else top)
    if has_errors(problems):
        return Tangled(paths, diagnostics=problems)
    actions = writes.actions + removals.actions
    return Tangled(
        files=paths,
        written=tuple(action.path for action in actions if isinstance(action, Write)),
        removed=tuple(action.path for action in actions if isinstance(action, Remove)),
        diagnostics=problems + act(actions),
    )


def _through_link(folder: Path, span: Span) -> tuple[Problem, ...]:
    message = f"{folder} is a link, and modules would be written through it"
    return (error(span, message, "move it out of the way; the code folder itself may be a link"),)


def _shadowed(package: str, span: Span) -> tuple[Problem, ...]:
    """A folder without `__init__.py` loses against any module of its name."""
    if package not in sys.stdlib_module_names:
        return ()
    message = f"modules can't be extracted to `{package}`: Python has a module of that name"
    return (error(span, message, "give the document's file another name"),)
