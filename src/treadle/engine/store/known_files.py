"""The digests of large files, remembered from build to build."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.json import Decoder

from treadle.engine.store.atomic import write_whole
from treadle.engine.store.digest import sealed, unsealed
from treadle.engine.store.traces import decoded, encoded

if TYPE_CHECKING:
    from pathlib import Path


from treadle.engine.store.file_stamps import Stamp, settled_for

LARGE = 1_000_000  # bytes; smaller files are hashed every time
KEPT = 2000  # files
PURPOSE = "large files and their digests"
# A file must have been left alone that long when it was hashed. It is longer than the system takes
# to write out changed pages: only then does a write through a mapping set the ctime again.
SETTLED = 60 * 10**9  # nanoseconds
# File systems whose ctime the local clock sets, at every write, and nobody can set back.
LOCAL = frozenset({"ext2", "ext3", "ext4", "xfs", "f2fs", "bcachefs"})

_Entries = dict[str, tuple[Stamp, str]]
_ENTRIES: Decoder[_Entries] = Decoder(_Entries)


class KnownFiles:
    """Digests of large files, kept between builds in `root/stats/`.

    One is believed only if device, inode, size, mtime and ctime are as they were, the file had
    not been touched for a minute when it was hashed, and its file system keeps an honest ctime.
    """

    def __init__(self, root: Path | str, key: bytes) -> None:
        """`root`: the store's folder; `key`: its secret key. Nothing is read as yet."""
        self._key = key
        self._path = f"{os.fspath(root)}/stats/files"
        self._entries: _Entries | None = None
        self._devices: frozenset[int] | None = None
        self._changed = False

    def digest_of(self, path: str, stamp: Stamp) -> str:
        """The file's digest; empty if it must be hashed."""
        if stamp[2] < LARGE:
            return ""
        entry = self._loaded().get(path)
        return entry[1] if entry is not None and entry[0] == stamp else ""

    def add(self, path: str, stamp: Stamp, value: str) -> None:
        """Remember a file that was hashed just now, if that can be relied upon."""
        if stamp[2] < LARGE or not settled_for(SETTLED, stamp):
            return
        if self._devices is None:
            self._devices = _local_devices()
        if stamp[0] in self._devices:
            entries = self._loaded()
            entries.pop(path, None)  # so that it becomes the last
            entries[path] = (stamp, value)
            self._changed = True

    def save(self) -> None:
        """Write what is new, beside what others have written meanwhile. Raises OSError."""
        if not self._changed:
            return
        entries = self._read() | self._loaded()
        kept = dict(list(entries.items())[-KEPT:])
        write_whole(self._path, [sealed(encoded(kept), PURPOSE, self._key)])
        self._changed = False

    def _loaded(self) -> _Entries:
        self._entries = self._read() if self._entries is None else self._entries
        return self._entries

    def _read(self) -> _Entries:
        """The entries; none if the file is not as this user's builds wrote it."""
        try:
            with open(self._path, "rb") as file:
                data = unsealed(file.read(), PURPOSE, self._key)
        except OSError:
            return {}
        return {} if data is None else decoded(data, _ENTRIES)


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
