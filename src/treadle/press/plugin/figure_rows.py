"""Figures under one caption, drawn for their place in its rows.

How many there are is known at the end of the cell alone. So each is drawn for the rows of those so
far, and at the end once more where more have followed. (That a chunk has a caption is no part of
its key, as captions matter to the look alone: it is a fact, on which who draws several rests.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, convert, field

from treadle.engine.cell import Cell
from treadle.engine.plugin import Bundle, Host
from treadle.press.latex.rows import HALF, Measure, columns_for, share

ROWS = "what its figures stand under"  # the fact: a caption, and how high the page is, or nothing
NUMBER = (
    "vnd.treadle.figure"  # in the metadata of a figure: one of the same number is that, drawn anew
)
MOST = 40  # figures of a cell that may be drawn again: it holds on to them until its end


class Rows(Struct, frozen=True):
    """What the command says: the cells whose figures stand under a caption, and the page."""

    captioned: frozenset[int] = frozenset()
    measure: Measure = Measure()


class _Drawn(Struct):
    """A figure as it was drawn: it is another one as soon as it is `stale`."""

    figure: Any
    number: int
    columns: int


class FigureRows(Struct):
    """Those of the cell that runs."""

    host: Host
    cell: Cell | None = None
    count: int = 0
    free: int = 0  # of them have no size of their own
    drawn: list[_Drawn] = field(default_factory=list)

    def begin(self, cell: Cell | None) -> None:
        self.cell, self.count, self.free, self.drawn = cell, 0, 0, []

    def options(self, more: int = 0) -> Mapping[str, Any]:
        """The cell's options, with the width of a figure after which so many are still to come. It
        is about to be drawn: what has changed since it was is forgotten."""
        self.drawn = [each for each in self.drawn if not each.figure.stale]
        options, columns = self._options(), self._columns(self.count + 1 + more)
        return options if columns == 1 else {**options, "width": rf"{share(columns)}\linewidth"}

    def _options(self) -> Mapping[str, Any]:
        """The cell's options: a float that text flows around has a width."""
        options: Mapping[str, Any] = self.cell.options if self.cell else {}
        if str(options.get("f_env") or "").startswith("wrap") and not options.get("width"):
            return {**options, "width": HALF}
        return options

    def note(self, figure: Any, more: int) -> Mapping[str, object]:  # noqa: ANN401
        """Count a figure that was drawn with `options(more)` and has no size of its own."""
        self.count += 1
        self.free += 1
        if not self._settles_itself() or not self._is_captioned():
            return {}
        figure.stale = False
        columns = self._columns(self.count + more)
        self.drawn = (
            [*self.drawn, _Drawn(figure, self.count, columns)] if self.count <= MOST else []
        )
        return {NUMBER: self.count}

    def note_sized(self) -> Mapping[str, object]:
        """Count a figure that has a size of its own."""
        self.count += 1
        return {NUMBER: self.count} if self._settles_itself() and self._is_captioned() else {}

    def end(self, draw: Callable[[Any, Mapping[str, Any]], Bundle]) -> Iterator[Bundle]:
        """The figures that have to be drawn anew: those that nobody has changed since."""
        if self.cell is None or not self.free or self.count == 1 or not self._settles_itself():
            return
        self.host.rest_on(ROWS)
        columns, options = self._columns(self.count), self.options(-1)
        for each in self.drawn:
            if each.columns != columns:
                bundle = draw(each.figure, options)
                yield Bundle(bundle.data, {**bundle.metadata, NUMBER: each.number})

    def _columns(self, count: int) -> int:
        """How many stand side by side, of so many."""
        options = self._options()
        if options.get("width") or options.get("f_size"):
            return 1
        if options.get("columns"):
            return int(options["columns"])
        if count == 1 or not self._is_captioned():
            return 1
        measure = self._rows().measure
        return columns_for(count, measure.width(options.get("f_env")), measure.height)

    def _settles_itself(self) -> bool:
        """Whether no option of the chunk says how wide its figures are."""
        return not any(self._options().get(name) for name in ("width", "f_size", "columns"))

    def _is_captioned(self) -> bool:
        return self.cell is not None and self.cell.number in self._rows().captioned

    def _rows(self) -> Rows:
        return convert(self.host.settings.get("rows", {}), Rows)
