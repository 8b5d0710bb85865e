"""Processes that multiprocessing starts afresh, by `spawn` or from a fork server: they find what
the session has defined, and Treadle's own modules, as a script's find those of the script.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from types import ModuleType
from typing import Any, Protocol, TypeGuard

from msgspec.structs import replace

from treadle.engine.after_import import AfterImport
from treadle.engine.store.digest import combined
from treadle.engine.trace import Failure, Output, Stream
from treadle.engine.worker.failures import TRACEBACK, CodePlace, with_what_processes_said
from treadle.engine.worker.pools import watch_pools

_NO_NAME = re.compile(r"NameError: name '(?P<name>\w+)' is not defined")
_SPAWNED = "--multiprocessing-fork"
_SERVER = "multiprocessing.forkserver"
_ASKING = "ignore"  # so the start of a fork server asks, for which no process is made
_START = "from treadle.engine.worker.child_start import start; start({!r}, {}); "
SEED = "seed of treadle"  # in what a process is told at first


class Sent(Protocol):
    """What the session has defined, in a file that processes inherit."""

    @property
    def descriptor(self) -> int:
        """That of the file."""

    @property
    def unsent(self) -> Mapping[str, str]:
        """Names whose values can't be sent, and why."""

    def forget(self) -> None:
        """A new process gets the values as they are now."""

    def place_of(self, name: str) -> tuple[int, int, int]:
        """A descriptor, an offset and a length. Raises PicklingError."""


class ChildProcesses:
    """Sends what the session has defined along with what names it."""

    def __init__(self, lending: str, definitions: Callable[[], Sent]) -> None:
        """`lending`: code that makes Treadle's modules importable; `definitions` are made for the
        first process."""
        self._lending = lending
        self._make = definitions
        self._definitions: Sent | None = None
        self._seed = self._started = 0

    def begin(self, seed: int) -> None:
        """A cell runs, with this seed. It counts its processes anew, so that their names, and
        their random numbers, are the same whichever cells have run before."""
        self._seed, self._started = seed, 0
        if (process := sys.modules.get("multiprocessing.process")) is not None:
            process._process_counter = count(1)  # type: ignore[attr-defined]

    def install(self, after_import: AfterImport) -> None:
        """To be done before anything observes what modules hold."""
        after_import.do("multiprocessing.util", self._follow_starts)
        after_import.do("multiprocessing.spawn", self._follow_preparations)
        after_import.do("multiprocessing.reduction", self._follow_pickles)
        after_import.do("multiprocessing.pool", watch_pools)

    def explained(self, failure: Failure, outputs: Iterable[Output], place: CodePlace) -> Failure:
        """The failure, with what the cell's processes have said of theirs, and why one has not got
        what it needs."""
        said = "".join(each.text for each in outputs if _is_of_errors(each))
        if TRACEBACK in said and self._has_started():
            failure = with_what_processes_said(failure, said, place)
        found = _NO_NAME.match(failure.message)
        unsent = self._definitions.unsent if self._definitions else {}
        if found is None or found["name"] not in unsent:
            return failure
        name = found["name"]
        why = f" (in a process of its own, where `{name}` can't be sent: {unsent[name]})"
        return replace(failure, message=failure.message + why)

    def _has_started(self) -> bool:
        """Whether the cell has started a process, in whatever way."""
        process: Any = sys.modules.get("multiprocessing.process")
        return process is not None and repr(process._process_counter) != repr(count(1))

    def _follow_starts(self, util: ModuleType) -> None:
        original = util.spawnv_passfds

        def spawnv_passfds(path: Any, args: Any, passfds: Any) -> Any:  # noqa: ANN401
            words = [os.fsdecode(word) for word in args]
            at = words.index("-c") + 1 if "-c" in words else 0
            if at and (_SPAWNED in words or _SERVER in words[at]):
                descriptor = self._made().descriptor
                words[at] = self._lending + _START.format(self._lending, descriptor) + words[at]
                args, passfds = words, [*passfds, descriptor]
            return original(path, args, passfds)

        util.spawnv_passfds = spawnv_passfds  # type: ignore[attr-defined]

    def _follow_preparations(self, spawn: ModuleType) -> None:
        original = spawn.get_preparation_data

        def get_preparation_data(name: str) -> Any:  # noqa: ANN401
            self._made().forget()
            self._started += name != _ASKING
            seed = combined([str(self._seed), str(self._started)])
            return {**original(name), SEED: int(seed[:16], 16)}

        spawn.get_preparation_data = get_preparation_data  # type: ignore[attr-defined]

    def _follow_pickles(self, reduction: ModuleType) -> None:
        def reducer_override(_: object, value: Any) -> Any:  # noqa: ANN401
            sent = self._definitions  # none before the first process
            return NotImplemented if sent is None else self._reduced(value, sent)

        reduction.ForkingPickler.reducer_override = reducer_override

    def _made(self) -> Sent:
        if self._definitions is None:
            self._definitions = self._make()
        return self._definitions

    def _reduced(self, value: Any, definitions: Sent) -> Any:  # noqa: ANN401
        from treadle.engine.worker.child_main import fetch
        from treadle.engine.worker.sent_definitions import name_in

        if name := name_in(sys.modules["__main__"].__dict__, value):
            with _no_process_to_start():
                place = definitions.place_of(name.partition(".")[0])
            return fetch, (name, *place)
        return NotImplemented


def _is_of_errors(output: Output) -> TypeGuard[Stream]:
    return isinstance(output, Stream) and output.name == "stderr"


@contextmanager
def _no_process_to_start() -> Iterator[None]:
    """What is meant for one process alone, an end of a pipe, is refused, as others read it too."""
    context: Any = sys.modules["multiprocessing.context"]
    before = context.get_spawning_popen()
    context.set_spawning_popen(None)
    try:
        yield
    finally:
        context.set_spawning_popen(before)
