"""Plugins of the worker: objects with any of four hooks, each of which may be absent.

`display(value)` gives a `Bundle` for a value that a cell shows, or None where it knows nothing
better than the next plugin; an empty bundle shows nothing. `inline_text(value, text)` gives what
inline code writes for a value, or None where `text`, its `str`, will do. `value_handlers()` gives
handlers by the full names of types, for values that pickle can't keep: see
`values.types.handlers`. `around_cell(cell)` gives a context manager: the cell runs within.

A package adds a plugin by an entry point of the group "treadle.plugins" that names what makes it:
a callable that takes a `Host`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct
from msgspec.json import Decoder, decode, encode

from treadle.engine.addresses import told_addresses, without_addresses
from treadle.engine.store.blobs import Blobs
from treadle.engine.store.digest import combined, digest
from treadle.engine.store.distributions import registered
from treadle.engine.store.traces import decoded
from treadle.engine.trace import Display, Remark

if TYPE_CHECKING:  # of the worker: the command asks here which plugins are installed
    from treadle.engine.after_import import AfterImport
    from treadle.engine.cell import Cell
    from treadle.engine.messages import PluginSetup, Step, WorkerSetup
    from treadle.engine.worker.capture import Capture

GROUP = "treadle.plugins"


class Bundle(Struct, frozen=True):
    """A value as it is shown, by MIME type: texts, and bytes for what is no text."""

    data: Mapping[str, str | bytes] = {}
    metadata: Mapping[str, object] = {}


class Host(Protocol):
    """What a plugin can ask of the worker that makes it."""

    @property
    def settings(self) -> Mapping[str, object]:
        """Those that the command gives this plugin. It may have to find them out first, while
        cells run already: asked for as late as can be, they are rarely waited for."""

    def after_import(self, name: str, action: Callable[[ModuleType], None]) -> None:
        """Call `action` with the module as soon as it has been imported, or now if it has been."""

    def show(self, bundle: Bundle) -> None:
        """Show something now, among the output of the cell that runs."""

    def remark(self, text: str, hint: str = "") -> None:
        """A warning for the author, at the statement that runs: of what it shows something is
        lost, or is another thing; and the way out."""

    def note(self, name: str, value: object) -> None:
        """Keep plain data in the cell's trace, as `Trace.notes[name]`."""

    def rest_on(self, fact: str) -> None:
        """What the cell gives depends on this fact, which the command states for each build."""

    def reachable(self) -> Iterator[object]:
        """The values that the cell at hand can reach by names."""


def installed_plugins(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What packages on these paths offer: "module:name", and what changes with it.

    Read by hand: `importlib.metadata` would take longer than all else that a build does at first.
    """
    paths = [*paths]
    for folder in registered(paths).values():
        for line in _section(f"{folder}/entry_points.txt"):
            name = line.partition("=")[2].strip()
            yield name, combined([name, folder.rpartition("/")[2], *_sources(name, paths)])


def _sources(name: str, paths: Sequence[str]) -> Iterator[str]:
    """The digests of a plugin's source files: it may be edited where it lies, under one version."""
    from importlib.machinery import PathFinder  # few have plugins
    from importlib.util import find_spec
    from pathlib import Path

    top = name.partition(":")[0].partition(".")[0]
    try:  # an editable one may be found by a finder of its own
        spec = PathFinder.find_spec(top, paths) or find_spec(top)
    except (ImportError, ValueError):
        return
    places = spec.submodule_search_locations or () if spec else ()
    files = [path for place in places for path in sorted(Path(place).rglob("*.py"))]
    for file in files or [Path(spec.origin or "") if spec else Path()]:
        with suppress(OSError):
            yield digest(file.read_bytes())


def _section(path: str) -> list[str]:
    """The lines of our group in such a file, if there is one."""
    heading = f"[{GROUP}]".encode()
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
    except OSError:
        return []
    inside = data.partition(heading)[2].partition(b"\n[")[0] if heading in data else b""
    return [line for line in inside.decode("utf-8", "replace").splitlines() if "=" in line]


# In the worker.

PLAIN = "text/plain"
_SETTINGS: Decoder[dict[str, dict[str, object]]] = Decoder(dict[str, dict[str, object]])


class LateSettings:
    """What the command finds out for plugins while the first cells run.

    It is in a file once the pipe beside it is closed: that can be waited for, and read, also by
    processes that a cell has started, and more than once.
    """

    def __init__(self, known: int, file: int) -> None:
        """Descriptors: of the pipe, in which there is never anything, and of the file."""
        self._known = known
        self._file = file
        self._settings: Mapping[str, Mapping[str, object]] | None = None
        self.waited = 0.0  # seconds, by who asked

    def of(self, plugin: str) -> Mapping[str, object]:
        """Those of one plugin: it waits until they are known."""
        if self._settings is None:
            start = time.perf_counter()
            os.read(self._known, 1)
            self.waited += time.perf_counter() - start
            data = os.pread(self._file, os.fstat(self._file).st_size, 0)
            self._settings = decoded(data, _SETTINGS)
        return self._settings.get(plugin, {})


class Plugins:
    """Asks each plugin in the order in which they were given."""

    def __init__(
        self,
        setup: WorkerSetup,
        after_import: AfterImport,
        capture: Capture,
        namespace: dict[str, Any],
        late: LateSettings,
    ) -> None:
        """Make them. Raises what importing or making them raises."""
        self._late = late
        self._capture = capture
        self._namespace = namespace
        self._blobs = Blobs(setup.blobs)
        self._step: Step | None = None
        self.notes: dict[str, object] = {}  # for the trace, like the facts it rests on
        self.facts: set[str] = set()
        self.remarks: dict[Remark, None] = {}
        self._piece = -1  # of inline code that has a value now
        self._all = [
            _made(plugin.name, _Host(self, after_import, plugin, late)) for plugin in setup.plugins
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
        self.notes, self.facts, self.remarks, self._piece = {}, set(), {}, -1
        self._late.waited = 0.0

    @property
    def waited(self) -> float:
        """The seconds of the cell in which it waited for settings."""
        return self._late.waited

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

    def inline_text(self, value: object, piece: int) -> str:
        """How a piece of inline code, counted from 0, writes a value: as the first plugin says that
        knows better than `str`."""
        self._piece, text = piece, str(value)
        for plugin in self._all:
            hook = getattr(plugin, "inline_text", None)
            if hook is not None and (better := hook(value, text)) is not None:
                return str(better)
        return text

    def left_out_inline(self, piece: int) -> None:
        """A piece of inline code has displayed something."""
        self._piece = piece
        self.remark("inline code is text: what it displays is left out", "put it into a chunk")

    def show(self, bundle: Bundle, name: str = "") -> None:
        """Record it among the output, under a name if it has one; an empty one without a name
        shows nothing. Raises OSError."""
        if bundle.data or name:
            self._capture.show(self._display(bundle), name)

    def replace(self, bundle: Bundle, name: str) -> bool:
        """Put it into the place of what the cell has shown under the name, if it has. Raises
        OSError."""
        return self._capture.replace(name, self._display(bundle))

    def _display(self, bundle: Bundle) -> Display:
        # Beside a picture the `repr` is what is shown where that can't be drawn, which is told.
        unseen = {PLAIN} if len(bundle.data) > 1 else set()
        texts = {
            kind: without_addresses(data) if kind in unseen else self.without_addresses(data)
            for kind, data in bundle.data.items()
            if isinstance(data, str)
        }
        files = {
            kind: self._blobs.put([data])
            for kind, data in bundle.data.items()
            if not isinstance(data, str)
        }
        return Display(texts, files, decode(encode(bundle.metadata, enc_hook=str)))

    def remark(self, text: str, hint: str = "") -> None:
        cell = self._step.cell if self._step else None
        statement = _running_statement(cell) if cell else -1
        statement = self._piece if statement < 0 else statement
        self.remarks[Remark(text, hint, statement)] = None

    def without_addresses(self, text: str) -> str:
        """The text without addresses of objects, each of which is told."""
        for what, hint in told_addresses(text):
            self.remark(what, hint)
        return without_addresses(text)

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


def _running_statement(cell: Cell) -> int:
    """Which statement or piece of inline code of the cell runs now, from 0; -1: none does."""
    import ast
    import warnings

    frame, running = sys._getframe(1), 0
    while frame is not None:
        if frame.f_code.co_filename == cell.file and frame.f_code.co_name == "<module>":
            running = frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    if not running:
        return -1
    lines = [piece.line for piece in cell.pieces]
    if not lines:
        with warnings.catch_warnings(action="ignore"):  # it was compiled before, and has warned
            statements = ast.parse(cell.code).body
        lines = [statement.lineno + cell.line - 1 for statement in statements]
    return sum(line <= running for line in lines) - 1


def _made(name: str, host: Host) -> Any:  # noqa: ANN401
    """The plugin that "module:name" makes. Raises what importing or making it raises."""
    module, _, attribute = name.partition(":")
    __import__(module)
    return getattr(sys.modules[module], attribute)(host)


class _Host:
    """What one plugin sees of the worker: a `Host`."""

    def __init__(
        self, plugins: Plugins, after_import: AfterImport, setup: PluginSetup, late: LateSettings
    ) -> None:
        self._setup = setup
        self._late = late
        self.after_import = after_import.do
        self.show = plugins.show
        self.remark = plugins.remark
        self.note = plugins.note
        self.rest_on = plugins.rest_on
        self.reachable = plugins.reachable

    @property
    def settings(self) -> Mapping[str, object]:
        return {**self._setup.settings, **self._late.of(self._setup.name)}
