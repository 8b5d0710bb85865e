"""The session: one namespace in which cells run, one after the other, with `params` in it."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import time
import warnings
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from treadle.engine.after_import import AfterImport
from treadle.engine.cell import Cell
from treadle.engine.messages import Answer, Step, Touched, Unrestored, Unstored, WorkerSetup
from treadle.engine.plugin import LateSettings, Plugins
from treadle.engine.trace import LINES, Failure, Stream, Trace
from treadle.engine.worker.capture import Capture
from treadle.engine.worker.child_processes import ChildProcesses
from treadle.engine.worker.displays import Displays
from treadle.engine.worker.failures import CodePlace, attempt
from treadle.engine.worker.fresh_imports import import_fresh_from
from treadle.engine.worker.lend import lending_code
from treadle.engine.worker.limits import memory_limit, peak_memory, time_limit
from treadle.engine.worker.params import Params
from treadle.engine.worker.run_code import (
    Compiler,
    InlineRunner,
    run_at_prompt,
    run_cell,
    source_of,
)
from treadle.engine.worker.seeds import Seeds
from treadle.engine.worker.sources import Sources

if TYPE_CHECKING:
    from treadle.engine.worker.sent_definitions import Definitions
    from treadle.engine.worker.session_values import SessionValues


class Session:
    """Runs cells one after the other; what they bind stays for the next."""

    def __init__(self, setup: WorkerSetup, capture: Capture, late: LateSettings) -> None:
        self._setup = setup
        self._capture = capture
        self._compiler = Compiler()
        self._sources = Sources()
        self._namespace = _main_module(setup)
        after_import = AfterImport()
        self._seeds = Seeds(after_import)
        self._plugins = Plugins(setup, after_import, capture, self._namespace, late)
        self._inline = InlineRunner(
            self._compiler,
            self._namespace,
            capture.take,
            setup.code_path,
            self._plugins.inline_text,
            self._plugins.left_out_inline,
        )
        self._children = ChildProcesses(lending_code(setup.lent), self._definitions)
        self._children.install(after_import)
        folders = [folder for folder in (setup.code_path, setup.directory) if folder]
        self._values: SessionValues | None = None  # modules of the project may be imported for it
        import_fresh_from(folders, self._compiled)
        sys.path[:0] = folders
        self._values = self._new_values(after_import) if setup.store else None
        capture.printed = self._plugins.without_addresses
        self._displays = Displays(self._plugins, capture, after_import)

    def step(self, step: Step) -> Answer:
        """Put in place what the cell needs, run it, and say what came of it.

        A failure of the user's code is part of the trace.
        """
        self._sources.come_to(step.cell, step.sources)
        self._children.begin(step.cell.seed)
        values = self._values
        if values is None:
            return self._run(step)
        with self._capture.silence():
            unrestored = values.put_in_place(step)
        if unrestored:
            return Unrestored(unrestored, values.damaged())
        values.begin(step)
        trace = self._run(step)
        if values.is_touched(trace):
            return Touched(values.abandoned())
        with self._capture.silence():
            try:
                trace = values.finish(step, trace)
            except OSError as failure:  # a full disk
                why = failure.strerror or str(failure)
                return Unstored(failure.errno or 0, why, str(failure.filename or ""))
        return self._with_facts(step.cell, trace)

    def end(self) -> None:
        """No step follows: nobody but the session's names holds on to its values."""
        if self._values is not None:
            self._values.let_go()

    def _definitions(self) -> Definitions:
        # Few cells start processes.
        from treadle.engine.worker.sent_definitions import Definitions

        return Definitions(
            self._namespace,
            lambda: self._sources.known,
            lambda source: self._compiler.parse(source.code, source.file, source.line),
            self._compiler.compile_again,
        )

    def _new_values(self, after_import: AfterImport) -> SessionValues:
        # Only where there is a store: without one a worker starts without all this.
        from treadle.engine.worker.session_values import SessionValues

        return SessionValues(
            self._setup, self._namespace, self._compiler, after_import, self._plugins
        )

    def _compiled(self, code: CodeType) -> None:
        """Code of a module of the project is about to run."""
        if self._values is not None:
            self._values.runs(code, {})

    def _run(self, step: Step) -> Trace:
        cell = step.cell
        warnings._filters_mutated()  # type: ignore[attr-defined]  # each cell warns for itself
        self._seeds.start(cell.seed)
        self._plugins.begin(step)
        start = time.perf_counter()
        trace = self._run_inline(cell) if cell.is_inline else self._run_code(cell)
        seconds = time.perf_counter() - start - self._plugins.waited
        remarks = tuple(self._plugins.remarks)
        trace = replace(trace, seconds=seconds, notes=self._plugins.notes, remarks=remarks)
        return self._with_source(cell, trace)

    def _run_inline(self, cell: Cell) -> Trace:
        texts: list[str] = []
        failure: Failure | None = None

        def run() -> None:
            nonlocal failure
            found, failure = self._inline.run(cell.pieces, cell.file)
            texts.extend(found)

        outside = attempt(lambda: self._plugins.within(cell, run), self._place(cell))
        return Trace(texts=tuple(texts), failure=failure or outside)

    def _run_code(self, cell: Cell) -> Trace:
        overdue = False

        def run() -> None:
            nonlocal overdue
            started = time.perf_counter()
            try:
                with time_limit(cell.timeout), memory_limit(cell.memory):
                    self._execute(cell)
            finally:
                taken = time.perf_counter() - started
                overdue = cell.timeout is not None and taken >= cell.timeout

        failure = attempt(lambda: self._plugins.within(cell, run), self._place(cell))
        outputs = self._capture.take()
        failure = failure and self._children.explained(failure, outputs, self._place(cell))
        peak = peak_memory()
        return Trace(
            outputs=outputs,
            failure=failure,
            peak_memory=peak,
            overdue=overdue,
            cut=self._capture.cut,
        )

    def _execute(self, cell: Cell) -> None:
        if cell.module is not None:
            self._import(cell.module, cell.names)
        elif cell.prompt:
            show, display = self._capture.show, self._display_at_prompt
            run_at_prompt(cell, self._compiler, self._namespace, show=show, display=display)
        else:
            value = run_cell(cell, self._compiler, self._namespace)
            if value is not None:
                self._displays.display(value)

    def _import(self, name: str, names: tuple[str, ...]) -> None:
        importlib.invalidate_caches()  # the files were written a moment ago
        module = importlib.import_module(name)
        for bound in names:
            if hasattr(module, bound):  # it may be bound under a condition only
                self._namespace[bound] = getattr(module, bound)

    def _with_source(self, cell: Cell, trace: Trace) -> Trace:
        """The trace with the source text of the object that the cell is to show."""
        name = cell.source
        if not name or trace.failure is not None:
            return trace
        source: list[str] = []

        def find() -> None:
            source.append(source_of(eval(name, self._namespace), cell.file))

        failure = attempt(find, self._place(cell))
        return replace(trace, failure=failure, shown_source="".join(source))

    def _place(self, cell: Cell) -> CodePlace:
        setup, files = self._setup, self._sources.files
        return CodePlace(cell.file, cell.line, setup.code_path, setup.directory, files)

    def _with_facts(self, cell: Cell, trace: Trace) -> Trace:
        """The trace with the names of the facts that it rests on."""
        facts = self._plugins.facts
        # Tracebacks and warnings name lines of the file: they change where lines above come or go.
        names = {os.path.basename(file) for file in (cell.file, *self._sources.files)}  # noqa: PTH119
        if trace.failure is not None or any(_names(trace, name) for name in names):
            facts = {LINES, *facts}
        if not facts:
            return trace
        named = tuple((fact, "") for fact in sorted(facts))
        return replace(trace, observed=replace(trace.observed, facts=named))

    def _display_at_prompt(self, value: object) -> None:
        """Show a value as Python's own prompt does, and bind `_` to it: a name of the session, not
        of `builtins` as there, so that it is known who reads it."""
        if value is None:
            return
        bundle = self._plugins.bundle_of(value)
        if bundle.data:
            self._namespace["_"] = value
        self._plugins.show(bundle)


def _main_module(setup: WorkerSetup) -> dict[str, object]:
    """A new, empty `__main__`: what cells define is found there again, by pickle too."""
    module = ModuleType("__main__")
    module.__dict__["__builtins__"] = builtins
    module.__dict__["params"] = Params(setup.params)
    sys.modules["__main__"] = module
    return module.__dict__


def _names(trace: Trace, file: str) -> bool:
    """Whether a text of the trace names the file: a warning does, with the line."""
    streams = [output.text for output in trace.outputs if isinstance(output, Stream)]
    return any(file in text for text in (*trace.texts, *streams))
