"""The plugins of a worker, and what they can ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from treadle.engine.cell import Cell
from treadle.engine.messages import Step, WorkerSetup
from treadle.engine.plugin import Bundle, made
from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import Display
from treadle.engine.worker.capture import Capture
from treadle.engine.worker.imports import AfterImport

PLAIN = "text/plain"


class Plugins:
    """Asks each plugin in the order in which they were given."""

    def __init__(
        self,
        setup: WorkerSetup,
        after_import: AfterImport,
        capture: Capture,
        namespace: dict[str, Any],
    ) -> None:
        """Make them. Raises what importing or making them raises."""
        self._capture = capture
        self._namespace = namespace
        self._blobs = Blobs(setup.blobs)
        self._step: Step | None = None
        self.notes: dict[str, object] = {}  # for the trace, like the facts it rests on
        self.facts: set[str] = set()
        self._all = [
            made(plugin.name, _Host(self, after_import, plugin.settings))
            for plugin in setup.plugins
        ]

    def value_handlers(self) -> dict[str, Callable[..., Any]]:
        """Those of all plugins, by the full names of types; the first for a type counts."""
        found: dict[str, Callable[..., Any]] = {}
        for plugin in reversed(self._all):
            if handlers := getattr(plugin, "value_handlers", None):
                found.update(handlers())
        return found

    def begin(self, step: Step) -> None:
        """From now on, what plugins note and rest on belongs to this step's cell."""
        self._step = step
        self.notes, self.facts = {}, set()

    def within(self, cell: Cell, run: Callable[[], None]) -> None:
        """Call `run` within the context managers that all plugins have for the cell."""
        hooks = (getattr(plugin, "around_cell", None) for plugin in self._all)
        _nested([hook(cell) for hook in hooks if hook is not None], run)

    def bundle_of(self, value: object) -> Bundle:
        """How a value is shown: as the first plugin says that knows it, else by its `repr`."""
        for plugin in self._all:
            display = getattr(plugin, "display", None)
            if display is not None and (bundle := display(value)) is not None:
                return bundle  # type: ignore[no-any-return]
        return Bundle({PLAIN: repr(value)})

    def show(self, bundle: Bundle) -> None:
        """Record it among the output; an empty one shows nothing. Raises OSError."""
        if not bundle.data:
            return
        texts = {kind: data for kind, data in bundle.data.items() if isinstance(data, str)}
        files = {
            kind: self._blobs.put([data])
            for kind, data in bundle.data.items()
            if not isinstance(data, str)
        }
        self._capture.show(Display(texts, files, bundle.metadata))

    def note(self, name: str, value: object) -> None:
        self.notes[name] = value

    def rest_on(self, fact: str) -> None:
        self.facts.add(fact)

    def reachable(self) -> Iterator[object]:
        """The values that the step can reach by names."""
        step = self._step
        if step is None or step.reaches is None:
            yield from self._namespace.values()
        else:
            yield from (self._namespace.get(name) for name in (*step.reaches, *step.binds))


def _nested(managers: Sequence[AbstractContextManager[object]], run: Callable[[], None]) -> None:
    """Not by an ExitStack, which would show its frames in the user's traceback.

    What `run` raises goes on, though a manager suppress it: a chunk that failed has failed.
    """
    if not managers:
        run()
        return
    raised: BaseException | None = None
    with managers[0]:
        try:
            _nested(managers[1:], run)
        except BaseException as exception:
            raised = exception
            raise
    if raised is not None:
        raise raised


class _Host:
    """What one plugin sees of the worker: see `engine.plugin.Host`."""

    def __init__(
        self, plugins: Plugins, after_import: AfterImport, settings: Mapping[str, object]
    ) -> None:
        self.settings = settings
        self.after_import = after_import.do
        self.show = plugins.show
        self.note = plugins.note
        self.rest_on = plugins.rest_on
        self.reachable = plugins.reachable
