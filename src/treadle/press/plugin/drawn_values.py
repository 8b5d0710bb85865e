"""What libraries that draw by matplotlib return: the figure that it is, or a part of one."""

from __future__ import annotations

import sys
from typing import Any


def figure_of(value: object) -> Any:  # noqa: ANN401
    """The figure of matplotlib that a value is, holds, or would draw; None for any other."""
    if _is_figure(value):
        return value
    figure = None
    match _library(value):
        case "seaborn":
            held = getattr(value, "figure", None)  # of a grid
            figure = held if _is_figure(held) else _of_objects(value)
        case "plotnine" if callable(draw := getattr(value, "draw", None)):
            figure = draw()
    return figure if _is_figure(figure) else None


def figures_in(value: object) -> list[Any]:
    """The figures that a list or a tuple is made of."""
    if isinstance(value, list | tuple):
        return list(value) if all(map(_is_figure, value)) else []
    return []


def is_animation(value: object) -> bool:
    animation = sys.modules.get("matplotlib.animation")
    return animation is not None and isinstance(value, animation.Animation)


def _is_figure(value: object) -> bool:
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(value, module.Figure)


def _library(value: object) -> str:
    return type(value).__module__.partition(".")[0]


def _of_objects(value: Any) -> Any:  # noqa: ANN401
    """The figure of seaborn's `Plot`, or of what that has drawn."""
    plot = sys.modules.get("seaborn._core.plot")
    if plot is None or not isinstance(value, plot.Plot | plot.Plotter):
        return None
    drawn = value.plot() if isinstance(value, plot.Plot) else value
    return getattr(drawn, "_figure", None)


def is_drawn(value: object) -> bool:
    """Whether it is part of a matplotlib figure, or a collection with such a part."""
    artist = sys.modules.get("matplotlib.artist")
    if artist is None or _is_figure(value):
        return False
    if isinstance(value, artist.Artist):
        return True
    container = sys.modules.get("matplotlib.container")
    if container is not None and isinstance(value, container.Container):
        return True
    value = _first(value)
    if isinstance(value, dict):  # what boxplot returns
        value = list(value.values())
    return isinstance(value, list | tuple) and any(is_drawn(item) for item in value)


def _first(value: Any) -> object:  # noqa: ANN401
    """Of an array or a series of objects, axes perhaps, the first one; any other value as it is."""
    array = getattr(sys.modules.get("numpy"), "ndarray", ())
    series = getattr(sys.modules.get("pandas"), "Series", ())
    if not isinstance(value, (array, series)) or value.dtype != "O":
        return value
    return list(value.flat[:1]) if isinstance(value, array) else value.iloc[:1].tolist()
