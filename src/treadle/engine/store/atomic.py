"""Files that are whole or not there, whoever is killed or writes at the same time."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress

# No pathlib in the store: the worker imports it when it starts, and a build touches thousands of
# files.

PART = ".part-"  # what the names of unfinished files begin with
OURS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # a process's trouble, not a file's
ATTEMPTS = 1000  # `treadle clean` may remove the folder between any two steps

Bytes = bytes | bytearray | memoryview


def write_whole(target: str, parts: Sequence[Bytes]) -> None:
    """Make `target` hold the concatenation of `parts`, in one step; folders are made.

    Nothing is forced onto the disk: what is read back is checked against a digest. Raises
    OSError (a full disk, a folder that can't be written), and leaves no file then.
    """
    for attempt in range(ATTEMPTS):
        try:
            _write_beside(target, parts)
            return
        except FileNotFoundError as failure:  # no folder yet, or `treadle clean` has removed it
            if attempt == ATTEMPTS - 1:
                raise _explained(failure, target) from failure
            _make_folder(os.path.dirname(target))
        except OSError as failure:
            raise _explained(failure, target) from failure


def flat(part: Bytes) -> memoryview:
    """The bytes of `part`, whatever its items and its shape are."""
    view = memoryview(part)
    return view.cast("B") if view.nbytes else memoryview(b"")


def write_all(descriptor: int, data: memoryview) -> None:
    """Write all of it: the system may take a part at a time."""
    while data.nbytes:
        data = data[os.write(descriptor, data) :]


def remove(path: str) -> None:
    """Remove a file, if it is there and that can be done."""
    with suppress(OSError):
        os.unlink(path)


def scratch_file(name: str) -> int:
    """An empty file for appending, whose descriptor is not inherited; nameless where possible."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create(f"treadle-{name}", os.MFD_CLOEXEC)
    else:  # not Linux
        import tempfile

        with tempfile.TemporaryFile(buffering=0) as file:
            descriptor = os.dup(file.fileno())
    import fcntl

    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
    return descriptor


def _write_beside(target: str, parts: Sequence[Bytes]) -> None:
    part = f"{os.path.dirname(target)}/{PART}{os.urandom(8).hex()}"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        try:
            for data in parts:
                write_all(descriptor, flat(data))
        finally:
            os.close(descriptor)
        os.rename(part, target)
    except BaseException:
        remove(part)
        raise


def _make_folder(folder: str) -> None:
    # Another one may make or remove it meanwhile, or one above it: the next attempt will tell.
    try:
        with suppress(FileNotFoundError, FileExistsError):
            os.makedirs(folder, exist_ok=True)
    except OSError as failure:
        raise _explained(failure, folder) from failure


def _explained(failure: OSError, target: str) -> OSError:
    return OSError(failure.errno, f"can't write: {failure.strerror}", target)
