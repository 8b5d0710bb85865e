"""Files and folders, by the events that Python raises before it touches them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from treadle.engine.observe import scope as frames
from treadle.engine.observe.imports import Imports
from treadle.engine.observe.log import Log

Handlers = dict[str, Callable[..., None]]

_FINDERS = frozenset({"importlib.metadata", "pkgutil", "pkg_resources"})
_WALKERS = frozenset({"os", "glob", "pathlib", "pathlib._local", "shutil", "pathlib._os"})


def handlers(log: Log, imports: Imports) -> Handlers:
    """What to do at each event, with its arguments."""
    files = Files(log, imports)
    return {
        "open": files.opened,
        "os.listdir": files.listed,
        "os.scandir": files.scanned,
        "os.mkdir": files.folder_made,
        "os.remove": files.removed,
        "os.rmdir": files.removed,
        "os.rename": files.renamed,
        "os.link": files.linked,
        "os.symlink": files.symlinked,
        "os.truncate": files.truncated,
        "socket.bind": files.bound,
        "sqlite3.connect": files.connected,
        "ctypes.dlopen": files.library_loaded,
    }


class Files:
    """Tells a log about files. All methods take the arguments of their event."""

    def __init__(self, log: Log, imports: Imports) -> None:
        """Tell `log`."""
        self._log = log
        self._imports = imports

    def opened(self, path: object, mode: str | None, flags: int, *_: object) -> None:
        """`open`: for reading, for writing or both."""
        name = self._log.scope.path_of(path)
        if name is None or frames.loads_code(_caller()) or _for_linecache():
            return  # `Sources` tells when it is looked at
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        if not writes and not (mode and set(mode) & set("wax+")):
            self._log.read(name)
        elif flags & os.O_CREAT and flags & os.O_EXCL:
            self._made(name)
        elif os.path.isdir(name):  # noqa: PTH112  (a nameless file in it)
            return
        else:
            if not flags & os.O_TRUNC:  # what stays of it
                self._log.read(name)
            self._log.write(name)

    def listed(self, path: object) -> None:
        """`os.listdir`."""
        if not self._looks_for_modules(_caller()):
            self._list(path)

    def scanned(self, path: object) -> None:
        """`os.scandir`: its entries tell size and times too, without being asked again."""
        if self._looks_for_modules(_caller()):
            return
        folder = self._list(path)
        if folder is None or frames.module_of(_caller()) in _WALKERS:
            return
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208
        except OSError:
            return
        for name in names:
            self._log.asked(f"{folder}/{name}", "all")

    def folder_made(self, path: object, _mode: int = 0, folder: int = -1) -> None:
        """`os.mkdir`: what was there before counts, but not if either is welcome."""
        name = self._path(path, folder)
        if name is None or self._imports.in_library():  # a place for what it can make anew
            return
        if os.path.lexists(name):
            self._log.asked(name, "kind")
        elif _exists_is_fine(_caller()):
            self._log.write(name)
        else:
            self._made(name)

    def removed(self, path: object, folder: int = -1) -> None:
        """`os.remove`, `os.unlink`, `os.rmdir`."""
        name = self._path(path, folder)
        if name is not None:
            self._log.asked(name, "link")
            if os.path.lexists(name):
                self._log.write(name)

    def renamed(self, old: object, new: object, source: int = -1, target: int = -1) -> None:
        """`os.rename`, `os.replace`: a file, or a folder with all that is in it."""
        before, after = self._path(old, source), self._path(new, target)
        if before is not None:
            self._log.read(before)
            self._log.write(before)
        for name in _below(before or os.fsdecode(old)):  # type: ignore[arg-type]
            if before is not None:
                self._log.read(before + name)
                self._log.write(before + name)
            if after is not None:
                self._log.write(after + name)
        if after is not None:
            self._log.write(after)

    def linked(self, old: object, new: object, source: int = -1, target: int = -1) -> None:
        """`os.link`."""
        before, after = self._path(old, source), self._path(new, target)
        if before is not None:
            self._log.read(before)
        if after is not None:
            self._made(after)

    def symlinked(self, _old: object, new: object, target: int = -1) -> None:
        """`os.symlink`."""
        name = self._path(new, target)
        if name is not None:
            self._made(name)

    def truncated(self, path: object, *_: object) -> None:
        """`os.truncate`."""
        self._change(path)

    def bound(self, _socket: object, address: object) -> None:
        """`socket.bind`: a socket among the files is made by that."""
        if isinstance(address, str | bytes):
            name = self._log.scope.path_of(address)
            if name is not None:
                self._log.write(name)

    def connected(self, database: object) -> None:
        """`sqlite3.connect`: reads it, and may write it; a URI says so with a prefix."""
        text = os.fsdecode(database)  # type: ignore[arg-type]
        if text.startswith("file:"):
            from urllib.parse import unquote

            text = unquote(text[5:].split("?", 1)[0])
        if text not in ("", ":memory:"):
            self._change(text)
            self._change(f"{text}-wal")

    def library_loaded(self, name: object) -> None:
        """`ctypes.CDLL`: only what is named by a path is no library of the system."""
        if isinstance(name, str) and "/" in name:
            path = self._log.scope.path_of(name)
            if path is not None:
                self._log.read(path)

    def _looks_for_modules(self, caller: FrameType) -> bool:
        """Whether a folder is searched for what can be imported; what is found, is seen."""
        machinery = caller.f_code.co_filename.startswith("<frozen importlib")
        return machinery or frames.module_of(caller) in _FINDERS or self._imports.in_library()

    def _change(self, path: object) -> None:
        name = self._log.scope.path_of(path)
        if name is not None:
            self._log.read(name)
            self._log.write(name)

    def _made(self, name: str) -> None:
        """Something is made that must not be there; tempfile tries another name then."""
        if frames.module_of(_caller()) != "tempfile":
            self._log.asked(name, "link")
        if not os.path.lexists(name):
            self._log.write(name)

    def _list(self, path: object) -> str | None:
        if isinstance(path, int):
            path = f"/proc/self/fd/{path}"
            path = os.path.realpath(path)
        folder = self._log.scope.path_of("." if path is None else path)
        if folder is not None:
            self._log.listed(folder)
        return folder

    def _path(self, path: object, folder: int) -> str | None:
        if folder >= 0 and not isinstance(path, int):
            base = os.path.realpath(f"/proc/self/fd/{folder}")
            path = os.path.join(base, os.fsdecode(path))  # type: ignore[arg-type]  # noqa: PTH118
        return self._log.scope.path_of(path)


def _caller() -> FrameType:
    """The frame that raised the event: the first one not of this package."""
    return next(frames.outward(1))


def _for_linecache() -> bool:
    """Whether a file is opened for Python's memory of source lines."""
    callers = frames.outward(1)
    if frames.module_of(next(callers)) != "tokenize":
        return False
    return frames.module_of(next(callers)) == "linecache"


def _exists_is_fine(caller: FrameType) -> bool:
    """Whether a folder is made by `os.makedirs` or `Path.mkdir` with `exist_ok`."""
    if caller.f_code.co_name not in ("makedirs", "mkdir"):
        return False
    return frames.module_of(caller) in _WALKERS and bool(caller.f_locals.get("exist_ok"))


def _below(path: str) -> list[str]:
    """The files and folders in a folder, at any depth, named from it: "/a", "/a/b"."""
    found = []
    for folder, folders, files in os.walk(path):
        found += [f"{folder[len(path) :]}/{name}" for name in (*folders, *files)]
    return found


def hook(log: Log, known: Handlers) -> Callable[[str, tuple[Any, ...]], None]:
    """The audit hook: it sees all events of the process and must be quick to pass most."""
    find = known.get

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        handler = find(event)
        if handler is not None and log.active:
            log.note(handler, *arguments)

    return audit


def install(log: Log, known: Handlers) -> None:
    """From now on; there is no way to take a hook away."""
    os.open = _watched_open(log, os.open, known["open"])
    os.supports_dir_fd.add(os.open)
    sys.addaudithook(hook(log, known))


def _watched_open(
    log: Log, original: Callable[..., int], opened: Callable[..., None]
) -> Callable[..., int]:
    """`os.open`, whose event does not tell the folder that a path is relative to."""

    def open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:  # noqa: ANN401
        if dir_fd is None or not log.active:
            return original(path, flags, mode, dir_fd=dir_fd)
        base = os.path.realpath(f"/proc/self/fd/{dir_fd}")
        log.note(opened, os.path.join(base, os.fsdecode(path)), None, flags)  # noqa: PTH118
        with log.unnoticed():
            return original(path, flags, mode, dir_fd=dir_fd)

    open.__module__, open.__qualname__, open.__doc__ = "os", "open", original.__doc__
    return open
