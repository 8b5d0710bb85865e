"""Processes that the code starts, which are observed as well; threads that it leaves running."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from types import ModuleType
from typing import Any

from treadle.engine.after_import import AfterImport
from treadle.engine.messages import WorkerSetup
from treadle.engine.observe.seen import Seen

_SPAWNED = "--multiprocessing-fork"
_START = "from treadle.engine.observe.observer import observe_child as start; start({}, {!r}); "
_FORK_SERVER = "it starts processes from a fork server"
_JOBLIB = "joblib.externals.loky"  # its pool and what looks after it are kept for the next use
_JOBLIB_CHILD = f"{_JOBLIB}.backend.popen_loky_posix"
_RUN = "import runpy; runpy.run_module({!r}, run_name='__main__', alter_sys=True)"

Command = tuple[list[str], list[int]]  # a program with its arguments, descriptors it gets


class Processes:
    """Gives each child process the journal; what can't have it is told as unknown."""

    def __init__(self, seen: Seen, setup: WorkerSetup) -> None:
        self._seen = seen
        names = ("directory", "code_path", "blobs", "store", "libraries", "lent")
        self._setup = json.dumps({name: getattr(setup, name) for name in names})
        self._has_server = False

    def install(self, after_import: AfterImport) -> None:
        os.register_at_fork(before=self._before_fork)
        after_import.do("multiprocessing.util", self._follow_multiprocessing)
        after_import.do(f"{_JOBLIB}.backend.fork_exec", self._follow_joblib)

    def running(self) -> frozenset[int]:
        module = sys.modules.get("multiprocessing.process")
        children = list(getattr(module, "_children", ()))
        waiting = _waiting() if children else frozenset()
        return frozenset(
            child.pid
            for child in children
            if child._popen.poll() is None
            and not type(child).__module__.startswith(_JOBLIB)
            and child.pid not in waiting
        )

    def unobserved(self) -> bool:
        return self._has_server and bool(self.running())

    def _before_fork(self) -> None:
        if self._seen.active:
            self._seen.share()

    def _follow_multiprocessing(self, util: ModuleType) -> None:
        original = util.spawnv_passfds

        def spawnv_passfds(path: Any, args: Any, passfds: Any) -> Any:  # noqa: ANN401
            if self._seen.active:
                args, passfds = self._observed([os.fsdecode(word) for word in args], [*passfds])
            return original(path, args, passfds)

        util.spawnv_passfds = spawnv_passfds  # type: ignore[attr-defined]

    def _follow_joblib(self, module: ModuleType) -> None:
        original = module.fork_exec

        def fork_exec(cmd: Any, keep_fds: Any, env: Any = None) -> Any:  # noqa: ANN401
            if self._seen.active and [*cmd[1:3]] == ["-m", _JOBLIB_CHILD]:
                start, keep_fds = self._start([*keep_fds])
                cmd = [cmd[0], "-c", start + _RUN.format(_JOBLIB_CHILD), *cmd[3:]]
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
            self._seen.note(self._seen.tell, "unknown", _FORK_SERVER)
        return words, descriptors  # else Python's own helper, which tracks resources

    def _start(self, descriptors: list[int]) -> tuple[str, list[int]]:
        """The code that starts an observer, and the descriptors with the journal's."""
        journal = self._seen.share().descriptor
        return _START.format(journal, self._setup), [*descriptors, journal]


def _waiting() -> frozenset[int]:
    """The processes that a loader of torch's keeps for its next round, with nothing to do."""
    loaders: Any = sys.modules.get("torch.utils.data.dataloader")
    kind = getattr(loaders, "_MultiProcessingDataLoaderIter", None)
    rounds = [each for each in gc.get_objects() if type(each) is kind] if kind else []
    done = [each for each in rounds if not getattr(each, "_tasks_outstanding", 1)]
    return frozenset(process.pid for each in done for process in each._workers)


# Threads that a step leaves running: what they do later belongs to no step.

_TQDM = "TMonitor"  # looks at the clock
_QUEUE = "QueueFeederThread"  # passes data on to a process


def threads() -> frozenset[int]:
    """The threads there are now, without those that are known to do no work of their own."""
    found: dict[int, Any] = threading._active  # type: ignore[attr-defined]
    if len(found) < 2:
        return frozenset(found)
    return frozenset(key for key, each in list(found.items()) if not _is_known(each))


def _is_known(thread: threading.Thread) -> bool:
    kind = type(thread)
    known = kind.__name__ == _TQDM or kind.__module__.startswith(_JOBLIB)
    return known or thread.name == _QUEUE
