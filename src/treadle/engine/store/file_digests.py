"""What files hold and what paths are, as texts to compare.

The worker takes these texts when it observes a step, the command when it asks whether they
still hold: the same functions on both sides.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from blake3 import blake3
from msgspec.json import Decoder

from treadle.engine.store.atomic import write_whole
from treadle.engine.store.digest import PARALLEL, combined, digest, sealed, unsealed
from treadle.engine.store.traces import decoded, encoded

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 1 << 23  # bytes read at a time
# Nanoseconds that a file must have been left alone to be remembered: one that is written twice
# within a tick of the file system's clock has the same times, and may have the same size.
TICK = 2 * 10**9
NULL = os.makedev(1, 3)  # /dev/null

Stamp = tuple[int, int, int, int, int]  # device, inode, size, mtime and ctime in nanoseconds
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


def stamp_of(found: os.stat_result) -> Stamp:
    """What changes when a file is written: not mtime alone, which anyone can set."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def settled_for(nanoseconds: int, stamp: Stamp) -> bool:
    """Whether a file has been left alone that long."""
    return stamp[4] + nanoseconds < time.time_ns()


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


def changed_since(moment: int, paths: Iterable[str]) -> bool:
    """Whether one of the files was written, replaced or made at `moment` or later.

    `moment` is in nanoseconds since 1970. The time of the last change of the inode tells, which
    nobody can set back: a file that was edited and put back counts as changed.
    """
    return any(_changed(path) >= moment for path in paths)


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_ctime_ns
    except OSError:
        return 0


def listing_with(path: str, names: Iterable[str]) -> str:
    """The digest of the names in the folder, if files of these names lay there as well."""
    kinds = dict.fromkeys(names, "file")
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        kinds |= {each.name: _kind(each) for each in entries}
    return combined(sorted(f"{kind} {name}" for name, kind in kinds.items()))


def standing(path: str, how: str) -> str:
    """What is said about a path; empty: nothing is there.

    `how` is "kind", "size", "all" (mode and time as well), "inode" (what a new file in its place
    changes, whatever its times say), "link" (its kind, not followed) or "access N", N as
    `os.access` takes it. Of a folder, "names" are those in it and "tree" those below it, without
    what editors leave for a while, and "among A/B" those in it that are called so, whatever their
    case; "program" is the file that a command's name stands for.
    """
    if how.startswith("access "):
        return "yes" if os.access(path, int(how[7:])) else "no"
    try:
        if how == "names":
            return combined(sorted(_lasting(os.listdir(path))))
        if how.startswith("among "):
            wanted = set(how[6:].split("/"))
            found_names = [name for name in os.listdir(path) if name.lower() in wanted]
            return combined(sorted(found_names)) if found_names else ""
        if how == "tree":
            return combined(_below(path))
        if how == "program":
            from shutil import which  # the worker imports this module when it starts

            path = which(path) or ""
        found = os.lstat(path) if how == "link" else os.stat(path)
    except (OSError, ValueError):
        return ""
    return said(found, how, path)


def said(found: os.stat_result, how: str, path: str) -> str:
    """What `standing` says, from a status at hand."""
    mode = found.st_mode
    kind = "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"
    if how == "link" and stat.S_ISLNK(mode):
        return f"link to {os.readlink(path)}"
    if how in ("kind", "link"):
        return kind
    if how in ("inode", "program"):
        return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
    return f"{kind} of {found.st_size}" + f", {mode:o}, {found.st_mtime_ns}" * (how == "all")


def _lasting(names: Iterable[str]) -> Iterator[str]:
    """Without what editors and builds leave and remove: it would be new all the time."""
    for name in names:
        if not name.startswith((".", "#")) and not name.endswith(("~", ".part", ".swp", ".pyc")):
            yield name


def _below(folder: str) -> Iterator[str]:
    for path, folders, names in os.walk(folder):
        folders.sort()
        yield path
        yield from sorted(_lasting(names))


def files_declared(declared: str) -> tuple[str, ...]:
    """The files that a name stands for: itself, all in and below a folder but
    hidden ones, those of a pattern."""
    if os.path.isdir(declared):
        found = []
        for place, folders, names in os.walk(declared):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [f"{place}/{name}" for name in names if not name.startswith(".")]
    elif any(sign in declared for sign in "*?[") and not os.path.lexists(declared):
        import glob  # few need it

        found = [path for path in glob.glob(declared, recursive=True) if os.path.isfile(path)]
    else:
        return (declared,)
    return tuple(sorted(found))


def digest_declared(declared: str, files: FileDigests) -> str:
    """The digest of what they hold and of which there are."""
    paths = files_declared(declared)
    if paths == (declared,):
        return files.of(declared)
    return combined(part for path in paths for part in (path, files.of(path)))
