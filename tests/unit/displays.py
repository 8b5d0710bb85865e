"""What is shown, as the tests write it down."""

from __future__ import annotations

from treadle.engine.store.traces import encoded
from treadle.engine.trace import Display
from treadle.press.plugin.tables import TABLE, Table


def plain(text: str) -> Display:
    """A value by its `repr`."""
    return Display({"text/plain": text})


def latex(text: str) -> Display:
    """A value that brings its own LaTeX."""
    return Display({"text/latex": text})


def figure(file: str) -> Display:
    """A figure, in a blob or file of this name."""
    return Display(files={"application/pdf": file})


def table(
    header: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    align: tuple[str, ...],
    numbers: tuple[str, ...] = (),
) -> Display:
    """A table."""
    return Display({TABLE: encoded(Table(header, rows, align, numbers=numbers)).decode()})
