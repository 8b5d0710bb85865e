"""What a step has been seen to do so far, by this process and by those it started."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from _thread import allocate_lock, get_ident
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from treadle.engine.messages import WorkerSetup
from treadle.engine.observe.ownership import Scope
from treadle.engine.store.atomic import scratch_file
from treadle.engine.store.files import FileDigests, said, standing
from treadle.engine.worker.imports import AfterImport

# What several processes of one step observe, in the order it happened.

_BLOCK = 1 << 16

Entry = list[str]


class Journal:
    """A file that the worker and the processes it starts append to, and all of them read."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._position = os.fstat(descriptor).st_size
        self._rest = b""
        self._lock = allocate_lock()  # threads read, too
        os.register_at_fork(after_in_child=self._unlock)

    def append(self, entry: Entry) -> None:
        os.write(self.descriptor, json.dumps(entry).encode("ascii") + b"\n")

    def news(self) -> list[Entry]:
        """What was added since the last time, one's own entries as well."""
        with self._lock:
            data = self._rest
            while block := os.pread(self.descriptor, _BLOCK, self._position):
                self._position += len(block)
                data += block
            *lines, self._rest = data.split(b"\n")
        return [json.loads(line) for line in lines]

    def skip(self) -> None:
        """Leave out what was added up to now."""
        self._position = os.fstat(self.descriptor).st_size
        self._rest = b""

    def _unlock(self) -> None:
        self._lock = allocate_lock()  # who held it is not in this process


LOST = "what it opens can't be followed"


class Seen:
    """Collects while it is `active`; each thing once, as it was when it was first met."""

    def __init__(self, scope: Scope, digests: FileDigests, journal: Journal | None = None) -> None:
        self.scope = scope
        self.digests = digests
        self.active = False
        self._journal = journal
        self._busy: set[int] = set()
        self.clear()

    def clear(self) -> None:
        self.reads: dict[str, str] = {}
        self.written: dict[str, bool] = {}  # whether something was there before
        self.created: tuple[str, ...] = ()  # "folder/", of those that were not there before
        self.listings: dict[str, str] = {}
        self.stats: dict[tuple[str, str], str] = {}  # a path, and what was asked about it
        self.variables: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.modules: dict[str, str] = {}  # loaded by other processes, with their files
        self.digests.forget_all()

    def start_over(self) -> None:
        """Forget all, here and in the other processes: what they do now, they do again."""
        self.clear()
        if self._journal is not None:
            self._journal.append(["step"])
            self._journal.skip()

    def note(self, record: Callable[..., object], *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        """Call `record`, unless nothing is observed now or this thread does so already."""
        thread = get_ident()
        if not self.active or thread in self._busy:
            return
        self._busy.add(thread)
        try:
            self.catch_up()
            record(*arguments, **named)
        except TimeoutError:  # of the chunk, raised by a signal
            raise
        except (OSError, ValueError, TypeError, AttributeError, LookupError):
            self.tell("unknown", LOST)
        finally:
            self._busy.discard(thread)

    @contextlib.contextmanager
    def unnoticed(self) -> Iterator[None]:
        """What this thread does meanwhile has been noted already."""
        thread = get_ident()
        if thread in self._busy:
            yield
            return
        self._busy.add(thread)
        try:
            yield
        finally:
            self._busy.discard(thread)

    def read(self, path: str) -> None:
        if path not in self.reads and not self.is_own(path):
            self.tell("read", path, self.digests.of(path))

    def write(self, path: str) -> None:
        """A file is about to be written, replaced or removed, or a folder made."""
        if path not in self.written:
            self.tell("written", path, "there" if os.path.lexists(path) else "")

    def listed(self, folder: str) -> None:
        if folder not in self.listings and not self.is_own(folder):
            self.tell("listing", folder, self.digests.listing(folder))

    def asked(self, path: str, how: str, found: os.stat_result | None = None) -> None:
        """Something about a path was asked for; `found` may be its status."""
        if (path, how) not in self.stats and not self.is_own(path):
            text = standing(path, how) if found is None else said(found, how, path)
            self.tell("stat", path, how, text)

    def is_own(self, path: str) -> bool:
        """Whether the step itself made what is at a path, or removed it."""
        return path in self.written or (bool(self.created) and path.startswith(self.created))

    def tell(self, *entry: str) -> None:
        """Add an entry here and in the journal: its kind, and what there is to say."""
        self._add([*entry])
        if self._journal is not None:
            self._journal.append([*entry])

    def share(self) -> Journal:
        """The journal for a process to be started, which is to know what happened so far."""
        if self._journal is None:
            journal = Journal(scratch_file("journal"))
            for path, there in self.written.items():
                journal.append(["written", path, "there" if there else ""])
            journal.skip()
            self._journal = journal
        return self._journal

    def catch_up(self) -> None:
        """Take over what other processes have told; one's own entries change nothing."""
        if self._journal is not None:
            for entry in self._journal.news():
                self._add(entry)

    def _add(self, entry: Entry) -> None:
        match entry:
            case "read", path, digest:
                if not self.is_own(path):
                    self.reads.setdefault(path, digest)
            case "written", path, there:
                if path not in self.written:
                    self.written[path] = bool(there)
                    if not there:
                        self.created = (*self.created, f"{path}/")
            case "listing", folder, digest:
                self.listings.setdefault(folder, digest)
            case "stat", path, how, text:
                self.stats.setdefault((path, how), text)
            case "variable", name:
                self.variables.setdefault(name)
            case "unknown", words:
                self.unknown.setdefault(words)
            case "module", name, file:
                self.modules.setdefault(name, file)
            case ["step"]:
                self.clear()


# Processes that the code starts with `multiprocessing` or joblib: they are observed as well.

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
        names = ("directory", "code_path", "blobs", "store", "libraries")
        self._setup = json.dumps({name: getattr(setup, name) for name in names})
        self._has_server = False

    def install(self, after_import: AfterImport) -> None:
        os.register_at_fork(before=self._before_fork)
        after_import.do("multiprocessing.util", self._follow_multiprocessing)
        after_import.do(f"{_JOBLIB}.backend.fork_exec", self._follow_joblib)

    def running(self) -> frozenset[int]:
        module = sys.modules.get("multiprocessing.process")
        children = list(getattr(module, "_children", ()))
        return frozenset(
            child.pid
            for child in children
            if child._popen.poll() is None and not type(child).__module__.startswith(_JOBLIB)
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
