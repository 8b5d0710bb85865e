"""Files and folders, by the audit events that Python raises before it touches them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from msgspec import Struct

from treadle.engine.observe import modules
from treadle.engine.observe.log import Log, folder_of
from treadle.engine.observe.modules import Imports

Handlers = dict[str, Callable[..., object]]

_FINDERS = frozenset({"importlib.metadata", "pkgutil", "pkg_resources"})
_WALKERS = frozenset({"os", "glob", "pathlib", "pathlib._local", "shutil", "pathlib._os"})


class Files(Struct, frozen=True):
    """Tells a log about files. What handles an event takes its arguments."""

    log: Log
    imports: Imports

    def handlers(self) -> Handlers:
        return {
            "open": self.opened,
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
        }

    def opened(self, path: object, mode: str | None, flags: int, folder: int = -1) -> None:
        name = self.log.scope.path_of(path, folder)
        if name is None or modules.loads_code(modules.caller()) or _for_linecache():
            return  # `Sources` tells when it is looked at
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        if not writes and not (mode and set(mode) & set("wax+")):
            self.log.read(name)
        elif flags & os.O_CREAT and flags & os.O_EXCL:
            self._made(name)
        elif os.path.isdir(name):  # noqa: PTH112  (a nameless file in it)
            return
        else:
            if not flags & os.O_TRUNC:  # what stays of it
                self.log.read(name)
            self.log.write(name)

    def listed(self, path: object) -> str | None:
        caller = modules.caller()
        # What is found in a folder that is searched for what can be imported, is seen.
        searches = modules.imports(caller) or modules.module_of(caller) in _FINDERS
        if searches or self.imports.in_library():
            return None
        if isinstance(path, int):
            path = folder_of(path)
        folder = self.log.scope.path_of("." if path is None else path)
        if folder is not None:
            self.log.listed(folder)
        return folder

    def scanned(self, path: object) -> None:
        """The entries of a folder tell size and times too, without being asked again."""
        folder = self.listed(path)
        if folder is None or modules.module_of(modules.caller()) in _WALKERS:
            return
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208
        except OSError:
            return
        for name in names:
            self.log.asked(f"{folder}/{name}", "all")

    def folder_made(self, path: object, _mode: int = 0, folder: int = -1) -> None:
        """What was there before counts, but not if either is welcome."""
        name = self.log.scope.path_of(path, folder)
        if name is None or self.imports.in_library():  # a place for what it can make anew
            return
        if os.path.lexists(name):
            self.log.asked(name, "kind")
        elif _exists_is_fine(modules.caller()):
            self.log.write(name)
        else:
            self._made(name)

    def removed(self, path: object, folder: int = -1) -> None:
        name = self.log.scope.path_of(path, folder)
        if name is not None:
            self.log.asked(name, "link")
            if os.path.lexists(name):
                self.log.write(name)

    def renamed(self, old: object, new: object, source: int = -1, target: int = -1) -> None:
        """A file, or a folder with all that is in it."""
        before = self.log.scope.path_of(old, source)
        after = self.log.scope.path_of(new, target)
        for name in ("", *_below(before or os.fsdecode(old))):  # type: ignore[arg-type]
            if before is not None:
                self.log.read(before + name)
                self.log.write(before + name)
            if after is not None:
                self.log.write(after + name)

    def linked(self, old: object, new: object, source: int = -1, target: int = -1) -> None:
        self._read(old, source)
        self.symlinked(old, new, target)

    def symlinked(self, _old: object, new: object, target: int = -1) -> None:
        name = self.log.scope.path_of(new, target)
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

    def _read(self, path: object, folder: int = -1) -> None:
        name = self.log.scope.path_of(path, folder)
        if name is not None:
            self.log.read(name)

    def _write(self, path: object) -> None:
        name = self.log.scope.path_of(path)
        if name is not None:
            self.log.write(name)

    def _made(self, name: str) -> None:
        """Something is made that must not be there; tempfile tries another name then."""
        if modules.module_of(modules.caller()) != "tempfile":
            self.log.asked(name, "link")
        if not os.path.lexists(name):
            self.log.write(name)


def _for_linecache() -> bool:
    """Whether a file is opened for Python's memory of source lines."""
    frames = modules.outward()
    tokenize = modules.module_of(next(frames)) == "tokenize"
    return tokenize and modules.module_of(next(frames)) == "linecache"


def _exists_is_fine(caller: FrameType) -> bool:
    """Whether a folder is made by `os.makedirs` or `Path.mkdir` with `exist_ok`."""
    if caller.f_code.co_name not in ("makedirs", "mkdir"):
        return False
    return modules.module_of(caller) in _WALKERS and bool(caller.f_locals.get("exist_ok"))


def _below(path: str) -> list[str]:
    """The files and folders in a folder, at any depth, named from it: "/a", "/a/b"."""
    found = []
    for folder, folders, files in os.walk(path):
        found += [f"{folder[len(path) :]}/{name}" for name in (*folders, *files)]
    return found


def install(log: Log, handlers: Handlers) -> None:
    """Handle audit events from now on; there is no way to take a hook away."""
    os.open = _watched_open(log, os.open, handlers["open"])
    os.supports_dir_fd.add(os.open)
    find = handlers.get

    def audit(event: str, arguments: tuple[Any, ...]) -> None:  # most events are none of these
        handler = find(event)
        if handler is not None and log.active:
            log.note(handler, *arguments)

    sys.addaudithook(audit)


def _watched_open(
    log: Log, original: Callable[..., int], opened: Callable[..., object]
) -> Callable[..., int]:
    """`os.open`, whose event does not tell the folder that a path is relative to."""

    def open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:  # noqa: ANN401
        if dir_fd is None or not log.active:
            return original(path, flags, mode, dir_fd=dir_fd)
        log.note(opened, path, None, flags, dir_fd)
        with log.unnoticed():
            return original(path, flags, mode, dir_fd=dir_fd)

    open.__module__, open.__qualname__, open.__doc__ = "os", "open", original.__doc__
    return open
