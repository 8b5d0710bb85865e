"""Where the project's own code looks for modules: a new file there may come first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from treadle.execution.task import WorkerSetup
from treadle.execution.worker.observing import frames
from treadle.execution.worker.observing.importing import Imports
from treadle.execution.worker.observing.log import Log


class Lookups:
    """Tells a log which places for a module were empty; what is found is known as loaded."""

    def __init__(self, log: Log, imports: Imports, setup: WorkerSetup) -> None:
        """Modules are looked for in the folders of `setup` before any other."""
        self._log = log
        self._imports = imports
        self._folders = [folder for folder in (setup.code_path, setup.directory) if folder]

    def handlers(self) -> dict[str, Callable[..., None]]:
        """What to do at each event, with its arguments."""
        return {"import": self.imported}

    def imported(self, name: str, *_rest: object) -> None:
        """`import`: of a module that is not loaded yet, be it there or not."""
        if self._imports.in_library() or not frames.asked_by_user(0):
            return
        parent, _dot, last = name.rpartition(".")
        for folder in self._folders_of(parent):
            for place in (f"{folder}/{last}", f"{folder}/{last}.py"):
                path = self._log.scope.path_of(place)
                if path is not None:
                    self._log.asked(path, "kind")

    def _folders_of(self, parent: str) -> Iterable[str]:
        if not parent:
            return self._folders
        return [str(folder) for folder in getattr(sys.modules.get(parent), "__path__", ())]
