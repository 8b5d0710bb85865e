"""What each step of a worker was seen to do, and what observes the worker and its children."""

from __future__ import annotations

import builtins
import json
import os
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib import import_module
from types import CodeType, ModuleType

from treadle.engine.after_import import AfterImport
from treadle.engine.messages import WorkerSetup
from treadle.engine.observe import audit_events, process_state
from treadle.engine.observe.folders import Folders
from treadle.engine.observe.known_libraries import Library, known_libraries
from treadle.engine.observe.library_files import watch_libraries
from treadle.engine.observe.library_state import LibraryChange, LibraryState
from treadle.engine.observe.loaded_modules import Imports, LoadedModules
from treadle.engine.observe.ownership import project_folders, scope_of
from treadle.engine.observe.patched_calls import Environment, Questions, SourceLookups
from treadle.engine.observe.process_state import State
from treadle.engine.observe.processes import Processes, threads
from treadle.engine.observe.seen import Journal, Seen
from treadle.engine.observe.unseen import Unseen
from treadle.engine.store.digest import ALL, variable
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.known_files import KnownFiles
from treadle.engine.trace import DOUBTFUL, Observed
from treadle.engine.values.types.objects import singletons
from treadle.engine.worker.fresh_imports import import_fresh_from


class Watch:
    """The hooks of one process and what they have seen, which is not active yet."""

    def __init__(
        self, setup: WorkerSetup, after_import: AfterImport, journal: Journal | None = None
    ) -> None:
        """Install the hooks; they stay as long as the process lives."""
        self.libraries = known_libraries() | _more_libraries(setup)
        known = KnownFiles(setup.store, setup.key) if setup.store and setup.key else None
        caches = [pattern for library in self.libraries.values() for pattern in library.caches]
        self.seen = Seen(scope_of(setup, caches), FileDigests(known), journal)
        self.imports = Imports()
        self.environment = Environment(self.seen, self.imports)
        self.processes = Processes(self.seen, setup)
        self._install(setup, after_import)

        self._told: set[str] = set()
        self._process = None if journal is not None else os.getpid()
        self.imports.after_own.append(self._tell_module)
        self.imports.after_library.append(self._tell_modules)

    def _install(self, setup: WorkerSetup, after_import: AfterImport) -> None:
        seen, imports = self.seen, self.imports
        looked_for = [each for library in self.libraries.values() for each in library.settings]
        imports.install()
        self.environment.install()
        self.processes.install(after_import)
        watch_libraries(seen, after_import)
        SourceLookups(seen, imports).install()
        Questions(seen, imports, tuple(looked_for)).install()
        audit_events.install(seen, imports, project_folders(setup))

    def _tell_module(self, module: ModuleType) -> None:
        """The worker can't see what other processes import."""
        file = getattr(module, "__file__", None)
        if file and os.getpid() != self._process:
            self.seen.note(self.seen.tell, "module", module.__name__, file)

    def _tell_modules(self) -> None:
        if not self.seen.active or os.getpid() == self._process:
            return
        for name in sys.modules.keys() - self._told:
            module = sys.modules.get(name)
            self._told.add(name)
            if "." not in name and name not in sys.stdlib_module_names and module is not None:
                self._tell_module(module)


def _more_libraries(setup: WorkerSetup) -> dict[str, Library]:
    return import_module(setup.libraries).libraries() if setup.libraries else {}


def observe_child(descriptor: int, setup: str) -> None:
    """Observe all that a process does which the user's code has started.

    The worker is told by the journal, an open file; `setup` is JSON.
    """
    fields = WorkerSetup(**json.loads(setup))
    watch = Watch(fields, AfterImport(), Journal(descriptor))
    import_fresh_from([*project_folders(fields)])
    watch.seen.active = True


class Observer:
    """Observes the process it is made in. Nothing counts but what happens within a step."""

    def __init__(
        self,
        setup: WorkerSetup,
        after_import: AfterImport,
    ) -> None:
        """Install the hooks, for good.

        To be made after all else that acts after imports: what that sets is no effect.
        """
        self._watch = Watch(setup, after_import)
        self.libraries = _more_libraries(setup)
        self._seen = self._watch.seen
        self._folders = Folders(self._seen.scope, setup.directory)
        self._unseen = self._seen.outside = Unseen(self._seen, self._folders, setup.edited)
        self._modules = LoadedModules(self._watch.imports)
        self._library_state = LibraryState(self._apart)
        self._state = State()
        self._state.add(*process_state.python_probes())
        for name, library in self._watch.libraries.items():
            after_import.do(name, self._adding(library))
        imports = self._watch.imports
        imports.before_library.append(self._import_begins)
        imports.after_library.append(self._import_ends)
        imports.after_own.append(self._library_state.imported)
        self._own_before: frozenset[str] = frozenset()
        self._threads: frozenset[int] = frozenset()
        self._children: frozenset[int] = frozenset()
        self._loaded = (0, 0)  # how many modules there were when a step ended
        self.given: list[object] = []  # what the step has set of the state of the process

    def after_own_import(self, action: Callable[[ModuleType], None]) -> None:
        """Call `action` with each module of the project right after it has been loaded."""
        self._watch.imports.after_own.append(action)

    def after_library_import(self, action: Callable[[], None]) -> None:
        """Call `action` right after a library, and all that it imports, has been loaded."""
        self._watch.imports.after_library.append(action)

    def begin(self, unseen: Iterable[object]) -> None:
        """A step starts: nothing has been seen of it. It may use values of these that its code
        does not name."""
        _let_warnings_repeat()
        self._modules.refresh()
        self._own_before = frozenset(self._modules.own)
        self._threads = threads()
        own = (sys.modules.get(name) for name in self._modules.own)
        modules = [each for each in own if isinstance(each, ModuleType)]
        if self._loaded != self._modules.count():
            self.unsettle()
        self._library_state.begin(
            [builtins, sys, *modules], [each for each in unseen if isinstance(each, ModuleType)]
        )
        self._state.begin()
        self._children = self._watch.processes.running()
        self._seen.start_over()
        self._unseen.begin()
        self._seen.active = True

    def runs(self, code: CodeType, scope: Mapping[str, object]) -> None:
        """Code with these global names is about to run: as part of the step, if there is one."""
        if self._seen.active:
            self._library_state.runs(code, scope)

    def finish(self) -> Observed:
        """The step has ended: what it depends on, and what it changed but for `changes`."""
        seen = self._seen
        with seen.unnoticed():
            seen.catch_up()
            self._unseen.finish()
        seen.active = False
        self._modules.refresh()
        own, distributions = self._modules.with_others(seen.modules)
        effects = tuple(self._state.effects())
        self.given = [value for _, value in effects if value is not process_state.MISSING]
        observed = Observed(
            reads=tuple(seen.reads.items()),
            writes=tuple(self._writes()),
            listings=tuple(seen.listings.items()),
            stats=tuple(self._stats()),
            environment=tuple(self._variables()) if seen.variables else (),
            imported=tuple(
                (name, file) for name, file in sorted(own.items()) if name not in self._own_before
            ),
            distributions=distributions,
            unknown=tuple(self._unknown()),
            effects=tuple((words, process_state.digest_of(value)) for words, value in effects),
        )
        self._unseen.leave(observed.writes)
        return observed

    def changes(self) -> list[LibraryChange]:
        """What is held by the libraries' modules that its code names, and was not when it began;
        what is the state of the process is compared as such."""
        self._loaded = self._modules.count()
        known = {f"`{name}`" for name in process_state.hooks()}.union(self._state.words())
        return [each for each in self._library_state.changes() if each.words not in known]

    def unsettle(self) -> None:
        """Libraries may not hold what they held when the last step ended: code has run."""
        self._library_state.unsettle()

    def may_use(self, module: str, name: str) -> bool:
        """Whether the step's code can get at what a module of the project keeps under a name."""
        return self._library_state.may_use(module, name)

    def asks_for_identities(self) -> bool:
        """Whether the step's code may call `id`."""
        return self._library_state.asks_for_identities()

    def end(self) -> None:
        """All has been asked that is to be known of the step."""
        self._library_state.end()
        self.given = []

    def made_in_c(self) -> list[str]:
        """The functions in C that its code names and that look made for their effect, dotted."""
        return sorted(self._library_state.made_in_c())

    def _apart(self) -> Collection[int]:
        """The objects that are what they are by being in their place, by identity."""
        return singletons(
            each for library in self.libraries.values() for each in library.singletons
        )

    @property
    def unwatched(self) -> str:
        """Why some files that are read out of Python's sight are not seen; empty: all are."""
        return self._folders.trouble

    def prepare(self, files: Iterable[str], declared: Iterable[str]) -> None:
        """Watch files that earlier steps have read, and their folders; the step to come rests on
        what is `declared`, by patterns among others."""
        for path in files:
            if self._seen.scope.path_of(path) is not None:
                self._folders.follow(path)
        self._unseen.declare(declared)

    def _adding(self, library: Library) -> Callable[[ModuleType], None]:
        return lambda module: self._state.add(*library.probes(module))

    def _writes(self) -> Iterator[tuple[str, str]]:
        """What was written and is there now, or was there before."""
        for path, was_there in self._seen.written.items():
            self._seen.digests.forget(path)
            digest = self._seen.digests.of(path)
            if digest and self._unseen.is_doubtful(path):
                digest = f"{DOUBTFUL}{digest}"
            if digest or was_there:
                yield path, digest

    def _stats(self) -> Iterator[tuple[str, str, str]]:
        """What was asked, but not of files whose contents count, or that came and went."""
        reads, written = self._seen.reads, self._seen.written
        for (path, how), text in self._seen.stats.items():
            passing = not written.get(path, True) and not os.path.lexists(path)
            if not passing and not (how in ("kind", "size") and reads.get(path)):
                yield path, how, text

    def _variables(self) -> Iterator[tuple[str, str]]:
        environment = self._watch.environment
        given = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.given.items()}
        before = self._state.value(process_state.ENVIRONMENT)
        assert isinstance(before, dict)
        for name in [ALL] if ALL in self._seen.variables else self._seen.variables:
            # A child process can't know that a variable was set before it started.
            if name == ALL or environment.is_given(name, before):
                yield name, variable(given, name)

    def _unknown(self) -> Iterator[str]:
        yield from self._seen.unknown
        if not threads() <= self._threads:
            yield "it leaves a thread running"
        processes = self._watch.processes
        if processes.running() - self._children or processes.unobserved():
            yield "it leaves a process running"

    def _import_begins(self) -> None:
        if self._seen.active:
            self._state.import_begins()
            self._library_state.import_begins()

    def _import_ends(self) -> None:
        if self._seen.active:
            self._state.import_ends()
            self._library_state.import_ends()


def _let_warnings_repeat() -> None:
    """Forget which warnings were shown: a step shows its own, whatever ran before it."""
    mutated = getattr(warnings, "_filters_mutated", None)
    if mutated is not None:
        mutated()  # the registries of all modules are outdated by it
    warnings.onceregistry.clear()  # type: ignore[attr-defined]
