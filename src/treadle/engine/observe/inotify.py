"""Linux's inotify: it tells who opens, changes or removes the files of some folders, whoever does.

A thread takes what is told away in time, as the system keeps 16,384 events at most.
"""

from __future__ import annotations

import ctypes
import os
import select
import struct
import time
from _thread import allocate_lock, start_new_thread
from errno import EMFILE, ENFILE, ENOSPC

ACCESS, MODIFY, WRITTEN, OPEN = 0x1, 0x2, 0x8, 0x20  # WRITTEN: closed by who could write
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
FOLDER = 0x40000000
_ALL = ACCESS | MODIFY | WRITTEN | OPEN | MOVED_FROM | MOVED_TO | CREATE | DELETE
_OVERFLOW, _IGNORED = 0x4000, 0x8000

_HEADER = struct.Struct("iIII")  # watch, what happened, cookie, length of the name
_SIZE = 1 << 20
_NAP = 0.03  # seconds; a program that opens 100,000 files a second stays below the limit

Events = dict[str, list[int]]  # by path, what happened to it, in order


class UnwatchedError(Exception):
    """Something can't be watched; in words, why."""


class Notifier:
    """Tells what happens in watched folders, and to watched files."""

    def __init__(self) -> None:
        """Nothing is watched as yet. Raises UnwatchedError where the system has no such thing."""
        libc = ctypes.CDLL(None, use_errno=True)
        start = getattr(libc, "inotify_init1", None)
        if start is None:
            raise UnwatchedError("this system does not tell of it")
        self._add, self._remove = libc.inotify_add_watch, libc.inotify_rm_watch
        self._add.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32)
        self._descriptor: int = start(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise UnwatchedError(_words(ctypes.get_errno()))
        self._paths: dict[int, str] = {}
        self._events: Events = {}
        self._lock = allocate_lock()
        self.has_lost = False  # since the start, of what happened
        os.register_at_fork(after_in_child=self._close)
        start_new_thread(self._take_in_time, (self._descriptor,))

    def watch(self, path: str) -> int:
        """Watch a folder, or a file alone: the watch; 0 where it has one, or nothing is there.

        Raises UnwatchedError where there are no more.
        """
        watch: int = self._add(self._descriptor, os.fsencode(path), _ALL)
        if watch < 0 and ctypes.get_errno() in (ENOSPC, EMFILE, ENFILE):
            raise UnwatchedError(_words(ctypes.get_errno()))
        if watch < 0 or watch in self._paths:
            return 0
        self._paths[watch] = path
        return watch

    def leave(self, watch: int) -> None:
        self._paths.pop(watch, None)
        self._remove(self._descriptor, watch)

    def moved(self, folder: str) -> None:
        """The folder has another name now, or is gone: it and all below are as if not watched."""
        for watch, path in list(self._paths.items()):
            if f"{path}/".startswith(f"{folder}/"):
                self._paths.pop(watch, None)

    def events(self) -> Events:
        """What has happened since the last time."""
        with self._lock:
            self._take()
            found, self._events = self._events, {}
        return found

    def _take(self) -> None:
        while self._descriptor >= 0:
            try:
                data = os.read(self._descriptor, _SIZE)
            except BlockingIOError:
                return
            except OSError:  # the code has closed what it did not open
                self._descriptor, self.has_lost = -1, True
                return
            place = 0
            while place < len(data):
                watch, mask, _, length = _HEADER.unpack_from(data, place)
                place += _HEADER.size + length
                self._note(watch, mask, data[place - length : place].rstrip(b"\0"))

    def _note(self, watch: int, mask: int, name: bytes) -> None:
        path = self._paths.get(watch)
        if mask & _OVERFLOW:
            self.has_lost = True
        elif mask & _IGNORED:
            self._paths.pop(watch, None)
        elif path is not None and not (name and mask & FOLDER and mask & (OPEN | ACCESS)):
            if name:  # a folder in it tells itself who looks into it
                path = f"{path}/{os.fsdecode(name)}"
            self._events.setdefault(path, []).append(mask)

    def _take_in_time(self, descriptor: int) -> None:
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        while True:
            waiting.poll()
            time.sleep(_NAP)
            with self._lock:
                self._take()

    def _close(self) -> None:
        """In a forked process, which would take the events away from this one."""
        self._lock = allocate_lock()
        if self._descriptor >= 0:  # else it was forked from such a process
            os.close(self._descriptor)
        self._descriptor, self._events = -1, {}


def _words(error: int) -> str:
    limit = "max_user_watches" if error == ENOSPC else "max_user_instances"
    return f"the system gives no more watches: fs.inotify.{limit} is too low"
