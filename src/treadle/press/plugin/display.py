"""How a value is shown: as a notebook would, in the forms a document has.

A DataFrame, a Series or a list of records is a table; what brings its own LaTeX is LaTeX; a
matplotlib figure is the figure; the rest is `repr`. Other matplotlib objects (the lines and
texts that `plot` or `set_title` return) show nothing: they are seen in their figure, and
their `repr` is an address that changes from build to build. So is what `plt.hist` returns,
a tuple that holds some of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from treadle.engine.messages import Latex, Output, Value
from treadle.press.plugin.tables import table_of

Emit = Callable[[object], Output | None]  # saves a matplotlib figure


def shown(value: object, emit: Emit) -> Output | None:
    """The output for a displayed value; None where nothing is to be shown."""
    if value is None or is_drawn(value):
        return None
    if is_figure(value):
        return emit(value)

    return table_of(value) or _latex(value) or Value(repr(value))


def is_figure(value: object) -> bool:
    """Whether it is a matplotlib figure."""
    figure = sys.modules.get("matplotlib.figure")
    return figure is not None and isinstance(value, figure.Figure)


def is_drawn(value: object) -> bool:
    """Whether it is part of a matplotlib figure, or a collection with such a part."""
    artist = sys.modules.get("matplotlib.artist")
    if artist is None or is_figure(value):
        return False
    if isinstance(value, artist.Artist):
        return True
    container = sys.modules.get("matplotlib.container")
    if container is not None and isinstance(value, container.Container):
        return True
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray) and value.dtype == numpy.object_:
        value = list(value.flat[:1])  # an array of axes
    if isinstance(value, dict):  # what boxplot returns
        value = list(value.values())
    return isinstance(value, list | tuple) and any(is_drawn(item) for item in value)


def _latex(value: object) -> Latex | None:
    method = getattr(value, "_repr_latex_", None)
    if method is None or isinstance(value, type):
        return None
    text = method()
    return Latex(text) if isinstance(text, str) else None
