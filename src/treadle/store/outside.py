"""What lies outside the program, as texts to compare: files, folders, variables.

The worker takes these texts when it observes a step, the command when it asks whether what
was observed still holds: the same functions on both sides.
"""

from __future__ import annotations

import os
import stat as modes
import time
from collections.abc import Mapping

from blake3 import blake3

from treadle.store.digest import PARALLEL, combined, digest

Stamp = tuple[int, int, int, int, int]  # device, inode, size, modified, changed (ns)

FOLDER = "folder"  # what stands for the contents of what is no regular file
OTHER = "other"

_BLOCK = 1 << 24
_SETTLED = 2 * 10**9  # ns; a file changed later than that before it was read may change unseen


class Contents:
    """Digests of files, each read once while it is unchanged.

    A file is known by its stamp; the time of its last change in it can't be set by programs.
    """

    def __init__(self, known: Mapping[str, tuple[Stamp, str]] | None = None) -> None:
        """`known` is what `Contents.known` was elsewhere."""
        self.known: dict[str, tuple[Stamp, str]] = dict(known or {})

    def __call__(self, path: str) -> str:
        """The digest of what a file holds; empty: it is not there."""
        try:
            status = os.stat(path)  # noqa: PTH116
        except (OSError, ValueError):
            return ""
        if not modes.S_ISREG(status.st_mode):
            return FOLDER if modes.S_ISDIR(status.st_mode) else OTHER
        stamp = _stamp(status)
        known = self.known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            found = digest_of_file(path)
        except OSError as error:
            return f"unreadable: {error.strerror}"
        if time.time_ns() - status.st_ctime_ns > _SETTLED and _stamp(os.stat(path)) == stamp:  # noqa: PTH116
            self.known[path] = (stamp, found)
        return found


def digest_of_file(path: str) -> str:
    """The digest of a file's bytes, a block at a time."""
    hasher = blake3(max_threads=1)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        size = os.fstat(file.fileno()).st_size
        if size < PARALLEL:
            return digest(file.read())
        hasher = blake3(max_threads=blake3.AUTO)
        block = memoryview(bytearray(min(size, _BLOCK)))
        while count := file.readinto(block):
            hasher.update(block[:count])
    return hasher.hexdigest()


def listing(folder: str) -> str:
    """The digest of the names in a folder and which of them are folders; empty: no folder."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(f"{each.name}/" if each.is_dir() else each.name for each in entries)
    except OSError:
        return ""
    return combined(names)


def standing(path: str, how: str) -> str:
    """What is said about a path by "kind", "size", "all", "link" (not followed), "access N"."""
    if how.startswith("access "):
        return "yes" if os.access(path, int(how[7:])) else "no"
    try:
        status = os.lstat(path) if how.startswith("link") else os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return "absent"
    return told(status, how, path)


def told(status: os.stat_result, how: str, path: str) -> str:
    """What `standing` says, from a status at hand."""
    mode = status.st_mode
    if modes.S_ISLNK(mode):
        kind = f"link to {os.readlink(path)}"  # noqa: PTH115
    else:
        kind = "file" if modes.S_ISREG(mode) else FOLDER if modes.S_ISDIR(mode) else OTHER
    if how in ("kind", "link"):
        return kind
    if how == "size":
        return f"{kind} {status.st_size}"
    return f"{kind} {status.st_size} {mode:o} {status.st_mtime_ns}"


def variable(value: str | None) -> str:
    """The digest of an environment variable's value; empty: it is not set."""
    return "" if value is None else digest(os.fsencode(value))


def variables(environment: Mapping[str, str]) -> str:
    """The digest of a whole environment."""
    return combined(f"{name}={value}" for name, value in sorted(environment.items()))


def _stamp(status: os.stat_result) -> Stamp:
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
