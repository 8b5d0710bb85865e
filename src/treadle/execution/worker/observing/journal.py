"""What several processes of one step observe, in the order it happened."""

from __future__ import annotations

import json
import os
from _thread import allocate_lock

_BLOCK = 1 << 16

Entry = list[str]


class Journal:
    """A file that the worker and the processes it starts append to, and all of them read."""

    def __init__(self, descriptor: int) -> None:
        """Appends to an open file; reads what others append from now on."""
        self.descriptor = descriptor
        self._position = os.fstat(descriptor).st_size
        self._rest = b""
        self._lock = allocate_lock()  # threads read, too
        os.register_at_fork(after_in_child=self._unlock)

    def append(self, entry: Entry) -> None:
        """Add an entry, whole: other processes append as well."""
        os.write(self.descriptor, json.dumps(entry).encode("ascii") + b"\n")

    def news(self) -> list[Entry]:
        """What was added since the last time, one's own entries as well."""
        with self._lock:
            return self._read()

    def _read(self) -> list[Entry]:
        data = self._rest
        while block := os.pread(self.descriptor, _BLOCK, self._position):
            self._position += len(block)
            data += block
        if not data:
            return []
        *lines, self._rest = data.split(b"\n")
        return [json.loads(line) for line in lines]

    def skip(self) -> None:
        """Leave out what was added up to now."""
        self._position = os.fstat(self.descriptor).st_size
        self._rest = b""

    def _unlock(self) -> None:
        self._lock = allocate_lock()  # who held it is not in this process


def new_journal() -> Journal:
    """An empty one, without a name where the system can do that."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("treadle-journal", os.MFD_CLOEXEC)
    else:  # not Linux
        import tempfile

        with tempfile.TemporaryFile(buffering=0) as file:
            descriptor = os.dup(file.fileno())
    import fcntl

    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
    return Journal(descriptor)
