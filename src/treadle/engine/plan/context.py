"""What stays the same through a build: its cells as scanned, and what lies outside the session."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import blake3
import msgspec
from msgspec import Struct, field

from treadle.engine.cell import Cell
from treadle.engine.plan.scans import ScannedCell, imported_by, is_submodule, with_names
from treadle.engine.plan.validity import Present
from treadle.engine.scan.code import Code
from treadle.engine.scan.module_symbols import project_refs
from treadle.engine.scan.project_modules import Modules
from treadle.engine.store.digest import combined, digest, unseen
from treadle.engine.store.file_digests import FileDigests

Fact = Callable[[str, int], str]  # name and a cell's number to a digest of what is so now


class Surroundings(Struct, frozen=True):
    """What a host says of a document or notebook, besides its cells."""

    directory: str  # where its code runs
    code_path: str = ""  # where the project's extracted modules lie, if there are any
    text: str = ""  # digest of all of its source
    program: str = ""  # digest of what runs cells and says what they depend on
    python: str = ""  # tells the Python that runs cells from others
    paths: Sequence[str] = field(default_factory=lambda: list(sys.path))  # it looks for modules on
    params: Mapping[str, object] = {}
    environment: Mapping[str, str] = {}  # of workers

    @property
    def folders(self) -> list[str]:
        """Where the project's own modules lie, the first before the second."""
        return [folder for folder in (self.code_path, self.directory) if folder]


class Context:
    """Answers questions about what is outside the session; answers stay for the build."""

    def __init__(
        self,
        cells: Sequence[Cell],
        codes: Sequence[Code],
        surroundings: Surroundings,
        files: FileDigests,
        fact: Fact,
    ) -> None:
        """`codes`: what scanning the cells gave; `fact` tells what the host states."""
        imported = imported_by(cells, codes)
        named = map(with_names, cells, codes)
        self.scanned = tuple(map(ScannedCell, named, codes, imported))
        self.surroundings = surroundings
        self.files = files
        self.fact = fact
        self.modules = Modules(surroundings.folders, _source, files.of)
        self.is_submodule = cache(is_submodule)
        self.imported_refs = cache(self._imported_refs)
        self.sources = cache(lambda: _source_files(surroundings.folders))
        paths = surroundings.paths
        self.present = Present.of(surroundings.directory, files, surroundings.environment, paths)

    def is_of_project(self, module: str) -> bool:
        return self.modules.find(module) is not None

    def _imported_refs(self, number: int) -> frozenset[str]:
        """What the cell's import statements take from the project's modules: "module:name"."""
        scanned = self.scanned[number]
        roots = {root for name in scanned.code.imports for root in (name, name.partition(".")[0])}
        if not any(map(self.is_of_project, roots)):
            return frozenset()
        return project_refs(scanned.cell.code, self.is_of_project)


def _source_files(folders: Sequence[str]) -> str:
    """A digest of the names of the project's source files."""
    return combined(sorted({str(path) for folder in folders for path in Path(folder).glob("*.py")}))


def _source(path: str) -> str | None:
    try:
        if not os.path.isfile(path):  # noqa: PTH113 - hundreds; a pipe would be waited for, for ever
            return None
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def program_digest(
    environment: Mapping[str, str],
    threads: int | None,
    folders: Iterable[Path] = (),
    variables: Collection[str] = (),
) -> str:
    """The digest of Python, of the engine, of what lies in `folders`, and of what the environment
    says unobserved: to C libraries, and by these variables."""
    libraries = (blake3.__version__, msgspec.__version__)  # no cell can be seen to load them
    parts = [sys.version, *libraries, str(threads), unseen(environment, variables)]
    for folder in (Path(__file__).parents[1], *folders):
        parts.extend(_sources(str(folder)))
    return combined(parts)


def _sources(folder: str) -> Iterator[str]:
    """The text of the Python files in and below it; no pathlib, as each build reads them all."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith("."):  # an editor's
                with open(f"{place}/{name}", "rb") as file:  # noqa: PTH123
                    yield f"{name} {digest(file.read())}"
