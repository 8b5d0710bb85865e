"""Where a chunk's code goes under the code folder."""

from __future__ import annotations

import keyword
import re
from pathlib import PurePosixPath

from treadle.document.model import Chunk, Document


def package_name(stem: str) -> str:
    """The Python package of a document: its stem, made an identifier."""
    name = re.sub(r"\W", "_", stem)
    if not name.isidentifier():
        name = f"_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def module_name(document: Document, module: str) -> str:
    """The dotted name by which the worker imports `module` of the document."""
    return f"{package_name(document.stem)}.{module}"


def place_of(document: Document, chunk: Chunk) -> PurePosixPath | None:
    """The file a chunk is extracted to, relative to the code folder, if it is extracted.

    A test is extracted even if it is not evaluated in the document; a chunk of a module that
    is not evaluated is only shown.
    """
    package = package_name(document.stem)
    module = chunk.options.module
    if chunk.options.test:
        return PurePosixPath(package, f"test_{module or package}.py")
    if module is not None and chunk.options.evaluate:
        return PurePosixPath(package, f"{module}.py")
    return None
