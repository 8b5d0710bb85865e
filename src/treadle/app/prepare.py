"""All of a build that can be done before any code runs."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from treadle.app.report import Request
from treadle.press.cells import Planned, plan_tasks
from treadle.press.document.fences import is_file, load, normalise
from treadle.press.document.model import Document
from treadle.press.document.reader import read_document
from treadle.press.document.settings import Settings, override, read_settings
from treadle.press.document.syntax import check_syntax
from treadle.problem import Problem, has_errors

# What lies where a build is to put its files, and must not be replaced or written through.
#
# A link to a file is no obstacle: the build puts a file of its own in its place, and what the link
# led to stays as it is. A link to a folder would lead the build's files out of DIR, onto files of
# the user's, so it is one; DIR itself may be a link, that says plainly where to write.

AWAY = "move it out of the way"


def obstacles(out_dir: Path, names: Iterable[str]) -> Iterator[str]:
    """What is in the way of these files of `out_dir`, each once, in words."""
    folders: dict[Path, None] = {}
    for name in names:
        path = out_dir / name
        if path.is_dir() and not path.is_symlink():
            yield f"{path} is a folder, and a file is to be put there: {AWAY}"
        folders.update((folder, None) for folder in path.parents if out_dir in folder.parents)
    for folder in folders:
        if folder.is_symlink():
            yield f"{folder} is a link, and files would be written through it: {AWAY}"
        elif folder.exists() and not folder.is_dir():
            yield f"{folder} is a file, and a folder is to be put there: {AWAY}"


# All of a build that can be done before any code runs.

# In a file's name LaTeX or BibTeX take these for something else.
UNFIT = re.compile(r"[\s\\{}%#~^$&\"'`,;|<>*?]|^-|^\.")
LONGEST = 220  # bytes of a document's stem: files are called so and more, and 255 is the most


class Prepared(Struct, frozen=True):
    """A document that was read, and what is to be run of it."""

    document: Document
    text: str  # all of it
    settings: Settings
    params: dict[str, object]
    planned: Planned
    diagnostics: tuple[Problem, ...]
    misuses: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether going on is senseless."""
        return bool(self.misuses) or has_errors(self.diagnostics)


def prepare(request: Request) -> Prepared:
    """Read the document and check its code; all problems of these at once."""
    text, unreadable = load(request.path)
    document, problems = read_document(request.path, None if unreadable else text)
    settings, _ = read_settings(document)  # its problems are among the reader's
    params, misuses = override(settings.params, request.params)
    planned = plan_tasks(document, settings.seed or 0)
    problems = (*problems, *planned.diagnostics, *check_syntax(document))
    found = sorted(problems, key=lambda item: item.span)
    return Prepared(document, normalise(text), settings, params, planned, tuple(found), misuses)


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
    return tuple(obstacles(out_dir, (f"{stem}.tex", f"{stem}.pdf", f"{stem}/figure")))


def _leads_nowhere(folder: Path) -> bool:
    try:
        folder.stat()
    except OSError as failure:
        return failure.errno == errno.ELOOP
    return False
