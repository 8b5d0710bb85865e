"""What Python raises audit events for: files, folders, imports, programs, the network."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from msgspec import Struct

from treadle.engine.observe import ownership
from treadle.engine.observe.loaded_modules import Imports
from treadle.engine.observe.ownership import folder_of
from treadle.engine.observe.seen import Seen

Handlers = dict[str, Callable[..., object]]


_FINDERS = frozenset({"importlib.metadata", "pkg_resources"})
_WALKERS = frozenset({"os", "glob", "pathlib", "pathlib._local", "shutil", "pathlib._os"})


class Files(Struct, frozen=True):
    """Tells about files. What handles an event takes its arguments."""

    seen: Seen
    imports: Imports
    folders: tuple[str, ...]  # the project's, in which modules are looked for before any other

    def handlers(self) -> Handlers:
        return {
            "open": self.opened,
            "os.chdir": self.entered,
            "os.listdir": self.listed,
            "os.scandir": self.scanned,
            "os.mkdir": self.folder_made,
            "os.remove": self.removed,
            "os.rmdir": self.removed,
            "os.rename": self.renamed,
            "os.link": self.linked,
            "os.symlink": self.symlinked,
            "os.truncate": self.truncated,
            "socket.bind": self.bound,
            "sqlite3.connect": self.connected,
            "ctypes.dlopen": self.library_loaded,
            "import": self.module_looked_for,
        }

    def opened(self, path: object, mode: str | None, flags: int, folder: int = -1) -> None:
        name = self.seen.scope.path_of(path, folder)
        if name is None or ownership.loads_code(ownership.caller()) or _for_linecache():
            if name is not None:
                self.seen.expect(name)
            return  # `SourceLookups` tells when it is looked at
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        if not writes and not (mode and set(mode) & set("wax+")):
            self.seen.read(name)
        elif flags & os.O_CREAT and flags & os.O_EXCL:
            self._made(name)
            self.seen.expect(name)
        elif os.path.isdir(name):  # noqa: PTH112  (a nameless file in it)
            self.seen.expect(name)
        else:
            if not flags & os.O_TRUNC:  # what stays of it
                self.seen.read(name)
            self.seen.write(name)
            self.seen.expect(name)

    def listed(self, path: object) -> str | None:
        caller = ownership.caller()
        # What is found in a folder that is searched for what can be imported, is seen.
        finder = ownership.module_of(caller)
        searches = ownership.imports(caller) or finder in _FINDERS
        if finder == "pkgutil":  # unless it tells the user's code what modules there are
            searches = not ownership.asked_by_user()
        if isinstance(path, int):
            path = folder_of(path)
        folder = self.seen.scope.path_of("." if path is None else path)
        if folder is None:
            return None
        if searches or self.imports.in_library():
            self.seen.expect(folder)
            return None
        self.seen.listed(folder)
        return folder

    def scanned(self, path: object) -> None:
        """The entries of a folder tell size and times too, without being asked again."""
        folder = self.listed(path)
        if folder is None or ownership.module_of(ownership.caller()) in _WALKERS:
            return
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208
        except OSError:
            return
        for name in names:
            self.seen.asked(f"{folder}/{name}", "all")

    def entered(self, path: object) -> None:
        """What a library names from there is in sight."""
        name = self.seen.scope.path_of(path)
        if name is not None and self.seen.outside is not None:
            self.seen.outside.enter(name)

    def folder_made(self, path: object, _mode: int = 0, folder: int = -1) -> None:
        """What was there before counts, but not if either is welcome."""
        name = self.seen.scope.path_of(path, folder)
        if name is None or self.imports.in_library():  # a place for what it can make anew
            return
        if os.path.lexists(name):
            self.seen.asked(name, "kind")
        elif _exists_is_fine(ownership.caller()):
            self.seen.write(name)
        else:
            self._made(name)

    def removed(self, path: object, folder: int = -1) -> None:
        name = self.seen.scope.path_of(path, folder)
        if name is not None:
            self.seen.asked(name, "link")
            if os.path.lexists(name):
                self.seen.write(name)

    def renamed(self, old: object, new: object, source: int = -1, target: int = -1) -> None:
        """A file, or a folder with all that is in it."""
        before = self.seen.scope.path_of(old, source)
        after = self.seen.scope.path_of(new, target)
        for name in ("", *_below(before or os.fsdecode(old))):  # type: ignore[arg-type]
            if before is not None:
                self.seen.read(before + name)
                self.seen.write(before + name)
            if after is not None:
                self.seen.write(after + name)
                self.seen.expect(after + name)

    def linked(self, old: object, new: object, source: int = -1, target: int = -1) -> None:
        self._read(old, source)
        self.symlinked(old, new, target)

    def symlinked(self, _old: object, new: object, target: int = -1) -> None:
        name = self.seen.scope.path_of(new, target)
        if name is not None:
            self._made(name)

    def truncated(self, path: object, *_: object) -> None:
        self._read(path)
        self._write(path)

    def bound(self, _socket: object, address: object) -> None:
        """A socket among the files is made by that."""
        if isinstance(address, str | bytes):
            self._write(address)

    def connected(self, database: object) -> None:
        """It is read, and may be written; a URI says so with a prefix."""
        text = os.fsdecode(database)  # type: ignore[arg-type]
        if text.startswith("file:"):
            from urllib.parse import unquote

            text = unquote(text[5:].split("?", 1)[0])
        if text not in ("", ":memory:"):
            self.truncated(text)
            self.truncated(f"{text}-wal")

    def library_loaded(self, name: object) -> None:
        """Only what is named by a path is no library of the system."""
        if isinstance(name, str) and "/" in name:
            self._read(name)

    def module_looked_for(self, name: str, *_: object) -> None:
        """A module that is not loaded yet: a new file of the project's may come first.

        What is found is known as loaded.
        """
        if self.imports.in_library() or not ownership.asked_by_user():
            return
        parent, _dot, last = name.rpartition(".")
        package = sys.modules.get(parent)
        for folder in getattr(package, "__path__", ()) if parent else self.folders:
            for place in (f"{folder}/{last}", f"{folder}/{last}.py"):
                path = self.seen.scope.path_of(place)
                if path is not None:
                    self.seen.asked(path, "kind")

    def _read(self, path: object, folder: int = -1) -> None:
        name = self.seen.scope.path_of(path, folder)
        if name is not None:
            self.seen.read(name)

    def _write(self, path: object) -> None:
        name = self.seen.scope.path_of(path)
        if name is not None:
            self.seen.write(name)

    def _made(self, name: str) -> None:
        """Something is made that must not be there; tempfile tries another name then."""
        if ownership.module_of(ownership.caller()) != "tempfile":
            self.seen.asked(name, "link")
        if not os.path.lexists(name):
            self.seen.write(name)


def _for_linecache() -> bool:
    """Whether a file is opened for Python's memory of source lines."""
    frames = ownership.outward()
    tokenize = ownership.module_of(next(frames)) == "tokenize"
    return tokenize and ownership.module_of(next(frames)) == "linecache"


def _exists_is_fine(caller: FrameType) -> bool:
    """Whether a folder is made by `os.makedirs` or `Path.mkdir` with `exist_ok`."""
    if caller.f_code.co_name not in ("makedirs", "mkdir"):
        return False
    return ownership.module_of(caller) in _WALKERS and bool(caller.f_locals.get("exist_ok"))


def _below(path: str) -> list[str]:
    """The files and folders in a folder, at any depth, named from it: "/a", "/a/b"."""
    found = []
    for folder, folders, files in os.walk(path):
        found += [f"{folder[len(path) :]}/{name}" for name in (*folders, *files)]
    return found


# What leaves the sight of this process: other programs, and the network.

# They ask a program about the machine, once, and nothing of it ends up in a result.
_SILENT = frozenset(
    {"platform", "ctypes.util", "uuid", "joblib.externals.loky.backend.context", "cpuinfo"}
)
_ABOUT_THE_MACHINE = frozenset({"lscpu", "uname", "ldconfig", "sysctl", "nvidia-smi", "fc-list"})
_OWN_CONNECTION = frozenset({"multiprocessing.connection"})


class ProgramEvents(Struct, frozen=True):
    """Tells what can't be observed, but not of what a library does while it is imported."""

    seen: Seen
    imports: Imports

    def handlers(self) -> Handlers:
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
        if self.imports.in_library() or ownership.passes(_SILENT):
            return
        if name in _ABOUT_THE_MACHINE and not ownership.asked_by_user():
            return
        self.seen.tell("unknown", f"it starts the program `{name}`")

    def connected(self, _socket: object, address: object, *_: object) -> None:
        """To a host, or to a process of this machine by a path."""
        if not isinstance(address, str | bytes):
            self.looked_up()
        elif not ownership.passes(_OWN_CONNECTION):
            self.seen.tell("unknown", "it talks to another process")

    def looked_up(self, *_: object) -> None:
        if not self.imports.in_library():
            self.seen.tell("unknown", "it uses the network")


def install(seen: Seen, imports: Imports, folders: tuple[str, ...]) -> None:
    """Handle audit events from now on; there is no way to take a hook away."""
    handlers = Files(seen, imports, folders).handlers() | ProgramEvents(seen, imports).handlers()
    os.open = _watched_open(seen, os.open, handlers["open"])
    os.supports_dir_fd.add(os.open)
    find = handlers.get

    def audit(event: str, arguments: tuple[Any, ...]) -> None:  # most events are none of these
        handler = find(event)
        if handler is not None and seen.active:
            seen.note(handler, *arguments)

    sys.addaudithook(audit)


def _watched_open(
    seen: Seen, original: Callable[..., int], opened: Callable[..., object]
) -> Callable[..., int]:
    """`os.open`, whose event does not tell the folder that a path is relative to."""

    def open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:  # noqa: ANN401
        if dir_fd is None or not seen.active:
            return original(path, flags, mode, dir_fd=dir_fd)
        seen.note(opened, path, None, flags, dir_fd)
        with seen.unnoticed():
            return original(path, flags, mode, dir_fd=dir_fd)

    open.__module__, open.__qualname__, open.__doc__ = "os", "open", original.__doc__
    return open
