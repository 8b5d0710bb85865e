"""What is asked about paths: `os.stat` and its like raise no event, so they are replaced."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from treadle.execution.worker.observing import frames
from treadle.execution.worker.observing.log import Log

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
_SILENT = frozenset({"linecache", "inspect", "tokenize", "tempfile", "importlib", "zipimport"})


def install(log: Log) -> None:
    """Replace `os.stat`, `os.lstat`, `os.access` and `os.readlink`."""
    for name, watched in (
        ("stat", _watched_stat(log)),
        ("lstat", _watched_lstat(log)),
        ("access", _watched_access(log)),
        ("readlink", _watched_readlink(log)),
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


def _watched_stat(log: Log) -> Callable[..., os.stat_result]:
    original = os.stat

    def stat(
        path: Path, *, dir_fd: int | None = None, follow_symlinks: bool = True
    ) -> os.stat_result:
        try:
            found = original(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
        except (OSError, ValueError):
            if log.active:
                log.note(_failed, log, path, dir_fd)
            raise
        if log.active and not isinstance(path, int):
            log.note(_asked, log, path, dir_fd, found, follow_symlinks)
        return found

    return stat


def _watched_lstat(log: Log) -> Callable[..., os.stat_result]:
    original = os.lstat

    def lstat(path: Path, *, dir_fd: int | None = None) -> os.stat_result:
        try:
            found = original(path, dir_fd=dir_fd)
        except (OSError, ValueError):
            if log.active:
                log.note(_failed, log, path, dir_fd)
            raise
        if log.active:
            log.note(_asked, log, path, dir_fd, found, False)
        return found

    return lstat


def _watched_access(log: Log) -> Callable[..., bool]:
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
            log.note(_accessed, log, path, dir_fd, mode)
        return original(
            path,
            mode,
            dir_fd=dir_fd,
            effective_ids=effective_ids,
            follow_symlinks=follow_symlinks,
        )

    return access


def _watched_readlink(log: Log) -> Callable[..., str]:
    original = os.readlink

    def readlink(path: Path, *, dir_fd: int | None = None) -> Any:  # noqa: ANN401
        if log.active:
            log.note(_linked, log, path, dir_fd)
        return original(path, dir_fd=dir_fd)

    return readlink


def _failed(log: Log, path: Path, folder: int | None) -> None:
    name = _name(log, path, folder)
    if name is not None and _how():
        log.asked(name, "kind")
        if os.path.islink(name):  # noqa: PTH114  (it leads nowhere)
            log.asked(name, "link")


def _asked(log: Log, path: Path, folder: int | None, found: os.stat_result, follow: bool) -> None:
    name = _name(log, path, folder)
    if name is None:
        return
    how = _how()
    if how == "link" and log.scope.is_above(name):
        return
    if how == "link" or (how == "kind" and not follow):
        log.asked(name, "link", found)
    elif how:
        log.asked(name, how, found if follow else None)
        if not follow:
            log.asked(name, "link", found)


def _accessed(log: Log, path: Path, folder: int | None, mode: int) -> None:
    name = _name(log, path, folder)
    if name is not None:
        log.asked(name, "kind" if mode == os.F_OK else f"access {mode}")


def _linked(log: Log, path: Path, folder: int | None) -> None:
    name = _name(log, path, folder)
    if name is not None:
        log.asked(name, "link")


def _name(log: Log, path: Path, folder: int | None) -> str | None:
    if folder is not None and not isinstance(path, int):
        base = os.path.realpath(f"/proc/self/fd/{folder}")
        path = os.path.join(base, os.fsdecode(path))  # noqa: PTH118
    return log.scope.path_of(path)


def _how() -> str:
    """What the caller of a stat wants to know, by which function of Python's library it is."""
    known = ""
    for caller in frames.outward(0):
        module = frames.module_of(caller)
        if known:  # to make folders, what is there already is welcome
            return "" if module == "os" and caller.f_code.co_name == "makedirs" else known
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
