"""Everything that observes a process, put in place once: the worker and its children."""

from __future__ import annotations

import os
import sys
from types import ModuleType

from treadle.execution.task import WorkerSetup
from treadle.execution.worker.imports import AfterImport
from treadle.execution.worker.observing import files, native, stats
from treadle.execution.worker.observing.environment import Environment
from treadle.execution.worker.observing.importing import Imports
from treadle.execution.worker.observing.journal import Journal
from treadle.execution.worker.observing.log import Log
from treadle.execution.worker.observing.lookups import Lookups
from treadle.execution.worker.observing.processes import Processes
from treadle.execution.worker.observing.programs import Programs
from treadle.execution.worker.observing.scope import scope_of
from treadle.execution.worker.observing.sources import Sources
from treadle.store.files import FileDigests
from treadle.store.stats import KnownFiles


class Watch:
    """The hooks of one process and the log they write to, which is not active yet."""

    def __init__(
        self, setup: WorkerSetup, after_import: AfterImport, journal: Journal | None = None
    ) -> None:
        """Install the hooks; they stay as long as the process lives."""
        known = KnownFiles(setup.store, setup.key) if setup.store and setup.key else None
        self.log = Log(scope_of(setup), FileDigests(known), journal)
        self.imports = Imports()
        self.environment = Environment(self.log, self.imports)
        self.processes = Processes(self.log, setup)
        lookups = Lookups(self.log, self.imports, setup)
        programs = Programs(self.log, self.imports)
        handlers = files.handlers(self.log, self.imports) | programs.handlers() | lookups.handlers()
        self.imports.install()
        self.environment.install()
        self.processes.install(after_import)
        native.install(self.log, after_import)
        Sources(self.log, self.imports).install()
        stats.install(self.log, self.imports)
        files.install(self.log, handlers)

        self._told: set[str] = set()
        self._process = None if journal is not None else os.getpid()
        self.imports.after_own.append(self._tell_module)
        self.imports.after_library.append(self._tell_modules)

    def _tell_module(self, module: ModuleType) -> None:
        """The worker can't see what other processes import."""
        file = getattr(module, "__file__", None)
        if file and os.getpid() != self._process:
            self.log.note(self.log.tell, "module", module.__name__, file)

    def _tell_modules(self) -> None:
        if not self.log.active or os.getpid() == self._process:
            return
        for name in sys.modules.keys() - self._told:
            module = sys.modules.get(name)
            self._told.add(name)
            if "." not in name and name not in sys.stdlib_module_names and module is not None:
                self._tell_module(module)
