"""What the engine is to know of matplotlib: its settings, the files it keeps, its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treadle.engine.observe.state import Library, Probe

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
    from treadle.engine.observe.state import Library  # a build needs the variables alone

    caches = (r"/fontlist-[^/]*\.json(\.matplotlib-lock)?$", r"/treadle/fonts/")  # ours: `fonts`
    library = Library(probes, caches, ("/matplotlibrc",), OPAQUE, SINGLETONS)
    return {"matplotlib": library}


def probes(matplotlib: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    """`rcParams`, each setting for itself."""
    from treadle.engine.observe.state import Probe

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
