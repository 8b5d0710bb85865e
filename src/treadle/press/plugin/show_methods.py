"""What libraries show by opening a window, a browser or a viewer: here, in the document.

Bars that only a notebook can draw are drawn as at a terminal; what sets one up does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType, ModuleType
from typing import Any

from treadle.engine.plugin import Host
from treadle.engine.worker.displays import put_in_place

# By the module that defines them: classes whose `show` shows one of them, and functions.
_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "PIL.Image": "Image",
        "plotly.basedatatypes": "BaseFigure",
        "altair.vegalite.v4.api": "TopLevelMixin",
        "altair.vegalite.v5.api": "TopLevelMixin",
        "altair.vegalite.v6.api": "TopLevelMixin",
        "plotnine.ggplot": "ggplot",
        "seaborn._core.plot": "Plot",
    }
)
_FUNCTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"plotly.io._renderers": ("show",), "bokeh.io.showing": ("show",)}
    | {"plotly.offline.offline": ("plot", "iplot")}
)
_BARS = "tqdm.notebook"
_INLINE = "matplotlib_inline.backend_inline"
_SETS_UP = ("set_matplotlib_formats", "set_matplotlib_close")


def take_over_shows(host: Host, display: Callable[[Any], None]) -> None:
    """Have each of them call `display` as soon as its library is imported."""

    def on_class(module: ModuleType, name: str) -> None:
        kind = getattr(module, name, None)
        if kind is not None:
            kind.show = lambda value, *_, **__: display(value)

    def on_functions(module: ModuleType, names: tuple[str, ...]) -> None:
        for name in names:
            if hasattr(module, name):
                put_in_place(module, name, lambda value, *_, **__: display(value))

    for place, name in _CLASSES.items():
        host.after_import(place, partial(on_class, name=name))
    for place, names in _FUNCTIONS.items():
        host.after_import(place, partial(on_functions, names=names))
    host.after_import(_BARS, _draw_as_text)
    host.after_import(_INLINE, partial(_leave_out, host=host))


def _leave_out(module: ModuleType, host: Host) -> None:
    """Each would start a part of IPython for nothing: figures are vector graphics here."""

    def nothing(name: str) -> Callable[..., None]:
        what = f"`{name}` sets up a notebook, and does nothing"
        return lambda *_, **__: host.remark(what, "leave it out")

    for name in _SETS_UP:
        if hasattr(module, name):
            put_in_place(module, name, nothing(name))


def _draw_as_text(notebook: ModuleType) -> None:
    import tqdm  # type: ignore[import-untyped]

    for name in ("tqdm_notebook", "tqdm"):
        setattr(notebook, name, tqdm.tqdm)
    for name in ("tnrange", "trange"):
        setattr(notebook, name, tqdm.trange)
