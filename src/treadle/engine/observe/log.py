"""What a step has been seen to do so far, by this process and by those it started."""

from __future__ import annotations

import contextlib
import json
import os
from _thread import allocate_lock, get_ident
from collections.abc import Callable, Iterator
from typing import Any

from treadle.engine.observe.scope import Scope
from treadle.engine.store.files import FileDigests
from treadle.engine.store.outside import said, standing

# What several processes of one step observe, in the order it happened.

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


# What a step has been seen to do so far, by this process and by those it started.

Stat = tuple[str, str]  # a path, and what was asked about it
LOST = "what it opens can't be followed"


class Log:
    """Collects while it is `active`; each thing once, as it was when it was first met."""

    def __init__(self, scope: Scope, digests: FileDigests, journal: Journal | None = None) -> None:
        """An empty log; with a journal, what is logged is told to other processes."""
        self.scope = scope
        self.digests = digests
        self.active = False
        self._journal = journal
        self._busy: set[int] = set()
        self._tellers: dict[str, Callable[..., None]] = {
            "read": self._add_read,
            "written": self._add_written,
            "listing": self._add_listing,
            "stat": self._add_stat,
            "variable": self._add_variable,
            "unknown": self._add_unknown,
            "module": self._add_module,
            "step": self.clear,
        }
        self.clear()

    def clear(self) -> None:
        """Forget all."""
        self.reads: dict[str, str] = {}
        self.written: dict[str, bool] = {}  # whether something was there before
        self.created: tuple[str, ...] = ()  # "folder/", of those that were not there before
        self.listings: dict[str, str] = {}
        self.stats: dict[Stat, str] = {}
        self.variables: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.modules: dict[str, str] = {}  # loaded by other processes, with their files
        self.digests.forget_all()

    def start_over(self) -> None:
        """Forget all, here and in the other processes: what they do now, they do again."""
        self.clear()
        if self._journal is not None:
            self._journal.append(["step"])
            self._journal.skip()

    def note(self, record: Callable[..., None], *arguments: Any) -> None:  # noqa: ANN401
        """Call `record`, unless nothing is observed now or this thread does so already."""
        thread = get_ident()
        if not self.active or thread in self._busy:
            return
        self._busy.add(thread)
        try:
            self.catch_up()
            record(*arguments)
        except TimeoutError:  # of the chunk, raised by a signal
            raise
        except (OSError, ValueError, TypeError, AttributeError, LookupError):
            self.tell("unknown", LOST)
        finally:
            self._busy.discard(thread)

    @contextlib.contextmanager
    def unnoticed(self) -> Iterator[None]:
        """What this thread does meanwhile has been noted already."""
        thread = get_ident()
        if thread in self._busy:
            yield
            return
        self._busy.add(thread)
        try:
            yield
        finally:
            self._busy.discard(thread)

    def read(self, path: str) -> None:
        """A file is about to be read."""
        if path not in self.reads and not self.is_own(path):
            self.tell("read", path, self.digests.of(path))

    def write(self, path: str) -> None:
        """A file is about to be written, replaced or removed, or a folder made."""
        if path not in self.written:
            there = os.path.lexists(path)
            self.tell("written", path, "there" if there else "")

    def listed(self, folder: str) -> None:
        """The names in a folder are about to be asked for."""
        if folder not in self.listings and not self.is_own(folder):
            self.tell("listing", folder, self.digests.listing(folder))

    def asked(self, path: str, how: str, found: os.stat_result | None = None) -> None:
        """Something about a path was asked for; `found` may be its status."""
        if (path, how) not in self.stats and not self.is_own(path):
            text = standing(path, how) if found is None else said(found, how, path)
            self.tell("stat", path, how, text)

    def is_own(self, path: str) -> bool:
        """Whether the step itself made what is at a path, or removed it."""
        return path in self.written or (bool(self.created) and path.startswith(self.created))

    def tell(self, kind: str, *texts: str) -> None:
        """Add an entry here and in the journal."""
        self._tellers[kind](*texts)
        if self._journal is not None:
            self._journal.append([kind, *texts])

    def share(self) -> Journal:
        """The journal for a process to be started, which is to know what happened so far."""
        if self._journal is None:
            journal = new_journal()
            for path, there in self.written.items():
                journal.append(["written", path, "there" if there else ""])
            journal.skip()
            self._journal = journal
        return self._journal

    def catch_up(self) -> None:
        """Take over what other processes have told."""
        if self._journal is not None:
            self.take_over(self._journal.news())

    def take_over(self, entries: list[Entry]) -> None:
        """Add what other processes have told; one's own entries change nothing."""
        for kind, *texts in entries:
            self._tellers[kind](*texts)

    def _add_read(self, path: str, digest: str) -> None:
        if not self.is_own(path):
            self.reads.setdefault(path, digest)

    def _add_written(self, path: str, there: str) -> None:
        if path not in self.written:
            self.written[path] = bool(there)
            if not there:
                self.created = (*self.created, f"{path}/")

    def _add_listing(self, folder: str, digest: str) -> None:
        self.listings.setdefault(folder, digest)

    def _add_stat(self, path: str, how: str, text: str) -> None:
        self.stats.setdefault((path, how), text)

    def _add_variable(self, name: str) -> None:
        self.variables.setdefault(name)

    def _add_unknown(self, words: str) -> None:
        self.unknown.setdefault(words)

    def _add_module(self, name: str, file: str) -> None:
        self.modules.setdefault(name, file)
