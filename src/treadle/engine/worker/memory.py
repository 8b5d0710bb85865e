"""What a session remembers between steps: values come back from the store and go to it."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Mapping
from itertools import compress
from operator import is_not
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from treadle.engine.messages import ChunkResult, Define, Figure, Load, Step, Stepped, WorkerSetup
from treadle.engine.trace import PRESUMED, Group
from treadle.engine.worker.compile import Compiler
from treadle.engine.worker.streams import OutputStream

if TYPE_CHECKING:
    from treadle.engine.observe.observer import Observer
    from treadle.engine.store.blobs import Blobs
    from treadle.engine.values.values import Values
    from treadle.engine.worker.own_modules import OwnData


# Which names of a session are bound anew: a document may bind thousands, a chunk binds few.

_MISSING = object()


def rebound(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The names whose value is another object now, or was not there; and those that are gone.

    Names keep their order, as a rule, and new ones come last: no step of Python a name then.
    """
    names, count = list(now), len(before)
    if names[:count] == list(before):
        changed = compress(names, map(is_not, before.values(), now.values()))
        return [*changed, *names[count:]], []
    bound = [name for name, value in now.items() if before.get(name, _MISSING) is not value]
    return bound, [name for name in before if name not in now]


# What a session remembers between steps: values come back from the store and go to it.

# Libraries, and functions, whose state is compared before and after: no need to presume.
WATCHED = {"matplotlib", "numpy", "os", "sys", "warnings", "pandas", "random", "builtins"} | {
    f"torch.{name}"
    for name in (
        *("set_default_dtype", "set_default_device", "set_num_threads", "set_grad_enabled"),
        *("use_deterministic_algorithms", "set_float32_matmul_precision"),
    )
}
DRAWING = {"matplotlib", "mpl_toolkits", "seaborn", "pylab"}


class Memory:
    """The session's names as alias groups, and what is known of them since the last step."""

    def __init__(
        self,
        setup: WorkerSetup,
        namespace: dict[str, Any],
        compiler: Compiler,
        values: Values,
        blobs: Blobs,
        observer: Observer,
        own_data: OwnData,
    ) -> None:
        """Nothing is remembered yet; `namespace` holds no more than what every session has."""
        self._setup = setup
        self._namespace = namespace
        self._compiler = compiler
        self._values = values
        self._blobs = blobs
        self._observer = observer
        self._own_data = own_data
        self._first = dict(namespace)
        self._groups: dict[str, Group] = {}  # by name, as the last step that reached it left them
        self._before: dict[str, Any] = {}
        self._diverted = False  # before the step

    def damaged(self) -> tuple[str, ...]:
        """The entries found damaged since the last time."""
        found, self._blobs.damaged = tuple(self._blobs.damaged), []
        return found

    def put_in_place(self, step: Step) -> tuple[str, ...]:
        """Make the session what the step is to find; the names that could not be restored."""
        for name in step.absent:
            self._namespace.pop(name, None)
            self._groups.pop(name, None)
        self._compiler.adopt(step.futures)
        self._values.imported_modules.update(step.submodules)
        for module in step.imports:
            with contextlib.suppress(Exception):  # the step's own import of it says what is wrong
                importlib.import_module(module)
        failed = [name for restore in step.restores for name in self._restore(restore)]
        return tuple(failed)

    def begin(self) -> None:
        """From now on, what happens is the step's doing."""
        self._before = dict(self._namespace)
        self._diverted = _diverted()
        self._observer.begin(self._before)

    def finish(self, step: Step, result: Any) -> Stepped:  # noqa: ANN401
        """What the step left and what it depended on."""
        namespace = self._namespace
        bound, deleted = rebound(self._before, namespace)
        observed = self._observer.finish(bound, deleted)
        contents = self._own_data.contents()
        effects = (*observed.effects, *self._own_data.effects(), *self._presumed(step))
        if effects or contents:
            observed = replace(observed, effects=effects, contents=contents)
        for name in deleted:
            self._groups.pop(name, None)
        touched = self._touched(step, bound)
        groups = tuple(self._changed(self._values.groups(sorted(touched)), step))
        for group in groups:
            self._groups.update(dict.fromkeys(group.names, group))
        figures = tuple(self._stored_figures(result))
        blobs = {digest for _, digest in figures}
        blobs.update(*(self._values.blobs_of(group.entry) for group in groups if group.entry))
        self._before = {}
        return Stepped(
            result, groups, tuple(deleted), observed, blobs=tuple(sorted(blobs)), figures=figures
        )

    def _presumed(self, step: Step) -> list[tuple[str, str]]:
        """Effects on libraries that can't be seen, from statements that look made for them."""
        found = []
        for dotted in dict.fromkeys(step.effects):
            value = self._namespace.get(dotted.partition(".")[0])
            foreign_class = isinstance(value, type) and value.__module__ != "__main__"
            name = value.__name__.partition(".")[0] if isinstance(value, ModuleType) else ""
            watched = name in WATCHED or dotted in WATCHED
            if foreign_class or (name and (not watched or _names_class(dotted))):
                found.append((f"`{dotted}` was called", PRESUMED))
        return found

    def reads_style(self, step: Step) -> bool:
        """Whether the step could see how figures are to look."""
        if "matplotlib" not in sys.modules:
            return False
        names = self._namespace if step.reaches is None else (*step.reaches, *step.binds)
        values = (self._namespace.get(name) for name in names)
        modules = (
            getattr(value, "__name__", None) for value in values if isinstance(value, ModuleType)
        )
        return any(str(name).partition(".")[0] in DRAWING for name in modules)

    def _restore(self, restore: Load | Define) -> tuple[str, ...]:
        if isinstance(restore, Load):
            if not self._values.load(restore):
                return restore.names
            group = Group(restore.names, restore.token, entry=restore.entry)
            self._groups.update(dict.fromkeys(restore.names, group))
            return ()
        return () if self._define(restore) else (restore.name,)

    def _define(self, definition: Define) -> bool:
        try:
            file, line = definition.file, definition.line
            code = self._compiler.compile_apart(definition.code, file, line, definition.imported)
            exec(code, self._namespace)
        except Exception:  # it needs more than names: its chunk has to run
            return False
        if self._values.token_of(definition.name) != definition.token:
            self._namespace.pop(definition.name, None)
            return False
        self._groups[definition.name] = Group((definition.name,), definition.token)
        return True

    def _touched(self, step: Step, bound: list[str]) -> set[str]:
        """The names whose values the step can have changed or bound."""
        namespace = self._namespace
        if step.reaches is None or self._diverted or _diverted():
            reached = set(namespace)
        else:
            reached = {*step.reaches, *step.binds}
            for name in step.reaches:
                group = self._groups.get(name)
                if group is not None:
                    reached.update(group.names)
        always = {name for name, value in self._first.items() if namespace.get(name) is value}
        return {name for name in reached.union(bound) if name in namespace} - always

    def _changed(self, groups: tuple[Group, ...], step: Step) -> list[Group]:
        """Those that the step bound, or that are not as they were."""
        binds = set(step.binds)
        before = self._before
        namespace = self._namespace
        kept = []
        for group in groups:
            known = {self._groups.get(name) for name in group.names}
            same = len(known) == 1 and next(iter(known)) is not None
            old = next(iter(known)) if same else None
            bound = any(
                name in binds or before.get(name, self) is not namespace[name]
                for name in group.names
            )
            if bound or not group.token or old is None or old.token != group.token:
                kept.append(group)
        return kept

    def _stored_figures(self, result: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        if not isinstance(result, ChunkResult):
            return []
        return [
            (output.path, self._blobs.put_file(os.path.join(self._setup.figures, output.path)))  # noqa: PTH118
            for output in result.outputs
            if isinstance(output, Figure)
        ]


def _names_class(dotted: str) -> bool:
    """Whether it is an attribute of a class of the library: those are not compared."""
    return any(part[:1].isupper() for part in dotted.split(".")[1:-1])


def _diverted() -> bool:
    """Whether what is printed goes to an object of the user's, which changes by it."""
    return not all(isinstance(stream, OutputStream) for stream in (sys.stdout, sys.stderr))
