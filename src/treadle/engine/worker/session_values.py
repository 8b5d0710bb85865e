"""What a session remembers between steps: values come back from the store and go to it."""

from __future__ import annotations

import ast
import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any

from msgspec.structs import replace

from treadle.engine.after_import import AfterImport
from treadle.engine.cell import Cell
from treadle.engine.messages import Define, Load, Step, WorkerSetup
from treadle.engine.observe.bound_names import Bound
from treadle.engine.observe.counters import Counters
from treadle.engine.observe.observer import Observer
from treadle.engine.plugin import Plugins
from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import Binding, Display, Trace
from treadle.engine.values.allowance import Allowance
from treadle.engine.values.types.locks_and_locals import LIVE
from treadle.engine.values.values import Values
from treadle.engine.values.world import EVERYTHING, MAIN
from treadle.engine.worker.capture import OutputStream
from treadle.engine.worker.library_effects import LibraryEffects
from treadle.engine.worker.module_state import ModuleState, ProjectModules
from treadle.engine.worker.run_code import Compiler

_CODE = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.GeneratorExp)


class SessionValues:
    """The session's names as alias groups, and what is known of them since the last step."""

    def __init__(
        self,
        setup: WorkerSetup,
        namespace: dict[str, Any],
        compiler: Compiler,
        after_import: AfterImport,
        plugins: Plugins,
    ) -> None:
        """Observe from now on; `namespace` holds no more than what every session has."""
        self._blobs = blobs = Blobs(setup.store or "")
        modules = ProjectModules((setup.code_path, setup.directory))
        handlers = plugins.value_handlers()
        self._observer = observer = Observer(setup, after_import)
        compiler.compiled = lambda code: observer.runs(code, namespace)
        libraries = observer.libraries.values()
        opaque = [kind for library in libraries for kind in library.opaque]
        places = [place for library in libraries for place in library.singletons]

        def values_of(names: dict[str, Any]) -> Values:
            return Values(names, blobs, modules.holds, handlers, opaque, places)

        def live_values_of(names: dict[str, Any]) -> Values:
            return Values(names, blobs, modules.holds, handlers, opaque, places, LIVE)

        self._namespace = namespace
        self._compiler = compiler
        self._values = values = values_of(namespace)
        self._effects = LibraryEffects(namespace, values_of, observer, values.process_objects)
        self._blobs = blobs
        self._observer = observer
        self._counters = Counters(modules.holds)
        observer.after_library_import(self._counters.look)
        self._module_state = ModuleState(namespace, live_values_of, modules.holds)
        observer.after_own_import(self._module_state.imported)
        self._first = dict(namespace)
        self._groups: dict[str, Binding] = {}  # by name, as the last step that reached it left them
        self._before = Bound()
        self._reached: set[str] | None = set()  # by the step; None: all
        self._share = setup.keeping
        self._unseen: dict[str, float] = {}  # names not looked at, though there was so much time

    def damaged(self) -> tuple[str, ...]:
        """The entries found damaged since the last time."""
        found, self._blobs.damaged = tuple(self._blobs.damaged), []
        return found

    def put_in_place(self, step: Step) -> tuple[str, ...]:
        """Make the session what the step is to find; the names that could not be restored."""
        self._observer.prepare(step.files, step.cell.depends or ())
        if step.absent or step.restores:
            self._before.let_go()
            self._observer.unsettle()
        for name in step.absent:
            self._namespace.pop(name, None)
            self._groups.pop(name, None)
            self._unseen.pop(name, None)
        self._compiler.adopt(step.futures)
        self._values.imported_modules.update(step.submodules)
        for module in step.imports:
            with contextlib.suppress(Exception):  # the step's own import of it says what is wrong
                importlib.import_module(module)
        return tuple(name for restore in step.restores for name in self._restore(restore))

    def let_go(self) -> None:
        """Hold on to none of the session's values: it ends."""
        self._before.let_go()

    def begin(self, step: Step) -> None:
        """From now on, what happens is the step's doing."""
        self._counters.begin(step.counters)
        self._module_state.begin()
        self._reached = None if _diverted() else self._reached_by(step)
        self._before.begin(self._namespace, self._reached)
        self._observer.begin(self._namespace.values() if step.reaches is None else ())
        self._values.stand_ins.begin()

    def runs(self, code: CodeType, scope: Mapping[str, object]) -> None:
        """Code with these global names is about to run."""
        self._observer.runs(code, scope)

    def is_touched(self, trace: Trace) -> bool:
        """Whether the step, which has run, may be another one with what something stands for."""
        stand_ins = self._values.stand_ins
        stand_ins.end()
        return stand_ins.touched or (stand_ins.restored and trace.failure is not None)

    def abandoned(self) -> tuple[str, ...]:
        """Nothing counts of what the step did; the files that it wrote."""
        return tuple(path for path, _ in self._observer.finish().writes)

    def finish(self, step: Step, trace: Trace) -> Trace:
        """The trace with what the step left and what it depended on. Raises OSError."""
        namespace = self._namespace
        bound, deleted = self._before.changes(namespace)
        observed = self._observer.finish()
        if self._observer.asks_for_identities():
            self._values.ask_for_identities()
        allowance = Allowance(self._share, trace.seconds)
        contents = self._module_state.contents()
        counters = self._counters.finish()
        modules = [*self._module_state.effects(allowance, self._may_use(step))]
        libraries, lent = self._effects.of(step, allowance)
        lent = tuple(sorted({*lent, *self._module_state.given}))
        effects = (*observed.effects, *libraries, *modules)
        if effects or contents or counters:
            observed = replace(
                observed, effects=effects, contents=contents, counters=counters, lent=lent
            )
        for name in deleted:
            self._groups.pop(name, None)
        changed = map(self._unless_lent, self._kept(step, bound, deleted, allowance))
        groups = tuple(self._changed([*changed], step))
        for group in groups:
            self._groups.update(dict.fromkeys(group.names, group))
        blobs = set(_shown_files(trace))
        blobs.update(*(self._values.blobs_of(group.entry) for group in groups if group.entry))
        self._before.end(namespace, bound, deleted)
        return replace(
            trace,
            bindings=groups,
            deleted=tuple(deleted),
            observed=observed,
            unwatched=self._observer.unwatched,
            blobs=tuple(sorted(blobs)),
        )

    def _may_use(self, step: Step) -> Callable[[str, str], bool]:
        def may_use(module: str, name: str) -> bool:
            if step.reaches is None:
                return True
            return self._observer.may_use(module, name) and not _imports_alone(step.cell)

        return may_use

    def _kept(
        self, step: Step, bound: list[str], deleted: list[str], allowance: Allowance
    ) -> list[Binding]:
        """The groups that a step can have changed, as they are now."""
        for name in (*bound, *deleted):
            self._unseen.pop(name, None)
        touched = self._touched(step, bound)
        tried = {name for name, time in self._unseen.items() if time >= allowance.seconds}
        apart = tried.union(step.unseen)
        new = {*bound, *self._unseen}
        groups = self._values.stored_groups(
            sorted(touched), allowance, apart, self._before.held(), new
        )
        for group in groups:
            self._unseen.update(dict.fromkeys(group.unseen, allowance.seconds))
        if not any(group.unseen for group in groups):
            return list(groups)
        refs = frozenset(self._refs(step, touched, groups))
        return [self._resting(group, refs) if group.unseen else group for group in groups]

    def _refs(self, step: Step, touched: set[str], groups: Sequence[Binding]) -> Iterator[str]:
        """All that a value can rest on which the step has made or changed: definitions that it
        can reach, what other values rest on, and what functions in its own code may read."""
        for group in groups:
            yield from group.refs
        if step.reaches is None:
            yield EVERYTHING
        reads = step.reaches if step.reaches is not None else tuple(self._namespace)
        for name in (*touched, *reads):
            value = self._namespace.get(name)
            own = isinstance(value, (type, FunctionType)) and value.__module__ == MAIN
            if own or _holds_code(step.cell):
                yield f"{MAIN}:{name}"

    def _resting(self, group: Binding, refs: frozenset[str]) -> Binding:
        known = [self._groups[name].refs for name in group.names if name in self._groups]
        return replace(group, refs=tuple(sorted(refs.union(*known))), own=())

    def _restore(self, restore: Load | Define) -> tuple[str, ...]:
        if isinstance(restore, Load):
            if not self._values.load(restore):
                return restore.names
            group = Binding(restore.names, restore.token, entry=restore.entry)
            self._groups.update(dict.fromkeys(restore.names, group))
            for name in restore.names:
                self._unseen.pop(name, None)
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
        self._groups[definition.name] = Binding((definition.name,), definition.token)
        return True

    def _touched(self, step: Step, bound: list[str]) -> set[str]:
        """The names whose values the step can have changed or bound."""
        namespace = self._namespace
        reached = self._reached
        if reached is None or _diverted():
            reached = set(namespace)
        always = {name for name, value in self._first.items() if namespace.get(name) is value}
        same = {name for name in reached.difference(step.binds, bound) if self._is_same(name)}
        return {name for name in reached.union(bound) if name in namespace} - always - same

    def _reached_by(self, step: Step) -> set[str] | None:
        """The names that a step can use or bind, and all that share something with them."""
        if step.reaches is None:
            return None
        reached = {*step.reaches, *step.binds}
        for name in step.reaches:
            group = self._groups.get(name)
            if group is not None:
                reached.update(group.names)
        return reached

    def _is_same(self, name: str) -> bool:
        """Whether a name is bound to what it was bound to and what can't change."""
        known = name in self._groups
        return known and self._before.is_same_constant(name, self._namespace.get(name))

    def _changed(self, groups: Sequence[Binding], step: Step) -> list[Binding]:
        """Those that the step bound, or that are not as they were."""
        binds = set(step.binds)
        before = self._before
        namespace = self._namespace
        kept = []
        for group in groups:
            known = {self._groups.get(name) for name in group.names}
            old = known.pop() if len(known) == 1 else None
            bound = any(
                name in binds or not before.is_same_object(name, namespace[name])
                for name in group.names
            )
            same = old is not None and (old.token, bool(old.entry)) == (
                group.token,
                bool(group.entry),
            )
            # What can't be seen of it was not there: the step has not changed it.
            untouched = old is not None and old.stands_in and old.entry == group.entry
            if bound or not (untouched or (group.token and same)):
                kept.append(group)
        return kept

    def _unless_lent(self, group: Binding) -> Binding:
        """The group; kept in no store, where a library holds the very objects."""
        lent = [name for name in group.names if self._effects.has(self._namespace[name])]
        if not lent:
            return group
        words = f"`{lent[0]}` is in the hands of a library, which can't be stored"
        return replace(group, entry="", trouble=words)


def _imports_alone(cell: Cell) -> bool:
    """Whether it does nothing else: what a module does by that is what it is like at first."""
    if cell.is_inline:
        return False
    try:
        body = ast.parse(cell.code).body
    except SyntaxError:
        return False
    return all(isinstance(each, ast.Import | ast.ImportFrom) for each in body)


def _holds_code(cell: Cell) -> bool:
    """Whether there are functions, classes or generators in its code, whose code reads names."""
    try:
        tree = ast.parse(cell.code)
    except SyntaxError:
        return True
    return any(isinstance(node, _CODE) for node in ast.walk(tree))


def _shown_files(trace: Trace) -> Iterator[str]:
    for output in trace.outputs:
        if isinstance(output, Display):
            yield from output.files.values()


def _diverted() -> bool:
    """Whether what is printed goes to an object of the user's, which changes by it."""
    return not all(isinstance(stream, OutputStream) for stream in (sys.stdout, sys.stderr))
