"""What earlier builds found out about large files, and when that may be believed."""
# No pathlib: the worker imports this when it starts.

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from treadle.store.atomic import write_whole
from treadle.store.sealed import sealed, unsealed

if TYPE_CHECKING:
    from pathlib import Path

Stamp = tuple[int, int, int, int, int]  # device, inode, size, mtime and ctime in nanoseconds

LARGE = 1_000_000  # bytes; smaller files are hashed every time
KEPT = 2000  # files
PURPOSE = "digests of large files"
# A file must have been left alone that long when it was hashed. It is longer than the system takes
# to write out changed pages: only then does a write through a mapping set the ctime again.
SETTLED = 60 * 10**9  # nanoseconds
# File systems whose ctime the local clock sets, at every write, and nobody can set back.
LOCAL = frozenset({"ext2", "ext3", "ext4", "xfs", "f2fs", "bcachefs"})


def stamp_of(found: os.stat_result) -> Stamp:
    """What changes when a file is written: not mtime alone, which anyone can set."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def settled_for(nanoseconds: int, stamp: Stamp) -> bool:
    """Whether a file has been left alone that long."""
    return stamp[4] + nanoseconds < time.time_ns()


class KnownFiles:
    """Digests of large files, kept between builds in `root/stats/`.

    One is believed only if device, inode, size, mtime and ctime are as they were, the file had
    not been touched for a minute when it was hashed, and its file system keeps an honest ctime.
    """

    def __init__(self, root: Path | str, key: bytes) -> None:
        """`root`: the store's folder; `key`: its secret key. Nothing is read as yet."""
        self._key = key
        self._path = f"{os.fspath(root)}/stats/files"
        self._entries: dict[str, list[object]] | None = None
        self._devices: frozenset[int] | None = None
        self._changed = False

    def digest_of(self, path: str, stamp: Stamp) -> str:
        """The file's digest; empty if it must be hashed."""
        if stamp[2] < LARGE:
            return ""
        entry = self._loaded().get(path)
        return str(entry[5]) if entry is not None and entry[:5] == [*stamp] else ""

    def add(self, path: str, stamp: Stamp, value: str) -> None:
        """Remember a file that was hashed just now, if that can be relied upon."""
        settled = settled_for(SETTLED, stamp)
        if stamp[2] >= LARGE and settled and stamp[0] in self._trusted():
            entries = self._loaded()
            entries.pop(path, None)  # so that it becomes the last
            entries[path] = [*stamp, value]
            self._changed = True

    def save(self) -> None:
        """Write what is new, beside what others have written meanwhile. Raises OSError."""
        if not self._changed:
            return
        entries = self._read() | self._loaded()
        kept = dict(list(entries.items())[-KEPT:])
        write_whole(self._path, [sealed({"files": kept}, PURPOSE, self._key)])
        self._changed = False

    def _loaded(self) -> dict[str, list[object]]:
        if self._entries is None:
            self._entries = self._read()
        return self._entries

    def _read(self) -> dict[str, list[object]]:
        """The entries; none if the file is not as this user's builds wrote it."""
        try:
            with open(self._path, "rb") as file:
                record = unsealed(file.read(), PURPOSE, self._key)
        except OSError:
            return {}
        entries = record.get("files") if record else None
        return entries if isinstance(entries, dict) else {}

    def _trusted(self) -> frozenset[int]:
        if self._devices is None:
            self._devices = _local_devices()
        return self._devices


def _local_devices() -> frozenset[int]:
    """The devices mounted with a file system of `LOCAL`."""
    devices = set()
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                fields, _, rest = line.partition(" - ")
                if rest.split(" ", 1)[0] in LOCAL:
                    major, _, minor = fields.split(" ")[2].partition(":")
                    devices.add(os.makedev(int(major), int(minor)))
    except (OSError, IndexError, ValueError):
        return frozenset()
    return frozenset(devices)
