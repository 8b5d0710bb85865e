"""All of a build that can be done before any code runs."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from treadle.app.neighbours import by_hand
from treadle.app.obstacles import obstacles
from treadle.app.request import Request
from treadle.app.scratch import Scratch
from treadle.app.which_python import Ask, choice, chosen, unfit_words
from treadle.engine.run.interpreter import Interpreter, Unfit, interpreter_at, own_interpreter
from treadle.press.cells import Cells, cells_of
from treadle.press.checks.image_kinds import images_left_out
from treadle.press.document.code_syntax import check_syntax
from treadle.press.document.front_matter_keys import Settings, read_settings
from treadle.press.document.model import Document
from treadle.press.document.parameters import override
from treadle.press.document.reader import read_document
from treadle.press.document.source_text import is_file
from treadle.press.tangle.hidden_modules import hidden_modules
from treadle.press.tangle.write import Tangled, tangle
from treadle.problem import Problem, error, has_errors

# In a file's name TeX's programs take these for something else.
UNFIT = re.compile(r"[\s\\{}%#~^$&\"'`,;|<>*?]|^-|^\.")
LONGEST = 220  # bytes of a document's stem: files are called so and more, and 255 is the most


class Prepared(Struct, frozen=True):
    """A document that was read, and what is to be run of it."""

    document: Document
    settings: Settings
    params: dict[str, object]
    cells: Cells
    problems: tuple[Problem, ...]
    misuses: tuple[str, ...]
    python: Interpreter

    @property
    def failed(self) -> bool:
        """Whether going on is senseless."""
        return bool(self.misuses) or has_errors(self.problems)

    @property
    def text(self) -> str:
        """All of the document's lines."""
        return self.document.text

    def told(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Each once, as an author is told of it: at a line of the file that he wrote."""
        return tuple(map(self.document.files.told, dict.fromkeys(problems)))


def prepare(request: Request, ask: Ask = interpreter_at) -> Prepared:
    """Read the document and check its code; all problems of these at once. `ask` tells what the
    Python is that the document names: to know that for certain, it is started."""
    document, problems = read_document(request.path)
    settings, _ = read_settings(document)  # its problems are among the reader's
    params, misuses = override(settings.params, request.params)
    python, unfit = _python(request, document, settings.python, ask)
    if unfit and request.python:
        misuses = (*misuses, unfit.words)
    elif unfit:
        problems = (*problems, unfit)
    cells = cells_of(document, settings.seed or 0)
    hidden = hidden_modules(document, python.paths)
    problems = (*problems, *cells.problems, *check_syntax(document), *hidden)
    if not has_errors(problems):
        problems = (*problems, *images_left_out(document))
    found = sorted(problems, key=lambda item: item.span)
    return Prepared(document, settings, params, cells, tuple(found), misuses, python)


def _python(
    request: Request, document: Document, said: str | None, ask: Ask
) -> tuple[Interpreter, Problem | None]:
    """The Python that runs the code; where somebody has named one that can't, our own, and an
    error at the key that names it."""
    folder = request.path.resolve().parent
    which = choice(request.python, said, folder, os.environ)
    found = chosen(which, folder, ask)
    if which is not None and isinstance(found, Unfit):
        return own_interpreter(), error(document.said(which.by), *unfit_words(which, found))
    assert isinstance(found, Interpreter)
    return found, None


def no_document(path: Path) -> str:
    """What to say where no document is."""
    if path.is_dir():
        return f"{path} is a folder: name the .pmd file in it"
    return f"there is no file {path}"


def misuses_of(request: Request) -> tuple[str, ...]:
    """What is wrong with the request itself."""
    path, out_dir = request.path, request.out_dir
    if not is_file(path):
        return (no_document(path),)
    if path.suffix in {".tex", ".pdf"}:
        return (f"{path} is not a .pmd document",)
    if found := UNFIT.search(path.stem):
        shown = "a blank" if found[0].isspace() else f"`{found[0]}`"
        return (f"LaTeX can't work with {shown} in the name of {path}: rename the file",)
    if len(path.stem.encode("utf-8", "surrogateescape")) > LONGEST:
        return (f"the name of {path} is too long, there is no room for more: rename the file",)
    if ":" in str(folder := path.resolve().parent):
        return (f"TeX can't search a folder with `:` in its name: rename {folder}",)
    if out_dir.exists() and not out_dir.is_dir():
        return (f"-o {out_dir}: not a folder",)
    for folder in (out_dir, request.code_dir):
        if _leads_nowhere(folder):
            return (f"{folder} is a link that leads to itself: remove it",)
    # Before code runs for minutes; what else is in the way is found out when the names are known.
    stem = path.stem
    if said := by_hand(Scratch(out_dir, stem)):
        return (said,)
    return tuple(obstacles(out_dir, (f"{stem}.tex", f"{stem}.pdf", f"{stem}/figure")))


def tangle_file(path: Path, code_dir: Path) -> Tangled:
    """Bring `code_dir` up to date with the document at `path`; nothing if that has errors."""
    document, found = read_document(path)
    problems = (*found, *check_syntax(document))
    tangled = Tangled() if has_errors(problems) else tangle(document, code_dir)
    told = map(document.files.told, (*problems, *tangled.problems))
    return replace(tangled, problems=tuple(told))


def _leads_nowhere(folder: Path) -> bool:
    try:
        folder.stat()
    except OSError as failure:
        return failure.errno == errno.ELOOP
    return False
