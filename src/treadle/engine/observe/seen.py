"""What a step has been seen to do so far, by this process and by those it started."""

from __future__ import annotations

import contextlib
import json
import os
from _thread import allocate_lock, get_ident
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from treadle.engine.observe.ownership import PathScope
from treadle.engine.store.atomic import scratch_file
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.path_answers import said, standing

# What several processes of one step observe, in the order it happened.

_BLOCK = 1 << 16

JournalEntry = list[str]


class Journal:
    """A file that the worker and the processes it starts append to, and all of them read."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._position = os.fstat(descriptor).st_size
        self._rest = b""
        self._lock = allocate_lock()  # threads read, too
        os.register_at_fork(after_in_child=self._unlock)

    def append(self, entry: JournalEntry) -> None:
        os.write(self.descriptor, json.dumps(entry).encode("ascii") + b"\n")

    def news(self) -> list[JournalEntry]:
        """What was added since the last time, one's own entries as well."""
        with self._lock:
            data = self._rest
            while block := os.pread(self.descriptor, _BLOCK, self._position):
                self._position += len(block)
                data += block
            *lines, self._rest = data.split(b"\n")
        return [json.loads(line) for line in lines]

    def skip(self) -> None:
        """Leave out what was added up to now."""
        self._position = os.fstat(self.descriptor).st_size
        self._rest = b""

    def _unlock(self) -> None:
        self._lock = allocate_lock()  # who held it is not in this process


class Outside(Protocol):
    """Tells what happens to files out of Python's sight."""

    def events(self) -> dict[str, list[int]]:
        """What has happened since the last time, by path."""

    def follow(self, path: str) -> None:
        """Tell of a file, and of others in its folder, from now on."""

    def enter(self, folder: str) -> None:
        """Tell of the files in a folder that the code works in from now on."""

    def take(self, events: dict[str, list[int]]) -> None:
        """Tell what of this is the step's doing."""


LOST = "what it opens can't be followed"


class Seen:
    """Collects while it is `active`; each thing once, as it was when it was first met."""

    def __init__(
        self, scope: PathScope, digests: FileDigests, journal: Journal | None = None
    ) -> None:
        self.scope = scope
        self.digests = digests
        self.active = False
        self.outside: Outside | None = None
        self._journal = journal
        self._process = None if journal is not None else os.getpid()
        self._busy: set[int] = set()
        self.clear()

    def clear(self) -> None:
        self.reads: dict[str, str] = {}
        self.written: dict[str, bool] = {}  # whether something was there before
        self.created: tuple[str, ...] = ()  # "folder/", of those that were not there before
        self.listings: dict[str, str] = {}
        self.stats: dict[tuple[str, str], str] = {}  # a path, and what was asked about it
        self.variables: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.modules: dict[str, str] = {}  # loaded by other processes, with their files
        self.expected: dict[str, int] = {}  # how often the system is to tell that Python opens it
        self.digests.forget_all()

    def start_over(self) -> None:
        """Forget all, here and in the other processes: what they do now, they do again."""
        self.clear()
        if self._journal is not None:
            self._journal.append(["step"])
            self._journal.skip()

    def note(self, record: Callable[..., object], *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        """Call `record`, unless nothing is observed now or this thread does so already."""
        thread = get_ident()
        if not self.active or thread in self._busy:
            return
        self._busy.add(thread)
        try:
            self.catch_up()
            record(*arguments, **named)
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
        if path not in self.reads and not self.is_own(path):
            self.tell("read", path, self.digests.of(path))

    def expect(self, path: str) -> None:
        """Python is about to open a file or folder, which does not count or has been told."""
        if self._process == os.getpid():
            self.expected[path] = self.expected.get(path, 0) + 1
        elif self._journal is not None:
            self._journal.append(["expected", path])

    def was_expected(self, path: str) -> bool:
        """Whether it was Python that has opened it, this time."""
        count = self.expected.get(path, 0)
        if count:
            self.expected[path] = count - 1
        return bool(count)

    def write(self, path: str) -> None:
        """A file is about to be written, replaced or removed, or a folder made."""
        if path not in self.written:
            self.tell("written", path, "there" if os.path.lexists(path) else "")

    def listed(self, folder: str) -> None:
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

    def tell(self, *entry: str) -> None:
        """Add an entry here and in the journal: its kind, and what there is to say."""
        self._add([*entry])
        if self._journal is not None:
            self._journal.append([*entry])

    def share(self) -> Journal:
        """The journal for a process to be started, which is to know what happened so far."""
        if self._journal is None:
            journal = Journal(scratch_file("journal"))
            for path, there in self.written.items():
                journal.append(["written", path, "there" if there else ""])
            journal.skip()
            self._journal = journal
        return self._journal

    def catch_up(self) -> None:
        """Take over what other processes have told, and the system; one's own entries change
        nothing."""
        events = self.outside.events() if self.outside is not None else {}
        if self._journal is not None:
            for entry in self._journal.news():
                self._add(entry)
        if events and self.outside is not None:  # what was to be expected is known by now
            self.outside.take(events)

    def _add(self, entry: JournalEntry) -> None:
        match entry:
            case "read", path, digest:
                if not self.is_own(path):
                    self.reads.setdefault(path, digest)
                if self.outside is not None:
                    self.outside.follow(path)
            case "written", path, there:
                if path not in self.written:
                    self.written[path] = bool(there)
                    if not there:
                        self.created = (*self.created, f"{path}/")
            case "listing", folder, digest:
                self.listings.setdefault(folder, digest)
            case "stat", path, how, text:
                self.stats.setdefault((path, how), text)
            case "variable", name:
                self.variables.setdefault(name)
            case "unknown", words:
                self.unknown.setdefault(words)
            case "module", name, file:
                self.modules.setdefault(name, file)
            case "expected", path:
                self.expected[path] = self.expected.get(path, 0) + 1
            case ["step"]:
                self.clear()
