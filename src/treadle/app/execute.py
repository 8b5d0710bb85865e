"""Run a document's code: the engine set up for it, and what comes of its blocks."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from treadle.app.current_build import Build
from treadle.app.prepare import Prepared
from treadle.app.report import Target
from treadle.engine.cell import Cell
from treadle.engine.messages import PluginSetup, WorkerSetup
from treadle.engine.plan.context import Context, Surroundings, program_digest
from treadle.engine.plan.scans import KnownScans
from treadle.engine.plugin import installed_plugins
from treadle.engine.run.kept import KeptTraces, failed
from treadle.engine.run.loop import Ran, run, run_all
from treadle.engine.run.workers import Workers, worker_environment
from treadle.engine.store.digest import combined, digest
from treadle.engine.store.store import Store
from treadle.engine.trace import LINES, Trace
from treadle.engine.values.allowance import keeping_share
from treadle.press.document.model import Chunk
from treadle.press.failures import problem_of
from treadle.press.plugin.figures import VARIABLES
from treadle.press.plugin.plugin import LOOK
from treadle.press.tex.programs import Programs
from treadle.problem import Problem, has_errors

if TYPE_CHECKING:
    from treadle.press.tex.layout import Layout

PLUGIN = "treadle.press.plugin.plugin:PressPlugin"
FOLDER = Path(__file__).parents[1] / "press" / "plugin"
LIBRARIES = "treadle.press.plugin.figures"
# What an author writes while a build runs: opened by nobody knows whom, it is no input.
EDITED = (
    *(".pmd", ".mdw", ".texw", ".pnw", ".py", ".md", ".tex", ".bib", ".sty", ".cls", ".bst"),
    *(".j2", ".toml"),
)
ENVIRONMENT = {"MPLBACKEND": "agg"}  # figures are drawn into files, not on a screen


def worker_setup(work: Build) -> WorkerSetup:
    """The setup of workers of a build; without a store they keep nothing but what is shown."""
    store = work.store
    return WorkerSetup(
        directory=str(work.folder),
        code_path=str(work.request.code_dir.resolve()),
        blobs=str(store.root if store else work.scratch.shown),
        params=work.prepared.params,
        threads=work.prepared.settings.threads,
        store=str(store.root) if store else None,
        key=store.key if store else b"",
        environment={**ENVIRONMENT, **work.request.environment},
        edited=EDITED,
        libraries=LIBRARIES,
        keeping=keeping_share(os.environ),
    )


class Measuring:
    """How figures are to look, and what LaTeX won't take: found out in a thread.

    LaTeX takes longer than starting the worker, and there is a second core.
    """

    def __init__(self, work: Build) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._programs = Programs()
        try:
            self.layout: Future[Layout] = self._pool.submit(_layout, work, self._programs)
            self.plugins: Future[tuple[PluginSetup, ...] | None] = self._pool.submit(
                _plugins, self.layout
            )
        except BaseException:  # Ctrl-C: nobody has it in a `with` statement yet
            self._programs.stop()
            raise

    def __enter__(self) -> Measuring:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Afterwards nothing of it uses the scratch folder."""
        if kind is not None:
            self._programs.stop()
        self._pool.shutdown()


def _layout(work: Build, programs: Programs) -> Layout:
    """In the thread, which loads what typesets and weaves: while the worker starts, as nobody needs
    it before (0.05 s of each build that runs something)."""
    from treadle.app import render  # noqa: F401
    from treadle.press.tex.layout import measured_layout
    from treadle.press.weave.weave import check_template

    document = work.prepared.document
    if work.request.target is Target.PDF:
        from treadle.app import typesetting  # noqa: F401
    found = measured_layout(document, work.scratch.formats, work.folder, programs)
    problems = check_template(document)
    if work.request.target is Target.PDF:
        problems = (*problems, *found.problems)
    return replace(found, problems=problems)


def _plugins(layout: Future[Layout]) -> tuple[PluginSetup, ...] | None:
    """Ours, told how figures are to look, and those installed; None: going on is senseless."""
    found = layout.result()
    if has_errors(found.problems):
        return None
    style = {name: getattr(found.style, name) for name in found.style.__struct_fields__}
    others = (PluginSetup(name) for name, _ in installed_plugins(sys.path))
    return (PluginSetup(PLUGIN, {"style": style}), *others)


def execute(work: Build, workers: Workers, measuring: Measuring) -> Ran:
    """Run what has to run; the rest comes from the store, where there is one. Raises OSError."""
    telling = _Telling(work)
    if work.store is None:
        ran = run_all(work.prepared.cells.cells, workers, telling)
    else:
        work.context, work.scans = context_of(work, work.store, measuring)
        ran = run(work.context, KeptTraces(work.store, work.context), workers, telling)
    layout = measuring.layout.result()
    work.ran, work.typeset = ran, layout.depends
    work.cells_ran |= ran.ran
    work.tracebacks = tuple(filter(None, telling.problems.values()))
    work.problems += (*telling.problems, *layout.problems)
    return ran


def context_of(work: Build, store: Store, measuring: Measuring) -> tuple[Context, KnownScans]:
    """The document's cells as scanned, and what lies outside its session."""
    setup, cells = worker_setup(work), work.prepared.cells.cells
    environment = worker_environment(setup)
    others = (folder for _, folder in installed_plugins(sys.path))
    program = combined([program_digest(environment, setup.threads, (FOLDER,), VARIABLES), *others])
    scans = KnownScans(store, str(work.request.path.resolve()), program)
    surroundings = Surroundings(
        directory=setup.directory,
        code_path=setup.code_path,
        text=digest(work.prepared.text.encode("utf-8", "surrogatepass")),
        program=program,
        params=setup.params,
        environment=environment,
    )
    facts = _Facts(work.prepared, setup.directory, store, measuring)
    codes = [scans.of(cell) for cell in cells]
    return Context(cells, codes, surroundings, store.files, facts.of), scans


class _Facts:
    """What results may rest on besides values and files: see `Observed.facts`."""

    def __init__(self, prepared: Prepared, folder: str, store: Store, measuring: Measuring) -> None:
        self._prepared = prepared
        self._folder = folder
        self._store = store
        self._measuring = measuring
        self._look = cache(self._look_of_figures)
        self._lines = cache(self._digests_of_lines)

    def of(self, fact: str, number: int) -> str:
        """The digest of a fact as it is now. For the look of figures it waits until it is known."""
        if fact == LINES:
            return self._lines()[self._prepared.cells.blocks[number]]
        return self._look() if fact == LOOK else ""

    def _look_of_figures(self) -> str:
        """The document's style, and matplotlib's own settings where the user has some."""
        style = self._measuring.layout.result().style
        config = os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
        folders = [self._folder, os.environ.get("MPLCONFIGDIR"), Path(config, "matplotlib")]
        files = [Path(folder, "matplotlibrc") for folder in folders if folder]
        given = os.environ.get("MATPLOTLIBRC")
        files += [Path(given), Path(given, "matplotlibrc")] if given else []
        return combined([repr(style), *(self._store.files.of(str(file)) for file in files)])

    def _digests_of_lines(self) -> list[str]:
        """Of the document's text up to the end of each block."""
        lines = self._prepared.text.splitlines(keepends=True)
        ends = [0, *(block.span.end_line for block in self._prepared.document.blocks)]
        texts = ("".join(lines[a:b]) for a, b in pairwise(ends))
        return list(accumulate(texts, lambda above, text: combined([above, text]), initial=""))[1:]


class _Telling:
    """Tells the listener of chunks, and gathers what failed."""

    def __init__(self, work: Build) -> None:
        self._cells = work.prepared.cells
        self._document = work.prepared.document
        self._listener = work.listener
        self.problems: dict[Problem, str] = {}  # with their tracebacks

    def cell_started(self, cell: Cell) -> None:
        if (chunk := self._chunk(cell)) is not None:
            self._listener.chunk_started(chunk)

    def cell_finished(self, cell: Cell, trace: Trace) -> None:
        """A failure is told at once: other chunks may run for long."""
        failure = trace.failure
        never_ran = failure is not None and failure.fatal
        if (chunk := self._chunk(cell)) is not None and not never_ran:
            self._listener.chunk_finished(chunk, trace.seconds)
        if failure is None or not failed(cell, trace):
            return
        problem = problem_of(failure, cell, self._cells, self._document)
        # Not where an earlier cell has stumbled over the same line of a module.
        if problem is not None and not any(_is_same(problem, other) for other in self.problems):
            self.problems[problem] = failure.traceback
            if not failure.fatal:
                self._listener.problem(problem)

    def _chunk(self, cell: Cell) -> Chunk | None:
        block = self._document.blocks[self._cells.blocks[cell.number]]
        return block if isinstance(block, Chunk) and not cell.is_inline else None


def _is_same(problem: Problem, other: Problem) -> bool:
    failure, before = (item.message.partition(" failed: ")[2] for item in (problem, other))
    return problem.span == other.span and failure == before
