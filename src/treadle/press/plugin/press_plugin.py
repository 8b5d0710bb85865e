"""The press in the worker: figures in the document's fonts, tables, LaTeX, comparisons of checks.

A DataFrame, a Series or a list of records is a table; a matplotlib figure is the figure; of other
values some are known here, others say themselves what they are, and the rest is left to the worker.
Other matplotlib objects (the lines and texts that `plot` or `set_title` return) show nothing: they
are seen in their figure, and their `repr` is an address that changes from build to build. So is
what `plt.hist` returns, a tuple of such and of what was counted. What holds more is printed.
"""

from __future__ import annotations

import math
import sys
import threading
from contextlib import suppress
from types import ModuleType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.plugin import PLAIN, Bundle, Host
from treadle.engine.store.traces import encoded
from treadle.press.plugin.display_protocol import has_words, own_bundle
from treadle.press.plugin.drawn_values import (
    figure_of,
    figures_in,
    holds_drawn,
    is_animation,
    is_drawn,
)
from treadle.press.plugin.figures import Figures
from treadle.press.plugin.library_classes import is_lazy_frame, plan_of
from treadle.press.plugin.library_values import library_bundle
from treadle.press.plugin.mime_types import MARKDOWN, says_little
from treadle.press.plugin.show_methods import take_over_shows
from treadle.press.plugin.table_of import table_of
from treadle.press.plugin.tables import TABLE

NOTE = "comparisons"  # the name of their note in a trace
STANDS_STILL = "an animation is one picture on a page"
PARTLY_DRAWN = (
    "what holds parts of a plot, and more, is printed",
    "show the rest alone: the plot is shown anyway",
)
LOOK = "the look of figures"  # the fact on which what draws, or may read the style, rests
IN_TEXT = (MARKDOWN, "text/latex")  # what may stand in a line of prose
DRAWING = {"matplotlib", "mpl_toolkits", "seaborn", "pylab"}


class PressPlugin:
    """The hooks: see `engine.plugin`."""

    def __init__(self, host: Host) -> None:
        """`host.settings["style"]` says how figures are to look."""
        self._host = host
        self._figures = Figures(host)
        self._comparisons = Comparisons(host)
        self._cell: Cell | None = None  # the one that runs, or ran last
        take_over_shows(host, self._show)

    def display(self, value: object) -> Bundle | None:
        """Nothing for what is seen in its figure; at a prompt all else as Python shows it, unless
        that says no more than its type."""
        if is_drawn(value):
            return Bundle()
        if self._cell and self._cell.prompt and not says_little(repr(value)):
            return None
        figures = figures_in(value) or [figure_of(value)]
        if figures[0] is not None:
            *others, last = figures
            for number, figure in enumerate(others):
                self._host.show(self._figures.save(figure, len(others) - number))
            return self._figures.save(last)
        if is_animation(value):
            self._host.remark(
                STANDS_STILL, "draw the pictures that you mean; the film is for `save`"
            )
            value._draw_was_started = True  # type: ignore[attr-defined]  # else it warns later on
            return self._figures.save(value._fig)  # type: ignore[attr-defined]
        if holds_drawn(value):
            self._host.remark(*PARTLY_DRAWN)
        if is_lazy_frame(value):
            return Bundle({PLAIN: plan_of(value)})
        if (table := table_of(value)) is not None:
            return Bundle({TABLE: encoded(table).decode()})
        for found in (library_bundle, own_bundle):
            if (bundle := found(value, self._host)) is not None:
                return bundle
        return Bundle({PLAIN: str(value)}) if has_words(value) else None

    def inline_text(self, value: object, text: str) -> str | None:
        """The Markdown or LaTeX of a value whose `str` says no more than its type."""
        bundle = own_bundle(value, self._host) if says_little(text) else None
        data = bundle.data if bundle else {}
        return next((str(data[kind]) for kind in IN_TEXT if kind in data), None)

    def _show(self, value: object) -> None:
        """What a library's own `show` was called with."""
        bundle = self.display(value)
        self._host.show(Bundle({PLAIN: repr(value)}) if bundle is None else bundle)

    def around_cell(self, cell: Cell) -> PressPlugin:
        """The cell's figures are shown at its end, and closed; its comparisons are noted.

        No generator does it: its frames would be in the user's traceback.
        """
        self._cell = cell
        return self

    def __enter__(self) -> None:
        assert self._cell is not None
        self._comparisons.take()  # what an import or inline code has compared is no cell's
        self._figures.begin(self._cell)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Raises what drawing raises."""
        is_inline = self._cell is not None and self._cell.is_inline
        try:
            if not is_inline:
                self._end(failed=kind is not None)
        finally:
            self._figures.discard()
            if not is_inline and (found := self._comparisons.take()):
                self._host.note(NOTE, found)
            if self._figures.drew or self._reads_style():
                self._host.rest_on(LOOK)

    def _end(self, *, failed: bool) -> None:
        """Show the figures of the cell; of one that has failed, those that can be drawn."""
        if not failed:
            self._figures.end()
        elif self._cell is not None and self._cell.may_fail:
            with suppress(Exception):
                self._figures.end()

    def _reads_style(self) -> bool:
        """Whether the cell could see how figures are to look."""
        if "matplotlib" not in sys.modules:
            return False
        modules = (
            getattr(value, "__name__", None)
            for value in self._host.reachable()
            if isinstance(value, ModuleType)
        )
        return any(str(name).partition(".")[0] in DRAWING for name in modules)


# What the code of a chunk has compared: `treadle.checks` announces it.


class Comparison(Struct, frozen=True):
    """What code has compared with what: the largest deviation is at most the tolerance; both are
    0 where nothing but the same will do. A bound, which nothing exceeds, has no tolerance. `of` is
    the label; empty: those that the chunk checks."""

    of: str
    against: str
    cases: int
    tolerance: float | None
    deviation: float


TAKES = (
    "`treadle.check` is announced with a label, what it was compared with, the cases, "
    "a tolerance or None, and the largest deviation"
)


def comparison_of(record: tuple[Any, ...]) -> Comparison:
    """What was announced, perhaps by hand. Raises, where it was, TypeError and ValueError: the
    ledger has no way to show what is no number."""
    try:
        of, against, cases, tolerance, deviation = record
        limits = [0.0 if tolerance is None else float(tolerance), float(deviation)]
        cases = int(cases)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{TAKES}, not {record!r}") from None
    if cases < 0 or not all(0 <= limit < math.inf for limit in limits):
        raise ValueError(f"{TAKES}, all finite and none below zero, not {record!r}")
    allowed = None if tolerance is None else limits[0]
    return Comparison(str(of), str(against), cases, allowed, limits[1])


class Comparisons:
    def __init__(self, host: Host) -> None:
        """Listen from the moment on at which the chunks import what announces them."""
        self._found: list[Comparison] = []
        self._of_threads: list[Comparison] = []
        host.after_import("treadle.checks", self._listen)

    def take(self) -> tuple[Comparison, ...]:
        """Those since the last time, like ones together: the cases of a loop are one comparison.

        Those of other threads, whose order is chance, come last and sorted.
        """
        merged: dict[tuple[object, ...], Comparison] = {}
        for new in (*self._found, *sorted(self._of_threads, key=repr)):
            key = (new.of, new.against, new.tolerance)
            if old := merged.get(key):
                cases, found = old.cases + new.cases, max(old.deviation, new.deviation)
                merged[key] = replace(old, cases=cases, deviation=found)
            else:
                merged[key] = new
        self._found.clear()
        self._of_threads.clear()
        return tuple(merged.values())

    def _listen(self, checks: ModuleType) -> None:
        event = checks.EVENT

        def hear(name: str, arguments: tuple[Any, ...]) -> None:
            if name == event:
                new = comparison_of(arguments)
                own = threading.current_thread() is threading.main_thread()
                (self._found if own else self._of_threads).append(new)

        sys.addaudithook(hear)
