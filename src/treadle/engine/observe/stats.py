"""What is asked about paths: `os.stat` and its like raise no event, so they are replaced."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from treadle.engine.observe import scope as frames
from treadle.engine.observe.imports import Imports
from treadle.engine.observe.log import Log

Path = Any  # whatever the functions of `os` take

# What asks for no more than the kind, or the size, by the functions' names.
_KIND = frozenset(
    {"exists", "isfile", "isdir", "lexists", "ismount", "samefile"}
    | {"is_file", "is_dir", "is_mount", "is_fifo", "is_socket"}
    | {"is_block_device", "is_char_device"}
    | {"copyfile", "copymode", "copystat", "copy", "copy2", "copytree", "move", "rmtree"}
    | {"_samefile", "_islink", "_rmtree_islink", "_isdir"}
)
_LINK = frozenset({"islink", "is_symlink", "_joinrealpath", "realpath", "readlink"})
_ASKERS = frozenset(
    {"genericpath", "posixpath", "pathlib", "pathlib._local", "pathlib._abc", "shutil", "os"}
)
# They look whether a source they know has changed; what they then read is seen.
_SETTINGS = ("/matplotlibrc",)  # what libraries look for when they are imported
_SILENT = frozenset(
    {"linecache", "inspect", "tokenize", "tempfile", "importlib", "zipimport"}
    | {"importlib.metadata", "pkgutil"}
)


def install(log: Log, imports: Imports) -> None:
    """Replace `os.stat`, `os.lstat`, `os.access` and `os.readlink`."""
    asked = Asked(log, imports)
    for name, watched in (
        ("stat", _watched_stat(log, asked)),
        ("lstat", _watched_lstat(log, asked)),
        ("access", _watched_access(log, asked)),
        ("readlink", _watched_readlink(log, asked)),
    ):
        original = getattr(os, name)
        watched.__name__ = watched.__qualname__ = name
        watched.__module__ = "os"
        watched.__doc__ = original.__doc__
        for supported in (
            os.supports_dir_fd,
            os.supports_fd,
            os.supports_follow_symlinks,
            os.supports_effective_ids,
        ):
            if original in supported:
                supported.add(watched)
        setattr(os, name, watched)


def _watched_stat(log: Log, asked: Asked) -> Callable[..., os.stat_result]:
    original = os.stat

    def stat(
        path: Path, *, dir_fd: int | None = None, follow_symlinks: bool = True
    ) -> os.stat_result:
        try:
            found = original(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
        except (OSError, ValueError):
            if log.active:
                log.note(asked.in_vain, path, dir_fd)
            raise
        if log.active and not isinstance(path, int):
            log.note(asked.status, path, dir_fd, found, follow_symlinks)
        return found

    return stat


def _watched_lstat(log: Log, asked: Asked) -> Callable[..., os.stat_result]:
    original = os.lstat

    def lstat(path: Path, *, dir_fd: int | None = None) -> os.stat_result:
        try:
            found = original(path, dir_fd=dir_fd)
        except (OSError, ValueError):
            if log.active:
                log.note(asked.in_vain, path, dir_fd)
            raise
        if log.active and not asked.in_library():  # which resolves thousands of paths
            log.note(asked.status, path, dir_fd, found, False)
        return found

    return lstat


def _watched_access(log: Log, asked: Asked) -> Callable[..., bool]:
    original = os.access

    def access(
        path: Path,
        mode: int,
        *,
        dir_fd: int | None = None,
        effective_ids: bool = False,
        follow_symlinks: bool = True,
    ) -> bool:
        if log.active:
            log.note(asked.permission, path, dir_fd, mode)
        return original(
            path,
            mode,
            dir_fd=dir_fd,
            effective_ids=effective_ids,
            follow_symlinks=follow_symlinks,
        )

    return access


def _watched_readlink(log: Log, asked: Asked) -> Callable[..., str]:
    original = os.readlink

    def readlink(path: Path, *, dir_fd: int | None = None) -> Any:  # noqa: ANN401
        if log.active:
            log.note(asked.link, path, dir_fd)
        return original(path, dir_fd=dir_fd)

    return readlink


class Asked:
    """Tells a log what was asked, as far as it can matter to who asked."""

    def __init__(self, log: Log, imports: Imports) -> None:
        """Tell `log`."""
        self._log = log
        self._imports = imports
        self.in_library = imports.in_library

    def status(
        self, path: Path, folder: int | None, found: os.stat_result, follow: bool = True
    ) -> None:
        """A status was given: what of it is wanted depends on the caller."""
        name = self._name(path, folder)
        how = _how() if name is not None else ""
        if name is None or not how:
            return
        if how == "link" or (how == "kind" and not follow):
            self._tell(name, "link", found)
        elif follow:
            self._tell(name, how, found)
        else:
            self._tell(name, how)
            self._tell(name, "link", found)

    def in_vain(self, path: Path, folder: int | None) -> None:
        """Nothing was found."""
        name = self._name(path, folder)
        if name is not None and _how():
            self._tell(name, "kind")
            if os.path.islink(name):  # noqa: PTH114  (it leads nowhere)
                self._tell(name, "link")

    def permission(self, path: Path, folder: int | None, mode: int) -> None:
        """`os.access`."""
        name = self._name(path, folder)
        if name is not None:
            self._tell(name, "kind" if mode == os.F_OK else f"access {mode}")

    def link(self, path: Path, folder: int | None) -> None:
        """`os.readlink`."""
        name = self._name(path, folder)
        if name is not None:
            self._tell(name, "link")

    def _tell(self, name: str, how: str, found: os.stat_result | None = None) -> None:
        if how == "link" and (self._log.scope.is_above(name) or not frames.asked_by_user(1)):
            return  # a library that resolves a path, in passing
        if self.in_library():
            if not (self._log.scope.is_documents(name) or name.endswith(_SETTINGS)):
                return  # where it keeps what it can make anew
            how, found = "kind", None
        self._log.asked(name, how, found)

    def _name(self, path: Path, folder: int | None) -> str | None:
        if folder is not None and not isinstance(path, int):
            base = os.path.realpath(f"/proc/self/fd/{folder}")
            path = os.path.join(base, os.fsdecode(path))  # noqa: PTH118
        return self._log.scope.path_of(path)


def _how() -> str:
    """What the caller of a stat wants to know, by which function of Python's library it is."""
    known = ""
    for caller in frames.outward(0):
        module = frames.module_of(caller)
        if known:  # to make folders, what is there already is welcome
            makes_folders = module == "os" and caller.f_code.co_name == "makedirs"
            return "" if makes_folders or module in _SILENT else known
        if module in _SILENT or caller.f_code.co_filename.startswith("<frozen importlib"):
            return ""
        name = caller.f_code.co_name
        if module not in _ASKERS:
            return "all"
        if name in _KIND:
            known = "kind"
        elif name in _LINK:
            return "link"
        elif name == "getsize":
            return "size"
        elif name not in ("stat", "lstat"):  # pathlib's own, on behalf of what calls it
            return "all"
    return known or "all"
