"""Processes that the code starts with `multiprocessing` or joblib: they are observed as well."""

from __future__ import annotations

import json
import os
import sys
import threading
from types import ModuleType
from typing import Any

from treadle.engine.messages import WorkerSetup
from treadle.engine.observe.log import Log
from treadle.engine.worker.imports import AfterImport

# Threads that a step leaves running: what they do later belongs to no step.

_TQDM = "TMonitor"  # looks at the clock
_JOBLIB = "joblib.externals.loky"  # looks after a pool that is kept for the next use
_QUEUE = "QueueFeederThread"  # passes data on to a process


def running() -> frozenset[int]:
    """The threads there are now, without those that are known to do no work of their own."""
    threads: dict[int, Any] = threading._active  # type: ignore[attr-defined]
    if len(threads) < 2:
        return frozenset(threads)
    return frozenset(key for key, each in list(threads.items()) if not _is_known(each))


def _is_known(thread: threading.Thread) -> bool:
    kind = type(thread)
    known = kind.__name__ == _TQDM or kind.__module__.startswith(_JOBLIB)
    return known or thread.name == _QUEUE


# Processes that the code starts with `multiprocessing` or joblib: they are observed as well.

_SPAWNED = "--multiprocessing-fork"
_START = "from treadle.engine.observe.child import start; start({}, {!r}); "
_FORK_SERVER = "it starts processes from a fork server"
_JOBLIB_PROCESSES = "joblib.externals.loky"  # its pool is kept, idle, for the next use
_JOBLIB_CHILD = f"{_JOBLIB}.backend.popen_loky_posix"
_RUN = "import runpy; runpy.run_module({!r}, run_name='__main__', alter_sys=True)"

Command = tuple[list[str], list[int]]  # a program with its arguments, descriptors it gets


class Processes:
    """Gives each child process the journal; what can't have it is told as unknown."""

    def __init__(self, log: Log, setup: WorkerSetup) -> None:
        """The children are to observe as this process does."""
        self._log = log
        self._setup = json.dumps(
            {
                "directory": setup.directory,
                "code_path": setup.code_path,
                "figures": setup.figures,
                "store": setup.store,
            }
        )
        self._has_server = False

    def install(self, after_import: AfterImport) -> None:
        """Follow forks, and what is started afresh."""
        os.register_at_fork(before=self._before_fork)
        after_import.do("multiprocessing.util", self._follow_multiprocessing)
        after_import.do(f"{_JOBLIB}.backend.fork_exec", self._follow_joblib)

    def running(self) -> frozenset[int]:
        """The processes that are still there, but for joblib's."""
        module = sys.modules.get("multiprocessing.process")
        children = list(getattr(module, "_children", ()))
        return frozenset(
            child.pid
            for child in children
            if child._popen.poll() is None
            and not type(child).__module__.startswith(_JOBLIB_PROCESSES)
        )

    def in_the_dark(self) -> bool:
        """Whether there may be processes that can't be observed."""
        return self._has_server and bool(self.running())

    def _before_fork(self) -> None:
        if self._log.active:
            self._log.share()

    def _follow_multiprocessing(self, util: ModuleType) -> None:
        original = util.spawnv_passfds

        def spawnv_passfds(path: Any, args: Any, passfds: Any) -> Any:  # noqa: ANN401
            if self._log.active:
                args, passfds = self._observed([os.fsdecode(word) for word in args], [*passfds])
            return original(path, args, passfds)

        util.spawnv_passfds = spawnv_passfds  # type: ignore[attr-defined]

    def _follow_joblib(self, module: ModuleType) -> None:
        original = module.fork_exec

        def fork_exec(cmd: Any, keep_fds: Any, env: Any = None) -> Any:  # noqa: ANN401
            if self._log.active:
                cmd, keep_fds = self._observed_by_joblib([*cmd], [*keep_fds])
            return original(cmd, keep_fds, env=env)

        module.fork_exec = fork_exec  # type: ignore[attr-defined]

    def _observed(self, words: list[str], descriptors: list[int]) -> Command:
        """The command of a new process with what starts an observer in it."""
        if _SPAWNED in words and "-c" in words:
            program = words.index("-c") + 1
            start, descriptors = self._start(descriptors)
            words[program] = start + words[program]
        elif any("forkserver" in word for word in words):
            self._has_server = True
            self._log.note(self._log.tell, "unknown", _FORK_SERVER)
        return words, descriptors  # else Python's own helper, which tracks resources

    def _observed_by_joblib(self, words: list[str], descriptors: list[int]) -> Command:
        if words[1:3] == ["-m", _JOBLIB_CHILD]:
            start, descriptors = self._start(descriptors)
            words[1:3] = ["-c", start + _RUN.format(_JOBLIB_CHILD)]
        return words, descriptors

    def _start(self, descriptors: list[int]) -> tuple[str, list[int]]:
        """The code that starts an observer, and the descriptors with the journal's."""
        journal = self._log.share().descriptor
        return _START.format(journal, self._setup), [*descriptors, journal]
