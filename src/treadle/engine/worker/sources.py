"""The lines of the document that tracebacks, warnings and `inspect` find, by `linecache`."""

from __future__ import annotations

import linecache
from collections.abc import Iterable

from treadle.engine.cell import Cell
from treadle.engine.messages import CellSource, sources_of


class Sources:
    """Those of the cells up to the one that runs: of later ones nothing may be found yet."""

    def __init__(self) -> None:
        self._known: list[CellSource] = []  # in the order of cells

    @property
    def known(self) -> tuple[CellSource, ...]:
        return tuple(self._known)

    @property
    def files(self) -> frozenset[str]:
        """The files that hold the cells' code: a document may be made of several."""
        return frozenset(source.file for source in self._known)

    def come_to(self, cell: Cell, kept: Iterable[CellSource]) -> None:
        """The cell runs next; `kept` are sources of cells before it that did not run here."""
        new = [*kept, *sources_of(cell)]
        if self._known and self._known[-1].cell >= cell.number:  # the loop has gone back
            new = [*(source for source in self._known if source.cell < cell.number), *new]
            for file in {source.file for source in self._known}:
                linecache.cache.pop(file, None)
            self._known = []
        for source in new:
            _remember(source)
        self._known += new


def _remember(source: CellSource) -> None:
    """Have it stand in its file, wherever that may lie."""
    known = linecache.cache.get(source.file)
    lines = known[2] if known is not None and len(known) == 4 else []
    new = [f"{text}\n" for text in source.code.split("\n")]
    end = source.line - 1 + len(new)
    if len(lines) < end:
        lines += ["\n"] * (end - len(lines))
    lines[source.line - 1 : end] = new
    linecache.cache[source.file] = (0, None, lines, source.file)
