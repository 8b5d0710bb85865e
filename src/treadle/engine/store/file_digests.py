"""What files hold and what folders list, as digests to compare.

The worker takes them when it observes a step, the command when it asks whether they still hold: the
same functions on both sides.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Collection, Iterable

from blake3 import blake3

from treadle.engine.store.digest import PARALLEL, combined, digest
from treadle.engine.store.file_stamps import TICK, Stamp, settled_for, stamp_of
from treadle.engine.store.known_files import KnownFiles

BLOCK = 1 << 23  # bytes read at a time
NULL = os.makedev(1, 3)  # /dev/null

_Remembered = dict[tuple[int, int], tuple[Stamp, str]]  # by device and inode


class FileDigests:
    """Digests of files and listings of folders, found once a build unless they change.

    What is not a file that can be read has a word in place of a digest, so that a change from one
    to the other is seen: "" if nothing is there, "folder", "unreadable", "null" (/dev/null); for
    other devices and pipes a text that is new every time, as what they hold can't be known.
    """

    def __init__(self, known: KnownFiles | None = None) -> None:
        """`known`: what earlier builds found out about large files; None: nothing."""
        self._known = known
        self._files: _Remembered = {}
        self._listings: _Remembered = {}

    def of(self, path: str) -> str:
        """The digest of what the file holds, or a word for what it is."""
        try:
            found = os.stat(path)
            if not stat.S_ISREG(found.st_mode):
                return _special(found)
            stamp = stamp_of(found)
            remembered = self._files.get(stamp[:2])
            if remembered and remembered[0] == stamp:
                return remembered[1]
            return self._hashed(path)
        except OSError as failure:
            return _trouble(failure)

    def listing(self, path: str, without: Collection[str] = ()) -> str:
        """The digest of the names in the folder, but for some, and their kinds; a word if it is
        none."""
        try:
            stamp = stamp_of(os.stat(path))
            remembered = self._listings.get(stamp[:2])
            if remembered and remembered[0] == stamp and not without:
                return remembered[1]
            with os.scandir(path) as entries:
                value = combined(
                    sorted(
                        f"{_kind(each)} {each.name}" for each in entries if each.name not in without
                    )
                )
        except NotADirectoryError:
            return "file" if os.path.exists(path) else ""
        except OSError as failure:
            return _trouble(failure)
        if settled_for(TICK, stamp) and not without:
            self._listings[stamp[:2]] = (stamp, value)
        return value

    def forget(self, path: str) -> None:
        """The file at `path`, and what its folder lists, may have changed."""
        for place in (path, os.path.dirname(path)):
            try:
                found = os.stat(place)
            except OSError:  # gone: nothing is remembered of what isn't there
                continue
            self._listings.pop((found.st_dev, found.st_ino), None)
            self._files.pop((found.st_dev, found.st_ino), None)

    def forget_all(self) -> None:
        self._files.clear()
        self._listings.clear()

    def _hashed(self, path: str) -> str:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            stamp = stamp_of(os.fstat(descriptor))
            value = self._known and self._known.digest_of(path, stamp)
            if not value:
                value = _contents_digest(descriptor, stamp)
                if stamp != stamp_of(os.fstat(descriptor)):  # it changes while we read
                    return value
                if self._known:
                    self._known.add(path, stamp, value)
        finally:
            os.close(descriptor)
        if settled_for(TICK, stamp):
            self._files[stamp[:2]] = (stamp, value)
        return value


def _contents_digest(descriptor: int, stamp: Stamp) -> str:
    """Never mapped: a file that someone truncates meanwhile would kill the process."""
    size = stamp[2]
    if size < PARALLEL:
        data = os.read(descriptor, size + 1)
        if len(data) == size:
            return digest(data)
        os.lseek(descriptor, 0, os.SEEK_SET)  # it grows, or tells no size, as in /proc
    hasher = blake3(max_threads=blake3.AUTO)
    block = memoryview(bytearray(BLOCK))
    while count := os.readv(descriptor, [block]):
        hasher.update(block[:count])
    return hasher.hexdigest()


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "dir"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


def _special(found: os.stat_result) -> str:
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    if stat.S_ISCHR(found.st_mode) and found.st_rdev == NULL:
        return "null"
    return unsettled()


def unsettled() -> str:
    """In place of a digest where nobody knows what was in the file: equal to no other."""
    return f"special {os.urandom(8).hex()}"


def _trouble(failure: OSError) -> str:
    return "" if failure.errno in (errno.ENOENT, errno.ENOTDIR) else "unreadable"


def listing_with(path: str, names: Iterable[str]) -> str:
    """The digest of the names in the folder, if files of these names lay there as well."""
    kinds = dict.fromkeys(names, "file")
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        kinds |= {each.name: _kind(each) for each in entries}
    return combined(sorted(f"{kind} {name}" for name, kind in kinds.items()))
