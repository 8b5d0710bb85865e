"""matplotlib: its figures as vector PDF files, in their place among the output; its state."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec import convert

from treadle.engine.cell import Cell
from treadle.engine.plugin import Bundle, Host
from treadle.press.latex.lengths import inches
from treadle.press.latex.rows import ASPECT
from treadle.press.plugin.figure_order import FigureOrder, open_figures
from treadle.press.plugin.figure_rows import FigureRows
from treadle.press.plugin.figure_style import FigureStyle, add_fonts, apply, fall_back, slim_subsets

if TYPE_CHECKING:
    from treadle.engine.observe.known_libraries import Library
    from treadle.engine.observe.process_state import Probe

PDF = "application/pdf"
EMPTY = "empty figures"  # the name of the note of how many a cell had


METADATA = {"CreationDate": None, "Creator": None, "Producer": None}  # the same bytes each time


@contextmanager
def finished(figure: Any, options: Mapping[str, Any], style: FigureStyle) -> Iterator[None]:  # noqa: ANN401
    """A figure about to be saved: its chunk's options applied, its parts made to fit. Its size is
    its author's again behind that: shown by another chunk, it has that one's."""
    own = tuple(figure.get_size_inches())
    size = options.get("f_size") or _shown_size(figure, options, style)
    if size is not None:
        figure.set_size_inches(tuple(size))
    if not options.get("f_spines", True):
        for axes in figure.axes:
            axes.spines[["top", "right"]].set_visible(False)
    if _has_free_layout(figure):
        figure.set_layout_engine("tight" if _has_empty_rows(figure) else "constrained")
    try:
        with _laid_out(figure):
            yield
    finally:
        figure.set_size_inches(own)


def _shown_size(
    figure: Any,  # noqa: ANN401
    options: Mapping[str, Any],
    style: FigureStyle,
) -> tuple[float, float] | None:
    """The size at which the page shows a figure: were it scaled to that, so were its labels. None:
    as it is, and that of one whose code has set it is as that says."""
    if tuple(figure.get_size_inches()) != style.figure_size:
        return None
    column = style.line_width or style.text_width
    page = style.page_width or column
    line = page if str(options.get("f_env") or "").endswith("*") else column
    width = inches(options.get("width"), line, page) or line
    width = min(width, style.widest or width)
    return (width, ASPECT * width) if width != style.text_width else None


@contextmanager
def told_once() -> Iterator[None]:
    """Each warning of laying out and drawing once, without the place in this program."""
    said: list[str] = []
    logger = logging.getLogger("matplotlib.mathtext")  # which warns of formulas in another way

    def keep(record: logging.LogRecord) -> bool:
        said.append(record.getMessage())
        return False

    logger.addFilter(keep)
    try:
        with warnings.catch_warnings(record=True) as caught:
            yield
    finally:
        logger.removeFilter(keep)
    said[:0] = [f"{each.category.__name__}: {each.message}" for each in caught]
    for text in dict.fromkeys(said):
        print(text, file=sys.stderr)


@contextmanager
def _laid_out(figure: Any) -> Iterator[None]:  # noqa: ANN401
    """Run the layout engine once: savefig would draw everything for it, and then again."""
    engine = figure.get_layout_engine()
    if engine is None:
        yield
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "constrained_layout not applied|There are no gridspecs")
        engine.execute(figure)
    figure.set_layout_engine("none")
    try:
        yield
    finally:
        figure.set_layout_engine(engine)


def _has_free_layout(figure: Any) -> bool:  # noqa: ANN401
    """Whether the user left it open how the axes share the figure."""
    defaults = sys.modules["matplotlib"].rcParams
    margins = ("left", "right", "bottom", "top", "wspace", "hspace")
    return (
        figure.get_layout_engine() is None
        and any(axes.get_subplotspec() is not None for axes in figure.axes)
        and all(
            getattr(figure.subplotpars, name) == defaults[f"figure.subplot.{name}"]
            for name in margins
        )
    )


def _has_empty_rows(figure: Any) -> bool:  # noqa: ANN401
    """Whether some row or column has no height or width: a colorbar makes such ones above and below
    itself, and the constrained layout divides by them."""
    specs = (axes.get_subplotspec() for axes in figure.axes)
    grids = [spec.get_gridspec() for spec in specs if spec is not None]
    return any(0 in (*grid.get_height_ratios(), *grid.get_width_ratios()) for grid in grids)


def is_empty(figure: Any) -> bool:  # noqa: ANN401
    """Whether there is nothing in a figure, such as one that another has taken the place of."""
    return not any(artist is not figure.patch for artist in figure.get_children())


class Figures:
    """Saves the figures of the cell that runs; sets matplotlib up once it is imported."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._cell: Cell | None = None
        self._rows = FigureRows(host)
        self._order = FigureOrder()
        self._empty = 0  # figures in which there is nothing
        self.drew = False  # the cell has shown a figure
        host.after_import("matplotlib", lambda module: apply(module, self._style()))
        host.after_import("fontTools.subset", slim_subsets)
        host.after_import("matplotlib._mathtext", fall_back)
        host.after_import("matplotlib.font_manager", lambda fonts: add_fonts(fonts, self._style()))
        host.after_import("matplotlib.figure", self._take_over_figure)
        host.after_import("matplotlib.pyplot", self._take_over_pyplot)

    def _style(self) -> FigureStyle:
        return convert(self._host.settings.get("style", {}), FigureStyle)

    def begin(self, cell: Cell) -> None:
        """From now on figures belong to this cell; inline code shows none."""
        self._cell = None if cell.is_inline else cell
        self._rows.begin(self._cell)
        self._order = FigureOrder()
        self._empty, self.drew = 0, False

    def save(self, figure: Any, more: int = 0) -> Bundle:  # noqa: ANN401  (matplotlib's Figure)
        """Draw a figure that code shows, which so many others will follow, and close it; nothing to
        show where the cell shows no figures."""
        return self._closed(figure, more, self._order.of_shown(figure))

    def _closed(self, figure: Any, more: int, place: Mapping[str, object]) -> Bundle:  # noqa: ANN401
        cell = self._cell
        pyplot = sys.modules.get("matplotlib.pyplot")
        if cell is None or not cell.options.get("fig", True):
            return Bundle()
        bundle = self._counted(figure, more)
        if pyplot is not None:
            pyplot.close(figure)
        return Bundle(bundle.data, {**bundle.metadata, **place})

    def _counted(self, figure: Any, more: int) -> Bundle:  # noqa: ANN401
        self.drew = True
        free = tuple(figure.get_size_inches()) == self._style().figure_size
        bundle = self._drawn(figure, self._rows.options(more))
        number = self._rows.note(figure, more) if free else self._rows.note_sized()
        return Bundle(bundle.data, {**bundle.metadata, **number})

    def _drawn(self, figure: Any, options: Mapping[str, Any]) -> Bundle:  # noqa: ANN401
        file = io.BytesIO()
        with told_once(), finished(figure, options, self._style()):
            dpi = options.get("dpi", 200)
            figure.savefig(file, format="pdf", dpi=dpi, metadata=METADATA)
            width, height = (round(float(size), 4) for size in figure.get_size_inches())
        return Bundle({PDF: file.getvalue()}, {"width": width, "height": height})

    def emit_all(self) -> None:
        """Show the figures that are open, in the order they were made. One with nothing in it is
        left out beside others: these have taken its place."""
        figures = open_figures()
        empty = [figure for figure in figures if is_empty(figure)]
        if empty:
            self._empty += len(empty)
            self._host.note(EMPTY, self._empty)
        if len(empty) < len(figures):
            figures = [figure for figure in figures if figure not in empty]
            list(map(sys.modules["matplotlib.pyplot"].close, empty))
        for number, figure in enumerate(figures, 1):
            place = self._order.of_left(figure)
            self._host.show(self._closed(figure, len(figures) - number, place))

    def end(self) -> None:
        """Show what is open, and once more the figures that turn out to stand in other rows."""
        self.emit_all()
        for bundle in self._rows.end(self._drawn):
            self._host.show(bundle)

    def discard(self) -> None:
        """Close what is still open: a figure belongs to the cell that made it."""
        self._cell = None
        self._rows.begin(None)
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
            self._host.show(self.save(figure))

        module.Figure.show = show


# What the engine is to know of matplotlib: its variables, the files it keeps, its settings.

# Read without being seen: by name, in passing, and before anything is observed.
VARIABLES = ("MATPLOTLIBRC", "MPLCONFIGDIR", "MPLBACKEND")

OPAQUE = (  # a figure and all that is in it hang together, and draw on what is no value
    *("matplotlib.artist.Artist", "matplotlib.backend_bases.FigureCanvasBase"),
    *("matplotlib.backend_bases.FigureManagerBase", "matplotlib.animation.Animation"),
    *("matplotlib.gridspec.GridSpecBase", "matplotlib.gridspec.SubplotSpec"),
    *("matplotlib.widgets.Widget", "matplotlib.colorbar.Colorbar"),
)
SINGLETONS = (("matplotlib", "rcParams"), ("matplotlib", "rcParamsDefault"))


def libraries() -> dict[str, Library]:
    from treadle.engine.observe.known_libraries import Library  # a build needs the variables alone

    caches = (r"/fontlist-[^/]*\.json(\.matplotlib-lock)?$", r"/treadle/fonts/")  # and ours
    library = Library(probes, caches, ("/matplotlibrc",), OPAQUE, SINGLETONS)
    return {"matplotlib": library}


def probes(matplotlib: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    """`rcParams`, each setting for itself."""
    from treadle.engine.observe.process_state import Probe

    settings = matplotlib.rcParams
    lists = [name for name in settings if isinstance(dict.__getitem__(settings, name), list)]

    # Past its own look-ups, which resolve the backend.
    def take() -> tuple[object, ...]:
        changeable = tuple([tuple(dict.__getitem__(settings, name)) for name in lists])
        return changeable, tuple(dict.keys(settings)), tuple(dict.values(settings))

    def spell(taken: Any) -> Mapping[str, object]:  # noqa: ANN401
        changeable, names, values = taken
        return dict(zip(names, values, strict=True)) | dict(zip(lists, changeable, strict=True))

    return (Probe("matplotlib's setting `{}`", take, spell),)
