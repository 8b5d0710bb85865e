"""How figures look: the document's fonts, its text width, thin lines, safe colours."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from treadle.execution.task import ChunkTask, FigureStyle

METADATA = {"CreationDate": None, "Creator": None, "Producer": None}  # the same bytes each time


def apply(matplotlib: ModuleType, style: FigureStyle) -> None:
    """Make the document's style the default; the user's code may change what it likes."""
    matplotlib.rcParams.update(
        {
            "backend": "agg",
            "pdf.fonttype": 42,
            "figure.figsize": (style.text_width, 0.62 * style.text_width),
        }
    )


def add_fonts(font_manager: ModuleType, style: FigureStyle) -> None:
    """Make the document's fonts known."""


def finish(figure: Any, task: ChunkTask) -> None:  # noqa: ANN401
    """Apply the chunk's options to a figure that is about to be saved."""
    if task.f_size is not None:
        figure.set_size_inches(task.f_size)
