"""How figures look: in the document's fonts, for its text width. matplotlib's settings for that."""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

from msgspec import Struct

from treadle.press.latex.rows import ASPECT


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


def fall_back(mathtext: ModuleType) -> None:
    """Take a character that the font of a label lacks from another one in a label with formulas,
    too: there that font has two names, and matplotlib looks further for one of them alone."""
    fonts = mathtext.UnicodeFonts
    given = fonts._get_glyph

    def found(self: object, fontname: str, font_class: str, sym: str) -> object:
        name = "regular" if fontname == "default" else fontname
        return given(self, name, font_class, sym)

    fonts._get_glyph = found


def slim_subsets(subset: ModuleType) -> None:
    """Leave layout tables out of embedded fonts: to reduce them takes longer than drawing."""
    options = subset.Options
    options._drop_tables_default = [*options._drop_tables_default, *_LAYOUT_TABLES]


def _sizes(text: float) -> dict[str, Any]:
    small = round(_SMALL * text, 1)
    normal = ("font.size", "axes.titlesize", "axes.labelsize", "figure.titlesize")
    smaller = ("xtick.labelsize", "ytick.labelsize", "legend.fontsize", "legend.title_fontsize")
    return dict.fromkeys(normal, text) | dict.fromkeys(smaller, small)
