"""Processes that the code starts with `multiprocessing`: they are observed as well."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from treadle.execution.task import WorkerSetup
from treadle.execution.worker.imports import AfterImport
from treadle.execution.worker.observing.log import Log

_SPAWNED = "--multiprocessing-fork"
_START = "from treadle.execution.worker.observing.child import start; start({}, {!r}); "


class Processes:
    """Gives each child process the journal; what can't have it is told as unknown."""

    def __init__(self, log: Log, setup: WorkerSetup) -> None:
        """The children are to observe as this process does."""
        self._log = log
        fields = ("directory", "code_path", "figures", "store")
        self._setup = json.dumps(
            {
                field.name: getattr(setup, field.name)
                for field in dataclasses.fields(setup)
                if field.name in fields
            }
        )

    def install(self, after_import: AfterImport) -> None:
        """Follow forks, and what `multiprocessing` starts afresh."""
        os.register_at_fork(before=self._before_fork)
        after_import.do("multiprocessing.util", self._follow)

    def leftover(self) -> bool:
        """Whether a process that `multiprocessing` started is still there."""
        module = sys.modules.get("multiprocessing.process")
        children = getattr(module, "_children", ())
        return any(child._popen.poll() is None for child in list(children))

    def _before_fork(self) -> None:
        if self._log.active:
            self._log.share()

    def _follow(self, util: ModuleType) -> None:
        original = util.spawnv_passfds

        def spawnv_passfds(
            path: Any,  # noqa: ANN401
            args: Sequence[Any],
            passfds: Sequence[int],
        ) -> int:
            if self._log.active:
                args, passfds = self._observed(list(args), list(passfds))
            pid: int = original(path, args, passfds)
            return pid

        util.spawnv_passfds = spawnv_passfds  # type: ignore[attr-defined]

    def _observed(self, args: list[Any], passfds: list[int]) -> tuple[list[Any], list[int]]:
        """The command of a new process with what starts an observer in it."""
        program = args.index("-c") + 1 if "-c" in args else 0
        if _SPAWNED not in args or not program:
            if any("forkserver" in os.fsdecode(word) for word in args):
                self._log.note(self._log.tell, "unknown", "it starts processes from a fork server")
            return args, passfds
        journal = self._log.share()
        start = _START.format(journal.descriptor, self._setup)
        args[program] = start + os.fsdecode(args[program])
        return args, [*passfds, journal.descriptor]
