"""The session: one namespace in which a document's chunks run in order."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import time
import warnings
from types import ModuleType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from treadle.engine.messages import (
    ChunkResult,
    ChunkTask,
    Figure,
    InlineResult,
    InlineTask,
    Result,
    Step,
    Stepped,
    Stream,
    Task,
    Value,
    WorkerSetup,
)
from treadle.engine.worker.capture import Capture
from treadle.engine.worker.compile import Compiler, run_at_prompt, run_cell
from treadle.engine.worker.failures import Place, attempt
from treadle.engine.worker.imports import AfterImport, Seeds, import_fresh_from
from treadle.engine.worker.inline import InlineRunner
from treadle.engine.worker.limits import memory_limit, peak_memory, time_limit
from treadle.engine.worker.params import Params
from treadle.press.plugin import display
from treadle.press.plugin.comparisons import Comparisons
from treadle.press.plugin.figures import Figures

if TYPE_CHECKING:
    from treadle.engine.worker.memory import Memory


# What of a step's result depends on more than values: on lines, and on how figures look.


def with_looks(stepped: Stepped, file: str, *, styled: bool) -> Stepped:
    """`stepped`, told whether it names lines of `file` and whether it drew."""
    result = stepped.result
    drawn = isinstance(result, ChunkResult) and any(
        isinstance(output, Figure) for output in result.outputs
    )
    placed = result.failure is not None or _names(result, os.path.basename(file))  # noqa: PTH119
    if not (placed or drawn or styled):
        return stepped
    observed = replace(stepped.observed, placed=placed, styled=drawn or styled)
    return replace(stepped, observed=observed)


def _names(result: Result, file: str) -> bool:
    """Whether a text of the result names the file: a warning does, with the line."""
    if isinstance(result, InlineResult):
        return any(file in text for text in result.texts)
    return any(isinstance(output, Stream) and file in output.text for output in result.outputs)


# The session: one namespace in which a document's chunks run in order.


class Session:
    """Runs tasks one after the other; what they bind stays for the next."""

    def __init__(self, setup: WorkerSetup, capture: Capture) -> None:
        """An empty session; `capture` records what is printed."""
        self._setup = setup
        self._capture = capture
        self._compiler = Compiler()
        self._namespace = _main_module(setup)
        after_import = AfterImport()
        self._seeds = Seeds(after_import)
        self._figures = Figures(setup, after_import, capture.show)
        self._comparisons = Comparisons(after_import)
        self._inline = InlineRunner(self._compiler, self._namespace, capture.take, setup.code_path)
        folders = [folder for folder in (setup.code_path, setup.directory) if folder]
        import_fresh_from(folders)
        sys.path[:0] = folders
        self._memory = self._remembering(after_import) if setup.store else None
        builtins.display = self._display  # type: ignore[attr-defined]

    def run(self, task: Task) -> Result:
        """Run a task; a failure of the user's code is part of the result."""
        warnings._filters_mutated()  # type: ignore[attr-defined]  # each chunk warns for itself
        self._seeds.start(task.seed)
        self._comparisons.take()  # what an import or inline code has compared is no chunk's
        return self._run_inline(task) if isinstance(task, InlineTask) else self._run_chunk(task)

    def step(self, step: Step) -> Stepped:
        """Put in place what the step needs, run its task, and say what came of it."""
        memory = self._memory
        assert memory is not None, "a step needs a store"
        with self._capture.silence():
            unrestored = memory.put_in_place(step)
        if unrestored:
            damaged = memory.damaged()
            return Stepped(InlineResult(), unrestored=unrestored, damaged=damaged)
        memory.begin()
        result = self.run(step.task)
        with self._capture.silence():
            try:
                stepped = memory.finish(step, result)
            except OSError as failure:  # a full disk
                path = str(failure.filename or "")
                why = (failure.errno or 0, failure.strerror or str(failure), path)
                return Stepped(result, unstored=why)
            styled = memory.reads_style(step)
        return with_looks(stepped, step.task.file, styled=styled)

    def _remembering(self, after_import: AfterImport) -> Memory:
        # Only where there is a store: without one a worker starts without all this.
        from treadle.engine.observe.observer import Observer
        from treadle.engine.store.blobs import Blobs
        from treadle.engine.values.values import Values
        from treadle.engine.worker.memory import Memory
        from treadle.engine.worker.own_modules import OwnData, OwnModules

        setup = self._setup
        blobs = Blobs(setup.store or "")
        own = OwnModules((setup.code_path, setup.directory))
        values = Values(self._namespace, blobs, own.holds)
        observer = Observer(setup, after_import, self._namespace)
        own_data = OwnData(lambda names, of: Values(names, blobs, own.holds).tokens(of), own.holds)
        observer.after_own_import(own_data.imported)
        return Memory(setup, self._namespace, self._compiler, values, blobs, observer, own_data)

    def _run_inline(self, task: InlineTask) -> InlineResult:
        start = time.perf_counter()
        texts, failure = self._inline.run(task.codes, task.file)
        self._figures.discard()
        return InlineResult(tuple(texts), failure, time.perf_counter() - start)

    def _run_chunk(self, task: ChunkTask) -> ChunkResult:
        start = time.perf_counter() - self._figures.waited
        place = Place(task.file, task.line, self._setup.code_path, self._setup.directory)
        self._figures.begin(task)
        with time_limit(task.timeout), memory_limit(task.memory):
            failure = attempt(lambda: self._run_code(task), place)
        failure = failure or attempt(self._figures.emit_all, place)
        self._figures.discard()
        outputs = self._capture.take()
        seconds = time.perf_counter() - self._figures.waited - start
        compared = self._comparisons.take()
        made = ChunkResult(
            outputs, failure, seconds, peak_memory(), comparisons=compared, cut=self._capture.cut
        )
        return self._with_source(task, made)

    def _run_code(self, task: ChunkTask) -> None:
        if task.module is not None:
            self._import(task.module, task.names)
        elif task.term:
            run_at_prompt(
                task.code,
                task.file,
                task.line,
                compiler=self._compiler,
                namespace=self._namespace,
                show=self._capture.show,
                display=self._display_repr,
            )
        else:
            value = run_cell(
                task.code,
                task.file,
                task.line,
                compiler=self._compiler,
                namespace=self._namespace,
            )
            self._display(value)

    def _import(self, name: str, names: tuple[str, ...]) -> None:
        importlib.invalidate_caches()  # the files were written a moment ago
        module = importlib.import_module(name)
        for bound in names:
            if hasattr(module, bound):  # it may be bound under a condition only
                self._namespace[bound] = getattr(module, bound)

    def _with_source(self, task: ChunkTask, result: ChunkResult) -> ChunkResult:
        """The result with the source text of the object that the chunk is to show."""
        name = task.source
        if not name or result.failure is not None:
            return result
        source: list[str] = []
        place = Place(task.file, task.line, self._setup.code_path, self._setup.directory)
        failure = attempt(lambda: source.append(self._source_of(name, task.file)), place)
        return replace(result, failure=failure, shown_source="".join(source))

    def _source_of(self, name: str, file: str) -> str:
        from treadle.engine.worker.compile import source_of  # few documents ask for it

        return source_of(eval(name, self._namespace), file)

    def _display(self, *values: object) -> None:
        """Show values in their place among the output, as a notebook does."""
        for value in values:
            output = display.shown(value, self._figures.save)
            if output is not None:
                self._capture.show(output)

    def _display_repr(self, value: object) -> None:
        """Show a value as Python's own prompt does."""
        if value is None or display.is_drawn(value):
            return
        builtins._ = value  # type: ignore[attr-defined]
        self._capture.show(Value(repr(value)))


def _main_module(setup: WorkerSetup) -> dict[str, object]:
    """A new, empty `__main__`: what chunks define is found there again, by pickle too."""
    module = ModuleType("__main__")
    module.__dict__["__builtins__"] = builtins
    module.__dict__["params"] = Params(setup.params)
    sys.modules["__main__"] = module
    return module.__dict__
