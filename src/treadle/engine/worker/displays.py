"""`display` and its kin as notebooks have them: ours, also in the place of IPython's.

IPython's own would print what only its kernel shows. Its `update_display` and its handles call
what stands in its module, so they need nothing more.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from treadle.engine.plugin import PLAIN, Bundle

if TYPE_CHECKING:
    from treadle.engine.after_import import AfterImport
    from treadle.engine.plugin import Plugins
    from treadle.engine.worker.capture import Capture

_IPYTHON = "IPython.core.display_functions"
_LEFT = "it is shown here, and what it was to replace stays"


class Handle:
    """A display that can be replaced by another one, as long as its cell runs."""

    def __init__(self, display: Callable[..., object], display_id: str) -> None:
        self._display = display
        self.display_id = display_id

    def __repr__(self) -> str:
        return f"<DisplayHandle display_id={self.display_id}>"

    def display(self, value: object, **options: object) -> None:
        self._display(value, display_id=self.display_id, **options)

    def update(self, value: object, **options: object) -> None:
        self._display(value, display_id=self.display_id, update=True, **options)


class _Ready:
    """A bundle that code has made itself, as a value that has it."""

    def __init__(self, data: Mapping[str, Any], metadata: Mapping[str, object]) -> None:
        self._bundle = data, metadata

    def __repr__(self) -> str:
        return str(self._bundle[0].get(PLAIN, dict(self._bundle[0])))

    def _repr_mimebundle_(self, **_: object) -> tuple[Mapping[str, Any], Mapping[str, object]]:
        return self._bundle


class Displays:
    """What code of the session shows itself."""

    def __init__(self, plugins: Plugins, capture: Capture, after_import: AfterImport) -> None:
        """From now on `display` is one of `builtins`."""
        self._plugins = plugins
        self._capture = capture
        self._count = 0
        self._handle: Callable[[str], object] = lambda name: Handle(self.display, name)
        builtins.display = self.display  # type: ignore[attr-defined]
        after_import.do(_IPYTHON, self._take_over)

    def display(
        self,
        *values: Any,  # noqa: ANN401
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        metadata: Mapping[str, object] | None = None,
        display_id: str | bool | None = None,
        raw: bool = False,
        clear: bool = False,
        update: bool = False,
        **_: object,
    ) -> object:
        """Show values in their place among the output; a handle, where an id is asked for."""
        name = self._name(display_id)
        if clear:
            self._capture.clear(wait=True)
        if name and not values:
            self._plugins.show(Bundle(), name)
        for value in values:
            shown = _Ready(value, {}) if raw else value
            bundle = _chosen(self._plugins.bundle_of(shown), value, include, exclude)
            bundle = Bundle(bundle.data, {**bundle.metadata, **(metadata or {})})
            self._show(bundle, name, update=update)
        return self._handle(name) if name else None

    def publish(
        self,
        data: Mapping[str, Any],
        metadata: Mapping[str, object] | None = None,
        *_: object,
        transient: Mapping[str, object] | None = None,
        update: bool = False,
        **__: object,
    ) -> None:
        """Show what is a bundle already."""
        name = str((transient or {}).get("display_id") or "")
        bundle = self._plugins.bundle_of(_Ready(data, metadata or {}))
        self._show(bundle, name, update=update)

    def clear(self, wait: bool = False) -> None:
        """Forget what the cell has shown; `wait`: once it shows something else."""
        self._capture.clear(wait=wait)

    def _show(self, bundle: Bundle, name: str, *, update: bool) -> None:
        if not update or not self._plugins.replace(bundle, name):
            self._plugins.show(bundle, name)
            if update:
                text = f"`{name}` is no display of this chunk: {_LEFT}"
                self._plugins.remark(text, "update it in the chunk that has displayed it")

    def _name(self, display_id: str | bool | None) -> str:
        if display_id is True:
            self._count += 1
            return f"display-{self._count}"
        return str(display_id) if display_id else ""

    def _take_over(self, module: ModuleType) -> None:
        def handle(name: str) -> object:
            return module.DisplayHandle(name)

        self._handle = handle
        put_in_place(module, "display", self.display)
        put_in_place(module, "publish_display_data", self.publish)
        put_in_place(module, "clear_output", self.clear)


def put_in_place(module: ModuleType, name: str, ours: Callable[..., object]) -> None:
    """Ours in the place of a function of a module, where a name leads to it as to that."""

    @functools.wraps(getattr(module, name))
    def function(*arguments: object, **options: object) -> object:
        return ours(*arguments, **options)

    del function.__wrapped__
    setattr(module, name, function)


def _chosen(
    bundle: Bundle,
    value: object,
    include: Collection[str] | None,
    exclude: Collection[str] | None,
) -> Bundle:
    """Of the types that a value has those that are wanted; its `repr` where none is left."""
    if include is None and not exclude:
        return bundle
    left = {kind: bundle.data[kind] for kind in _wanted(bundle.data, include, exclude or ())}
    return Bundle(left or {PLAIN: repr(value)}, bundle.metadata) if bundle.data else bundle


def _wanted(
    kinds: Iterable[str], include: Collection[str] | None, exclude: Collection[str]
) -> list[str]:
    return [kind for kind in kinds if (include is None or kind in include) and kind not in exclude]
