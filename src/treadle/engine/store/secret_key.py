"""The user's secret key: what carries its digest was written by this user."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

KEY_SIZE = 32  # bytes
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
FOR_OTHERS = 0o077


class NoKeyError(OSError):
    """The key can't be kept privately: nothing may be taken from a cache."""


def secret_key() -> bytes:
    """The user's key, made when it is first needed; processes that ask at once get the same.

    A key that others could read, or of a wrong size, is replaced: what was sealed with it is
    computed again. Raises NoKeyError.
    """
    folder = state_folder()
    try:
        _make_private(folder)
        return _read(folder / "key") or _make_key(folder)
    except NoKeyError:
        raise
    except OSError as failure:
        raise _no_key(folder, failure.strerror or str(failure)) from failure


def state_folder() -> Path:
    """The user's private folder for state: `$XDG_STATE_HOME/treadle`, `~/.local/state/treadle`."""
    given = os.environ.get("XDG_STATE_HOME", "")
    if given.startswith("/"):  # others are to be ignored, says the XDG specification
        return Path(given) / "treadle"
    try:
        return Path.home() / ".local" / "state" / "treadle"
    except RuntimeError as failure:
        raise _no_key(Path("~/.local/state/treadle"), str(failure)) from failure


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        folder.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise _no_key(folder, "the folder belongs to another user")
    if stat.S_IMODE(found.st_mode) & FOR_OTHERS:
        folder.chmod(PRIVATE_FOLDER)


def _read(path: Path) -> bytes | None:
    """The key in the file; None if there is none that was private all the time."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
        ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
        if not ours or stat.S_IMODE(found.st_mode) & FOR_OTHERS or found.st_size != KEY_SIZE:
            return None
        key = os.read(descriptor, KEY_SIZE)
        return key if len(key) == KEY_SIZE else None
    finally:
        os.close(descriptor)


def _make_key(folder: Path) -> bytes:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _read(folder / "key") or _write(folder)
    finally:
        os.close(lock)  # which unlocks it


def _write(folder: Path) -> bytes:
    """A new key, whole or not there; only one process at a time is here."""
    key = os.urandom(KEY_SIZE)
    part = folder / "key.part"
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        os.write(descriptor, key)
        os.fsync(descriptor)  # losing it would cost all that the cache holds
    finally:
        os.close(descriptor)
    part.replace(folder / "key")
    return key


def _no_key(folder: Path, why: str) -> NoKeyError:
    return NoKeyError(f"the cache is off: its key can't be kept in {folder}: {why}")
