"""Run a document's code: the engine set up for it, and what comes of its blocks."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from treadle.app.current_build import Build
from treadle.app.facts import Facts
from treadle.app.measuring import PLUGIN, Measuring
from treadle.app.which_python import library_hint
from treadle.engine.cell import Cell
from treadle.engine.messages import PluginSetup, WorkerSetup
from treadle.engine.plan.context import Context, Surroundings, program_digest
from treadle.engine.plan.scans import KnownScans
from treadle.engine.plugin import installed_plugins
from treadle.engine.run.kept_traces import KeptTraces, failed
from treadle.engine.run.loop import Outcome, run_with_store, run_without_store
from treadle.engine.run.worker_process import worker_environment
from treadle.engine.run.workers import Workers
from treadle.engine.store.digest import combined, digest
from treadle.engine.store.store import Store
from treadle.engine.trace import Trace
from treadle.engine.values.allowance import keeping_share
from treadle.press.document.model import Chunk
from treadle.press.failures import problem_of
from treadle.press.plugin.figures import VARIABLES
from treadle.problem import Problem

FOLDER = Path(__file__).parents[1] / "press" / "plugin"
LIBRARIES = "treadle.press.plugin.figures"
# What an author writes while a build runs: opened by nobody knows whom, it is no input.
EDITED = (
    *(".pmd", ".mdw", ".texw", ".pnw", ".py", ".md", ".tex", ".bib", ".sty", ".cls", ".bst"),
    *(".j2", ".toml", ".qmd", ".Rmd", ".rmd", ".markdown"),
)
ENVIRONMENT = {"MPLBACKEND": "agg"}  # figures are drawn into files, not on a screen


def worker_setup(work: Build) -> WorkerSetup:
    """The setup of workers of a build; without a store they keep nothing but what is shown."""
    store = work.store
    plugins = (PLUGIN, *(name for name, _ in _installed(work)))
    return WorkerSetup(
        directory=str(work.folder),
        code_path=str(work.request.code_dir.resolve()),
        blobs=str(store.root if store else work.scratch.shown),
        params=work.prepared.params,
        threads=work.prepared.settings.threads,
        store=str(store.root) if store else None,
        key=store.key if store else b"",
        environment={**ENVIRONMENT, **work.request.environment},
        plugins=tuple(map(PluginSetup, plugins)),
        edited=EDITED,
        libraries=LIBRARIES,
        keeping=keeping_share(os.environ),
        python=work.prepared.python.executable,
        lent=dict(work.prepared.python.lent),
    )


def _installed(work: Build) -> tuple[tuple[str, str], ...]:
    """The plugins that packages offer: looked for once in a build."""
    if work.plugins is None:
        work.plugins = tuple(installed_plugins(work.prepared.python.paths))
    return work.plugins


def execute(work: Build, workers: Workers, measuring: Measuring) -> Outcome:
    """Run what has to run; the rest comes from the store, where there is one. Raises OSError."""
    telling = _Telling(work)
    if work.store is None:
        outcome = run_without_store(work.prepared.cells.cells, workers, telling)
    else:
        work.context, work.scans = context_of(work, work.store, measuring)
        if work.scans.has_new_code():
            workers.start()  # it takes 0.06 s, and there is a second core
        outcome = run_with_store(
            work.context, KeptTraces(work.store, work.context), workers, telling
        )
    layout = measuring.layout.result()
    work.outcome, work.typeset, work.page = outcome, layout.depends, layout.page
    work.cells_ran |= outcome.ran
    work.tracebacks = tuple(filter(None, telling.problems.values()))
    work.problems += (*telling.problems, *layout.problems)
    return outcome


def context_of(work: Build, store: Store, measuring: Measuring) -> tuple[Context, KnownScans]:
    """The document's cells as scanned, and what lies outside its session."""
    setup, cells = worker_setup(work), work.prepared.cells.cells
    environment = worker_environment(setup)
    others = (sources for _, sources in _installed(work))
    program = combined([program_digest(environment, setup.threads, (FOLDER,), VARIABLES), *others])
    scans = KnownScans(store, str(work.request.path.resolve()), program)
    surroundings = Surroundings(
        directory=setup.directory,
        code_path=setup.code_path,
        text=digest(work.prepared.text.encode("utf-8", "surrogatepass")),
        program=program,
        python=work.prepared.python.identity,
        paths=work.prepared.python.paths,
        params=setup.params,
        environment=environment,
    )
    facts = Facts(work.prepared, setup.directory, store, measuring)
    codes = [scans.of(cell) for cell in cells]
    return Context(cells, codes, surroundings, store.files, facts.of), scans


class _Telling:
    """Tells the listener of chunks, and gathers what failed."""

    def __init__(self, work: Build) -> None:
        self._cells = work.prepared.cells
        self._document = work.prepared.document
        self._listener = work.listener
        self._installing = partial(library_hint, work.prepared.python, work.folder)
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
        problem = problem_of(failure, cell, self._cells, self._document, self._installing)
        # Not where an earlier cell has stumbled over the same line of a module.
        if problem is not None and not any(_is_same(problem, other) for other in self.problems):
            self.problems[problem] = failure.traceback
            if not failure.fatal:
                self._listener.problem(self._document.files.told(problem))

    def _chunk(self, cell: Cell) -> Chunk | None:
        """The chunk of a cell, with the lines of its file."""
        block = self._document.blocks[self._cells.blocks[cell.number]]
        if not isinstance(block, Chunk) or cell.is_inline:
            return None
        return replace(block, span=self._document.files.own(block.span))


def _is_same(problem: Problem, other: Problem) -> bool:
    failure, before = (item.message.partition(" failed: ")[2] for item in (problem, other))
    return problem.span == other.span and failure == before
