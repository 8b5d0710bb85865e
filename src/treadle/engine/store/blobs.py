"""Blobs: bytes that are found by their digest, and that are what it says or not given out.

Small ones may be found by a name that holds them (`Blobs.put_small`).
"""

from __future__ import annotations

import binascii
import mmap
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from treadle.engine.store.atomic import OURS, Bytes, flat, remove, write_whole
from treadle.engine.store.digest import digest

if TYPE_CHECKING:
    from pathlib import Path

# Names that hold the bytes themselves: a file takes far longer to write than a name. They stand in
# traces, which are sealed; the digest in them is for what mangles a name elsewhere.

INLINE_BYTES = 2048  # bytes up to which a name holds them
_MARK = "="  # digests are hexadecimal
_CHECK = 16  # characters of the digest


def is_inline(name: str) -> bool:
    """Whether a blob's name holds its bytes, so that there is no file."""
    return name.startswith(_MARK)


def inline_name(data: bytes) -> str:
    """The name that holds `data`: always the same for the same bytes."""
    text = binascii.b2a_base64(data, newline=False).decode("ascii")
    return f"{_MARK}{digest(data)[:_CHECK]}{text}"


MAPPED = 1 << 20  # bytes from which on a file is mapped instead of read
MAPPED_FILES = 256  # each mapping holds a file open, of 1024 or so a process may have


class BlobMemory(mmap.mmap):
    """What `Blobs.open` gives lies in this: nobody sees a change of it but who opened it."""


class CorruptEntryError(Exception):
    """An entry is missing, truncated or altered: what it held must be computed again."""

    def __init__(self, name: str, trouble: str) -> None:
        super().__init__(f"the cache entry {name} {trouble}")
        self.name = name


class Blobs:
    """The blobs of a store; any number of processes may use it at once."""

    def __init__(self, root: Path | str) -> None:
        """Blobs under `root`, the store's folder; it is made when something is put there.

        `damaged` collects the names of those that were not as they had been written.
        """
        self.damaged: list[str] = []
        self._folder = f"{os.fspath(root)}/blobs"

    def put(self, parts: Sequence[Bytes]) -> str:
        """Keep the concatenation of `parts`: its digest. Raises OSError."""
        views = [flat(part) for part in parts]
        name = digest(*views)
        if not self._used(name, sum(view.nbytes for view in views)):
            write_whole(self._path(name), views)
        return name

    def put_small(self, parts: Sequence[Bytes]) -> str:
        """Keep the concatenation of `parts`, in its name if it is small. Raises OSError."""
        views = [flat(part) for part in parts]
        if sum(view.nbytes for view in views) > INLINE_BYTES:
            return self.put(views)
        return inline_name(b"".join(views))

    def open(self, name: str) -> memoryview:
        """The blob as memory that can be written to; that changes neither file nor other readers.

        It begins at a page's border, as what is computed may depend on alignment. Raises
        CorruptEntryError, and removes what is not as it was.
        """
        if is_inline(name):
            return _inside(name)
        view = self._memory(name)
        if digest(view) != name:
            raise self._corrupt(name, "is truncated or altered")
        return view

    def copy_to(self, name: str, target: Path | str) -> None:
        """Make the file `target` hold the blob, in one step. Raises CorruptEntryError, OSError."""
        write_whole(os.path.abspath(target), [self.open(name)])

    def has(self, name: str) -> bool:
        """Whether there is such a blob; its contents are not looked at."""
        return is_inline(name) or os.path.exists(self._path(name))

    def size(self, names: Iterable[str]) -> int:
        """The bytes in the files of these blobs."""
        found = 0
        for name in {name for name in names if not is_inline(name)}:
            with suppress(OSError):
                found += os.stat(self._path(name)).st_size
        return found

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name[:2]}/{name}"

    def _used(self, name: str, size: int) -> bool:
        """Note that the blob is used now; False if it isn't there whole."""
        path = self._path(name)
        try:
            if os.stat(path).st_size != size:
                return False
            os.utime(path)
        except OSError:
            return False
        return True

    def _memory(self, name: str) -> memoryview:
        if len(name) != 64 or not name.isalnum():
            raise CorruptEntryError(repr(name), "has no proper name")
        try:
            descriptor = os.open(self._path(name), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                return _memory_of(descriptor)
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            raise CorruptEntryError(name, "is missing") from None
        except OSError as failure:
            if failure.errno in OURS:
                raise
            raise self._corrupt(name, f"can't be read: {failure.strerror}") from failure

    def _corrupt(self, name: str, trouble: str) -> CorruptEntryError:
        remove(self._path(name))
        self.damaged.append(name)
        return CorruptEntryError(name, trouble)


def _inside(name: str) -> memoryview:
    """What a name holds. Raises CorruptEntryError."""
    try:
        data = binascii.a2b_base64(name[len(_MARK) + _CHECK :], strict_mode=True)
    except ValueError:
        data = b""
    if inline_name(data) != name:
        raise CorruptEntryError(repr(name[:40]), "is truncated or altered")
    view = _blank(len(data))
    view[:] = data
    return view


def _memory_of(descriptor: int) -> memoryview:
    size = os.fstat(descriptor).st_size
    free = os.dup(descriptor)  # the lowest number says how many files the process has open
    os.close(free)
    if size < MAPPED or free >= MAPPED_FILES:
        return _copied(descriptor, size)
    return memoryview(BlobMemory(descriptor, size, access=mmap.ACCESS_COPY))


def _copied(descriptor: int, size: int) -> memoryview:
    """The first `size` bytes of a file, or fewer if it ends before."""
    view = _blank(size)
    done = 0
    while done < size:
        count = os.readv(descriptor, [view[done:]])
        if not count:
            break
        done += count
    return view[:done]


def _blank(size: int) -> memoryview:
    """Memory that begins at a page's border."""
    return memoryview(BlobMemory(-1, size) if size else bytearray())
