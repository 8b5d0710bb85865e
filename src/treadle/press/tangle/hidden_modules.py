"""Modules of a document that nobody could import, as Python has one of the document's name."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder

from treadle.press.document.model import Document
from treadle.press.tangle.extract import extract, package_name
from treadle.problem import Problem, error


def hidden_modules(
    document: Document, python_path: Iterable[str] | None = None
) -> Iterator[Problem]:
    """An error at the first chunk that is extracted, if its module would not be found.

    `python_path`: where the Python that runs the code looks for modules, if it is another one.

    The folder of a document's modules has no `__init__.py`, and so loses against any module of
    its name: Python's own, an installed library's, a file beside the document.
    """
    name = package_name(document.stem)
    paths = sys.path if python_path is None else python_path
    files = extract(document)
    if files and (name in sys.stdlib_module_names or _is_there(name, document, paths)):
        message = f"modules can't be extracted to `{name}`: Python has a module of that name"
        yield error(files[0].span, message, "give the document's file another name")


def _is_there(name: str, document: Document, paths: Iterable[str]) -> bool:
    folders = [folder for folder in paths if folder.endswith("-packages")]
    folders.append(str(document.path.resolve().parent))
    found = PathFinder.find_spec(name, folders)
    return found is not None and found.origin is not None  # a folder without a module hides none
