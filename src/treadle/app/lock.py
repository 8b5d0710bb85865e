"""One build of a document at a time: the others wait."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def say_nothing() -> None:
    """Nobody wants to know."""


@contextmanager
def locked(folder: Path, waiting: Callable[[], None] = say_nothing) -> Iterator[None]:
    """Wait until no other build uses the folder, then keep others waiting.

    `waiting` is called first if another one does.
    """
    lock = _lock(folder / "lock", waiting)
    try:
        yield
    finally:
        os.close(lock)


def _lock(path: Path, waiting: Callable[[], None]) -> int:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:  # `treadle clean` has just removed the folder
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_at(path, lock):
            return lock
        os.close(lock)  # `treadle clean` has removed it while we waited


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
