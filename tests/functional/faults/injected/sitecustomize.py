"""Python imports this at its start: an operation on a file fails, as the environment says.

`TREADLE_FAULT` is JSON, a `Fault` of `injecting.py`. Operations are counted that change or read
something below the project's folder; those that fail, and all, are noted in its journal.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable

Write = Callable[..., object]

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
FREE = {"os.remove", "os.rmdir", "os.utime", "os.chmod"}  # they need no space on the disk
CHANGES = FREE | {"os.rename", "os.mkdir", "os.truncate", "os.link", "os.symlink"}
UNCOUNTED = "style.json"  # looked for all the time until it is there: how often is chance


class Injection:
    """Counts operations, and has the right ones fail."""

    def __init__(self, fault: dict[str, str | int]) -> None:
        self._folder = str(fault["folder"]) + "/"
        self._reads = fault["operations"] == "read"
        self._number = int(fault["number"])
        self._lasting = bool(fault["lasting"])
        self._error = int(fault["error"])
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._journal = os.open(str(fault["journal"]), flags)
        self._write: Write = os.write
        self._count = 0

    def install(self) -> None:
        """From now on."""
        os.write = self._watched(os.write, "write")  # type: ignore[assignment]
        os.fsync = self._watched(os.fsync, "fsync")  # type: ignore[assignment]
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        """What Python calls before it does something."""
        if event == "open":
            if bool(int(str(arguments[2])) & WRITES) != self._reads:
                self._pass(event, arguments[0])
        elif event in CHANGES and not self._reads:
            self._pass(event, arguments[1 if event == "os.rename" else 0])

    def _watched(self, function: Write, name: str) -> Write:
        """A function of descriptors, which Python does not audit."""

        def watched(descriptor: int, *arguments: object) -> object:
            if not self._reads:
                link = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
                self._pass(name, link, named=False)
            return function(descriptor, *arguments)

        return watched

    def _pass(self, event: str, path: object, *, named: bool = True) -> None:
        """Count the operation; raise OSError if it is to fail. The system names no descriptors."""
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 -- pathlib would follow links
        if os.fsdecode(path).startswith("pipe:") or UNCOUNTED in name:
            return
        if not name.startswith(self._folder):
            return
        self._count += 1
        fails = self._count == self._number or (self._lasting and self._count > self._number)
        fails = fails and not (self._error == errno.ENOSPC and event in FREE)
        self._write(self._journal, f"{'fails' if fails else 'passes'} {event} {name}\n".encode())
        if fails:
            where = (os.fsdecode(path),) if named else ()
            raise OSError(self._error, os.strerror(self._error), *where)


def install() -> None:
    """If this is the process in which it happens."""
    fault = json.loads(os.environ.get("TREADLE_FAULT", "null"))
    process = "worker" if "treadle.engine.worker" in sys.orig_argv else "command"
    if fault is not None and fault["process"] == process:
        Injection(fault).install()


install()
