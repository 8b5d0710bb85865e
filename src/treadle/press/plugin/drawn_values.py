"""What libraries that draw by matplotlib return: the figure that it is, or a part of one."""

from __future__ import annotations

import sys
from itertools import dropwhile
from typing import Any

from treadle.press.plugin.library_classes import is_a, is_instance, library_of

_DEEPEST = 6  # collections in collections, of which one may hold itself
_OWN_RESULTS = {"matplotlib.container", "matplotlib.streamplot", "matplotlib.axes"}


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


def figures_in(value: Any) -> list[Any]:  # noqa: ANN401
    """The figures that a list or a tuple is made of."""
    if is_instance(value, (list, tuple)):
        return list(value) if all(map(_is_figure, value)) else []
    return []


def is_animation(value: object) -> bool:
    return is_a(value, "matplotlib.animation", "Animation")


def _is_figure(value: object) -> bool:
    return is_a(value, "matplotlib.figure", "Figure")


def _library(value: object) -> str:
    return library_of(type(value))


def _of_objects(value: Any) -> Any:  # noqa: ANN401
    """The figure of seaborn's `Plot`, or of what that has drawn."""
    if is_a(value, "seaborn._core.plot", "Plot"):
        value = value.plot()
    elif not is_a(value, "seaborn._core.plot", "Plotter"):
        return None
    return getattr(value, "_figure", None)


def is_drawn(value: object, depth: int = _DEEPEST) -> bool:
    """Whether it is part of a matplotlib figure, or made of nothing else: what functions that draw
    return. Some give a tuple of numbers and what they have drawn of these."""
    if "matplotlib.artist" not in sys.modules or _is_figure(value) or not depth:
        return False
    if _is_part(value):
        return True
    items = _items(value)
    if is_instance(value, tuple):
        items = [*dropwhile(_is_array_of_numbers, items)]
    drawn = [is_drawn(item, depth - 1) for item in items]
    return any(drawn) and all(
        seen or _adds_nothing(item) for seen, item in zip(drawn, items, strict=True)
    )


def holds_drawn(value: object, depth: int = _DEEPEST) -> bool:
    """Whether parts of a figure are among what it is made of."""
    if "matplotlib.artist" not in sys.modules or not depth:
        return False
    return _is_part(value) or any(holds_drawn(item, depth - 1) for item in _items(value))


def _is_part(value: object) -> bool:
    if is_a(value, "matplotlib.artist", "Artist") or is_a(
        value, "matplotlib.container", "Container"
    ):
        return True
    # `pie`, `streamplot` and their like give an object of its own that holds what they have drawn.
    if ".".join(str(type(value).__module__).split(".")[:2]) not in _OWN_RESULTS:
        return False
    return any(is_drawn(held, 3) for held in getattr(value, "__dict__", {}).values())


def _adds_nothing(item: object) -> bool:
    """Whether it says nothing but what is seen: a figure of pyplot is shown at the cell's end."""
    if _is_figure(item):
        return getattr(item, "number", None) is not None
    return item is None or (_is_collection(item) and not _items(item))


def _is_collection(value: object) -> bool:
    return is_instance(value, (list, tuple, dict))


def _items(value: Any) -> list[Any]:  # noqa: ANN401
    """Those of a collection, of an array or of a series of objects, axes perhaps."""
    if _is_collection(value):
        return [*(value.values() if is_instance(value, dict) else value)]
    is_array = is_a(value, "numpy", "ndarray")
    if (is_array or is_a(value, "pandas", "Series")) and value.dtype == "O":
        return [*value.flat] if is_array else value.tolist()
    return []


def _is_array_of_numbers(value: Any) -> bool:  # noqa: ANN401
    return is_a(value, "numpy", "ndarray") and value.dtype.kind in "biufc"
