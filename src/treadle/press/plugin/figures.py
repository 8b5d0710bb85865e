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

from msgspec import Struct, convert

from treadle.engine.cell import Cell
from treadle.engine.plugin import Bundle, Host
from treadle.press.latex.lengths import inches
from treadle.press.latex.rows import ASPECT
from treadle.press.plugin.figure_rows import FigureRows

if TYPE_CHECKING:
    from treadle.engine.observe.known_libraries import Library
    from treadle.engine.observe.process_state import Probe

PDF = "application/pdf"
EMPTY = "empty figures"  # the name of the note of how many a cell had


class FigureStyle(Struct, frozen=True):
    """What figures are drawn for: the document's text width, its font's size and family."""

    text_width: float = 6.3  # inches
    font_size: float = 10.0  # points; labels in figures are a little smaller
    family: str = "lmr"  # as LaTeX calls it
    line_width: float = 0.0  # inches, where a figure is narrower, not to be too high
    page_width: float = 0.0  # likewise, of a page of several columns
    widest: float = 0.0  # inches; 0: no width is too high for the page

    @property
    def figure_size(self) -> tuple[float, float]:
        """Of a figure whose size nobody sets, in inches."""
        return self.text_width, ASPECT * self.text_width


METADATA = {"CreationDate": None, "Creator": None, "Producer": None}  # the same bytes each time

_TEXT = 0.85  # size of a figure's text to the document's
_SMALL = 0.92  # size of tick labels to the rest
# Okabe and Ito's palette, told apart by colour-blind readers too; without its faint yellow.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#000000")
_TICKS = {"major.size": 3, "major.width": 0.6, "minor.size": 1.8, "minor.width": 0.5}
_FONTS = {
    "backend": "agg",
    "font.family": ["serif", "DejaVu Serif"],  # the latter for what the first lacks
    "font.serif": ["Treadle Roman", "cmr10", "DejaVu Serif"],
    "font.sans-serif": ["Treadle Sans", "DejaVu Sans"],
    "font.monospace": ["Treadle Mono", "cmtt10", "DejaVu Sans Mono"],
    "mathtext.fontset": "cm",
    "pdf.fonttype": 42,  # TrueType: text that can be searched and copied, no Type 3
    "ps.fonttype": 42,
    "svg.hashsalt": "treadle",
}
_MATHEMATICS = {  # of other fonts: their letters, and symbols of Times' kind
    "mathtext.fontset": "custom",
    "mathtext.rm": "Treadle Roman",
    "mathtext.it": "Treadle Roman:italic",
    "mathtext.bf": "Treadle Roman:bold",
    "mathtext.bfit": "Treadle Roman:bold",
    "mathtext.cal": "cmsy10",
    "mathtext.fallback": "stix",
}
_LINES = {
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "errorbar.capsize": 2,
    "figure.max_open_warning": 0,
    "grid.color": "0.9",
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "patch.linewidth": 0.6,
    **{f"{axis}tick.{name}": size for axis in "xy" for name, size in _TICKS.items()},
}
# Tables of a font that say how to lay out text: a PDF holds text that is laid out already.
_LAYOUT_TABLES = ["GSUB", "GPOS", "GDEF", "MATH", "kern", "gasp"]


def apply(matplotlib: ModuleType, style: FigureStyle) -> None:
    """Make the document's style the default; the user's code may set any of `rcParams`."""
    # Building the list of fonts on a new machine is no news of the document.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    text = round(_TEXT * style.font_size, 1)
    settings = {**_FONTS, **_sizes(text), **_LINES}
    settings["axes.prop_cycle"] = f"cycler('color', {list(_COLOURS)})"
    settings["figure.figsize"] = style.figure_size
    from treadle.press.plugin.font_files import has_other_letters

    if has_other_letters(style.family):
        settings |= _MATHEMATICS
    matplotlib.rcParams.update(settings)


def add_fonts(font_manager: ModuleType, style: FigureStyle) -> None:
    from treadle.press.plugin import font_files

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        for path in font_files.converted(style.family, _TEXT * style.font_size):
            font_manager.fontManager.addfont(path)
    except OSError:  # no place to keep them: matplotlib's own Computer Modern does
        return
    finally:
        logging.getLogger("matplotlib.font_manager").setLevel(logging.NOTSET)


def slim_subsets(subset: ModuleType) -> None:
    """Leave layout tables out of embedded fonts: to reduce them takes longer than drawing."""
    options = subset.Options
    options._drop_tables_default = [*options._drop_tables_default, *_LAYOUT_TABLES]


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
    with warnings.catch_warnings(record=True) as caught:
        yield
    for text in dict.fromkeys(f"{each.category.__name__}: {each.message}" for each in caught):
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


def _sizes(text: float) -> dict[str, Any]:
    small = round(_SMALL * text, 1)
    normal = ("font.size", "axes.titlesize", "axes.labelsize", "figure.titlesize")
    smaller = ("xtick.labelsize", "ytick.labelsize", "legend.fontsize", "legend.title_fontsize")
    return dict.fromkeys(normal, text) | dict.fromkeys(smaller, small)


def is_empty(figure: Any) -> bool:  # noqa: ANN401
    """Whether there is nothing in a figure, such as one that another has taken the place of."""
    return not any(artist is not figure.patch for artist in figure.get_children())


class Figures:
    """Saves the figures of the cell that runs; sets matplotlib up once it is imported."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._cell: Cell | None = None
        self._rows = FigureRows(host)
        self._empty = 0  # figures in which there is nothing
        self.drew = False  # the cell has shown a figure
        host.after_import("matplotlib", lambda module: apply(module, self._style()))
        host.after_import("fontTools.subset", slim_subsets)
        host.after_import("matplotlib.font_manager", lambda fonts: add_fonts(fonts, self._style()))
        host.after_import("matplotlib.figure", self._take_over_figure)
        host.after_import("matplotlib.pyplot", self._take_over_pyplot)

    def _style(self) -> FigureStyle:
        return convert(self._host.settings.get("style", {}), FigureStyle)

    def begin(self, cell: Cell) -> None:
        """From now on figures belong to this cell; inline code shows none."""
        self._cell = None if cell.is_inline else cell
        self._rows.begin(self._cell)
        self._empty, self.drew = 0, False

    def save(self, figure: Any, more: int = 0) -> Bundle:  # noqa: ANN401  (matplotlib's Figure)
        """Draw a figure, which so many others will follow, and close it; nothing to show where the
        cell shows no figures."""
        cell = self._cell
        pyplot = sys.modules.get("matplotlib.pyplot")
        if cell is None or not cell.options.get("fig", True):
            return Bundle()
        bundle = self._counted(figure, more)
        if pyplot is not None:
            pyplot.close(figure)
        return bundle

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
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        managers = helpers.Gcf.figs.items() if helpers is not None else ()
        figures = [manager.canvas.figure for _, manager in sorted(managers)]
        empty = [figure for figure in figures if is_empty(figure)]
        if empty:
            self._empty += len(empty)
            self._host.note(EMPTY, self._empty)
        if len(empty) < len(figures):
            figures = [figure for figure in figures if figure not in empty]
            list(map(sys.modules["matplotlib.pyplot"].close, empty))
        for number, figure in enumerate(figures, 1):
            self._host.show(self.save(figure, len(figures) - number))

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
