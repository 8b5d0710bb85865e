"""matplotlib's figures as vector PDF files, in their place among the output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from treadle.execution.late_style import LateStyle
from treadle.execution.result import Figure, Output
from treadle.execution.task import ChunkTask, WorkerSetup
from treadle.execution.worker import style
from treadle.execution.worker.imports import AfterImport


class Figures:
    """Saves the figures of the chunk that runs; sets matplotlib up once it is imported."""

    def __init__(
        self, setup: WorkerSetup, after_import: AfterImport, show: Callable[[Output], None]
    ) -> None:
        """`show` is called with each figure that is to be seen."""
        self._folder = setup.figures
        self._show = show
        self._task: ChunkTask | None = None
        self._count = 0
        self._late = late = LateStyle(setup.style_file)
        after_import.do("matplotlib", lambda module: style.apply(module, late.get()))
        after_import.do("fontTools.subset", style.slim_subsets)
        after_import.do(
            "matplotlib.font_manager", lambda module: style.add_fonts(module, late.get())
        )
        after_import.do("matplotlib.figure", self._take_over_figure)
        after_import.do("matplotlib.pyplot", self._take_over_pyplot)

    @property
    def waited(self) -> float:
        """Seconds that chunks have waited to be told how figures look."""
        return self._late.waited

    def begin(self, task: ChunkTask) -> None:
        """From now on figures belong to this chunk."""
        self._task = task
        self._count = 0

    def save(self, figure: Any) -> Figure | None:  # noqa: ANN401  (matplotlib's Figure)
        """Write a figure and close it; None where the chunk shows no figures."""
        task = self._task
        pyplot = sys.modules.get("matplotlib.pyplot")
        if task is None or not task.fig:
            return None
        self._count += 1
        name = f"{task.figure_stem}-{self._count}.pdf"
        path = os.path.join(self._folder, name)  # noqa: PTH118  (pathlib is slow to import)
        os.makedirs(self._folder, exist_ok=True)  # noqa: PTH103
        with style.told_once(), style.finished(figure, task):
            figure.savefig(path, format="pdf", dpi=task.dpi, metadata=style.METADATA)
        if pyplot is not None:
            pyplot.close(figure)
        width, height = figure.get_size_inches()
        return Figure(name, round(float(width), 4), round(float(height), 4))

    def emit_all(self) -> None:
        """Show the figures that are open, in the order they were made."""
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        if helpers is None:
            return
        for number in sorted(helpers.Gcf.figs):
            output = self.save(helpers.Gcf.figs[number].canvas.figure)
            if output is not None:
                self._show(output)

    def discard(self) -> None:
        """Close what is still open: a figure belongs to the chunk that made it."""
        self._task = None
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        if helpers is not None and helpers.Gcf.figs:
            sys.modules["matplotlib.pyplot"].close("all")

    def _take_over_pyplot(self, pyplot: ModuleType) -> None:
        def show(*_: object, **__: object) -> None:
            """Show all open figures here, in the document."""
            self.emit_all()

        pyplot.show = show  # type: ignore[attr-defined]

    def _take_over_figure(self, module: ModuleType) -> None:
        def show(figure: object, warn: bool = True) -> None:  # noqa: ARG001, FBT
            """Show this figure here, in the document."""
            output = self.save(figure)
            if output is not None:
                self._show(output)

        module.Figure.show = show
