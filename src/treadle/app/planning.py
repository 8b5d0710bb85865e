"""Make the planner of a build: with what earlier builds keep, or without."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from os.path import isfile
from pathlib import Path

import blake3
import msgspec
from msgspec import Struct

import treadle
from treadle.app.cache import Cache, Looks
from treadle.app.cached import Cached
from treadle.app.prepare import Prepared
from treadle.app.units import Analyses, KeptAnalyses, Runnable, units_of
from treadle.app.workers import Workers
from treadle.engine.messages import FigureStyle, WorkerSetup
from treadle.engine.plan.dependencies import Reacher
from treadle.engine.plan.imports import imported_by, is_submodule
from treadle.engine.plan.key import GIVEN, PARAMS, Surroundings
from treadle.engine.plan.snapshot import Held, State
from treadle.engine.plan.validity import Present, installed
from treadle.engine.run.process import worker_environment
from treadle.engine.scan.modules import Modules
from treadle.engine.store import outside
from treadle.engine.store.digest import combined, digest
from treadle.engine.store.store import Store
from treadle.engine.trace import Group
from treadle.press.document.model import Document


class Prospect(Struct, frozen=True):
    """The units of a document, and who knows which of them have to run."""

    runnables: tuple[Runnable, ...]
    planner: Cached
    analyses: KeptAnalyses


def runnables_of(prepared: Prepared, analyses: Analyses) -> tuple[Runnable, ...]:
    """The units of the document, each with its task."""
    seed = prepared.settings.seed or 0
    return units_of(prepared.document, prepared.planned, seed, _digest(prepared.text), analyses)


def cached_prospect(
    prepared: Prepared,
    setup: WorkerSetup,
    store: Store,
    workers: Workers,
    style: Callable[[], FigureStyle],
    is_known: Callable[[], bool],
) -> Prospect:
    """The units, and the planner that takes from `store` what still holds.

    `style` is asked for if a result depends on how figures look; `is_known` tells whether it
    would have to wait.
    """
    program = program_digest(setup)
    analyses = KeptAnalyses(store, prepared.document.path, program)
    runnables = runnables_of(prepared, analyses)
    units = [runnable.unit for runnable in runnables]
    folders = [folder for folder in (setup.code_path, setup.directory) if folder]
    modules = Modules(folders, _source)
    surroundings = Surroundings(
        program=program,
        text=_digest(prepared.text),
        params=setup.params,
        file_digest=store.files.of,
        is_found=lambda name: modules.find(name) is not None,
        is_submodule=cache(is_submodule),
        sources=cache(lambda: _source_files(folders)),
    )
    look = cache(lambda: look_of_figures(style(), setup.directory, store))
    looks = Looks(look, is_known, Lines(prepared.document, prepared.text))
    kept = Cache(store, present_of(setup, store), looks, Path(setup.figures))
    reacher = Reacher(units, modules)
    start = State({PARAMS: Held(Group((PARAMS,), PARAMS), GIVEN, stored=False)})
    imported = imported_by(units)
    planner = Cached(runnables, workers, kept, reacher, surroundings, imported, start)
    return Prospect(runnables, planner, analyses)


def present_of(setup: WorkerSetup, store: Store) -> Present:
    """The world as the worker of this build would see it."""
    return Present(
        folder=setup.directory,
        file_digest=store.files.of,
        listing=store.files.listing,
        standing=outside.standing,
        environment=worker_environment(setup.threads),
        installed=cache(lambda: installed(sys.path)),
    )


def look_of_figures(style: FigureStyle, folder: str, store: Store) -> str:
    """The document's style, and matplotlib's own settings where the user has some."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
    folders = [folder, os.environ.get("MPLCONFIGDIR"), Path(config, "matplotlib")]
    files = [Path(folder, "matplotlibrc") for folder in folders if folder]
    given = os.environ.get("MATPLOTLIBRC")
    files += [Path(given), Path(given, "matplotlibrc")] if given else []
    return combined([repr(style), *(store.files.of(str(file)) for file in files)])


def program_digest(setup: WorkerSetup) -> str:
    """What runs chunks and says what they depend on: Python, and these parts of this program."""
    package = Path(treadle.__file__).parent
    libraries = (blake3.__version__, msgspec.__version__)  # no chunk can be seen to load them
    parts = [sys.version, *libraries, str(setup.threads)]
    parts.append(outside.unseen(worker_environment(setup.threads)))
    for part in ("engine", "press/plugin"):
        parts.extend(_sources(f"{package}/{part}"))
    return combined(parts)


def _sources(folder: str) -> Iterator[str]:
    """The text of the Python files in and below it; no pathlib, as each build reads them all."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith("."):  # an editor's
                with open(f"{place}/{name}", "rb") as file:  # noqa: PTH123
                    yield f"{name} {digest(file.read())}"


class Lines:
    """Digests of the document's text up to the end of its blocks."""

    def __init__(self, document: Document, text: str) -> None:
        """`text` is all of it."""
        self._ends = [block.span.end_line for block in document.blocks]
        self._lines = text.splitlines(keepends=True)

    def __call__(self, block: int) -> str:
        """The digest up to the end of a block."""
        upto = "".join(self._lines[: self._ends[block]])
        return _digest(upto)


def _source_files(folders: Iterable[str]) -> str:
    found = {str(path) for folder in folders for path in Path(folder).glob("*.py")}
    return combined(sorted(found))


def _digest(text: str) -> str:
    return digest(text.encode("utf-8", "surrogatepass"))


def _source(path: str) -> str | None:
    try:
        if not isfile(path):  # noqa: PTH113 - hundreds; a pipe would be waited for, for ever
            return None
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None
