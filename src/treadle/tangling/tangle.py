"""Extract a document's code into the code folder."""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec import Struct

from treadle.diagnostics import Diagnostic, Span, error, has_errors
from treadle.document.model import Document
from treadle.tangling.places import package_name
from treadle.tangling.plan import extract
from treadle.tangling.write import Remove, Write, act, plan_removals, plan_writes


class Tangled(Struct, frozen=True):
    """What was done: all files of the document, those that changed, those removed."""

    files: tuple[Path, ...] = ()
    written: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


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


def _through_link(folder: Path, span: Span) -> tuple[Diagnostic, ...]:
    message = f"{folder} is a link, and modules would be written through it"
    return (error(span, message, "move it out of the way; the code folder itself may be a link"),)


def _shadowed(package: str, span: Span) -> tuple[Diagnostic, ...]:
    """A folder without `__init__.py` loses against any module of its name."""
    if package not in sys.stdlib_module_names:
        return ()
    message = f"modules can't be extracted to `{package}`: Python has a module of that name"
    return (error(span, message, "give the document's file another name"),)
