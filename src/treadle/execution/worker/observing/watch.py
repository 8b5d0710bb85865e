"""Everything that observes a process, put in place once: the worker and its children."""

from __future__ import annotations

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
from treadle.store.files import FileDigests
from treadle.store.stats import KnownFiles


class Watch:
    """The hooks of one process and the log they write to, which is not active yet."""

    def __init__(
        self, setup: WorkerSetup, after_import: AfterImport, journal: Journal | None = None
    ) -> None:
        """Install the hooks; they stay as long as the process lives."""
        known = KnownFiles(setup.store) if setup.store else None
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
        stats.install(self.log, self.imports)
        files.install(self.log, handlers)

    def tell_modules(self) -> None:
        """Tell the journal of each module of the project that is imported from now on."""
        self.imports.after_own.append(self._tell_module)

    def _tell_module(self, module: ModuleType) -> None:
        file = getattr(module, "__file__", None)
        if file:
            self.log.note(self.log.tell, "module", module.__name__, file)
