"""The environment the process was given, and the programs, processes and threads it starts."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from msgspec import Struct

from treadle.engine.messages import WorkerSetup
from treadle.engine.observe import modules
from treadle.engine.observe.log import Log
from treadle.engine.observe.modules import Imports
from treadle.engine.store.digest import ALL
from treadle.engine.worker.imports import AfterImport

# What libraries look at in passing. It counts where the project's own code asks for it.
_NOISE = frozenset(
    {"PATH", "HOME", "USER", "USERNAME", "LOGNAME", "SHELL", "PWD", "TMPDIR", "TEMP", "TMP"}
    | {"LANG", "LANGUAGE", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR"}
    | {"DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "JPY_PARENT_PID", "CI"}
    | {"TTY_COMPATIBLE", "TTY_INTERACTIVE"}
)
_NOISY = ("LC_", "PYTHON", "XDG_")
# On their way through these it is never the variable that the code is after.
_PASSING = frozenset(
    {"subprocess", "tempfile", "locale", "gettext", "joblib.externals.loky.backend.fork_exec"}
)
_FIXED = frozenset({"COLUMNS", "LINES"})  # the worker gets the same ones in every build

Variables = dict[bytes, bytes]


class Environment:
    """Tells a log which variables are read that the process itself has not set.

    `os.environ` raises no event, so its class is changed.
    """

    def __init__(self, log: Log, imports: Imports) -> None:
        """What is in the environment now is what the process was given."""
        self._log = log
        self._imports = imports
        self.given = environment().copy()
        self._swept: object = None  # the last name given to who goes through all

    def install(self) -> None:
        kind = type(os.environ)
        kind.__iter__ = self._sweeping(kind.__iter__)  # type: ignore[method-assign]
        for name in ("__getitem__", "__len__", "__repr__"):
            tell = self._read if name == "__getitem__" else self._all_read
            setattr(kind, name, self._telling(getattr(kind, name), tell))

    def is_given(self, name: str, values: Variables) -> bool:
        """Whether a variable is, among `values`, what it was when the process started."""
        key = os.fsencode(name)
        return values.get(key) == self.given.get(key)

    def _telling(
        self, original: Callable[..., Any], tell: Callable[..., None]
    ) -> Callable[..., Any]:
        log = self._log

        def watched(self_: Any, *key: Any) -> Any:  # noqa: ANN401
            if log.active and not (key and key[0] is self._swept):
                log.note(tell, *key)
            return original(self_, *key)

        watched.__name__ = original.__name__
        return watched

    def _sweeping(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """All names, and the value of each is likely to be asked for in between."""
        log = self._log

        def __iter__(self_: Any) -> Iterator[Any]:  # noqa: ANN401, N807
            if log.active:
                log.note(self._all_read)
            for name in original(self_):
                self._swept = name
                yield name
            self._swept = None

        return __iter__

    def _read(self, key: object) -> None:
        name = os.fsdecode(key)  # type: ignore[arg-type]
        if name in self._log.variables or not self.is_given(name, environment()):
            return
        if name in _FIXED or modules.passes(_PASSING):
            return
        noisy = name in _NOISE or name.startswith(_NOISY)
        if noisy and (self._imports.in_library() or not modules.asked_by_user()):
            return
        self._log.tell("variable", name)

    def _all_read(self) -> None:
        silent = ALL in self._log.variables or modules.passes(_PASSING)
        if not silent and not self._imports.in_library():
            self._log.tell("variable", ALL)


def environment() -> Variables:
    """The environment as Python keeps it, read without being noticed."""
    values: Variables = os.environ._data  # type: ignore[attr-defined]
    return values


# What leaves the sight of this process: other programs, and the network.

_NETWORK = "it uses the network"
# They ask a program about the machine, once, and nothing of it ends up in a result.
_SILENT = frozenset(
    {"platform", "ctypes.util", "uuid", "joblib.externals.loky.backend.context", "cpuinfo"}
)
_ABOUT_THE_MACHINE = frozenset({"lscpu", "uname", "ldconfig", "sysctl", "nvidia-smi", "fc-list"})
_OWN_CONNECTION = frozenset({"multiprocessing.connection"})


class Programs(Struct, frozen=True):
    """Tells a log what can't be observed, but not of what a library does while it is imported.

    What handles an event takes its arguments.
    """

    log: Log
    imports: Imports

    def handlers(self) -> dict[str, Callable[..., None]]:
        return {
            "subprocess.Popen": self.started,
            "os.system": self.shelled,
            "os.posix_spawn": self.spawned,
            "os.exec": self.spawned,
            "pty.spawn": lambda command: self.started(None, command),
            "socket.connect": self.connected,
            "socket.sendto": self.connected,
            "socket.getaddrinfo": self.looked_up,
            "socket.gethostbyname": self.looked_up,
            "urllib.Request": self.looked_up,
        }

    def started(self, program: object, arguments: object, *_: object) -> None:
        words = [arguments] if isinstance(arguments, str | bytes) else list(arguments)  # type: ignore[call-overload]
        texts = [os.fsdecode(word) for word in words]
        if len(texts) == 3 and texts[1] == "-c" and texts[0].endswith("/sh"):
            self.shelled(texts[2])
        else:
            self.spawned(program or texts[0])

    def shelled(self, command: object) -> None:
        words = os.fsdecode(command).split()  # type: ignore[arg-type]
        self.spawned(words[0] if words else "sh")

    def spawned(self, program: object, *_: object) -> None:
        name = os.path.basename(os.fsdecode(program))  # type: ignore[arg-type]  # noqa: PTH119
        if self.imports.in_library() or modules.passes(_SILENT):
            return
        if name in _ABOUT_THE_MACHINE and not modules.asked_by_user():
            return
        self.log.tell("unknown", f"it starts the program `{name}`")

    def connected(self, _socket: object, address: object, *_: object) -> None:
        """To a host, or to a process of this machine by a path."""
        if not isinstance(address, str | bytes):
            self.looked_up()
        elif not modules.passes(_OWN_CONNECTION):
            self.log.tell("unknown", "it talks to another process")

    def looked_up(self, *_: object) -> None:
        if not self.imports.in_library():
            self.log.tell("unknown", _NETWORK)


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

    def __init__(self, log: Log, setup: WorkerSetup) -> None:
        self._log = log
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
            if self._log.active and [*cmd[1:3]] == ["-m", _JOBLIB_CHILD]:
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
            self._log.note(self._log.tell, "unknown", _FORK_SERVER)
        return words, descriptors  # else Python's own helper, which tracks resources

    def _start(self, descriptors: list[int]) -> tuple[str, list[int]]:
        """The code that starts an observer, and the descriptors with the journal's."""
        journal = self._log.share().descriptor
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
