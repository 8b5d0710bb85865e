"""Processes that multiprocessing starts afresh, by `spawn` or from a fork server: they find what
the session has defined, and Treadle's own modules, as a script's find those of the script.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, ModuleType
from typing import Any

from treadle.engine.after_import import AfterImport
from treadle.engine.messages import CellSource, WorkerSetup
from treadle.engine.worker.lend import lending_code
from treadle.engine.worker.pools import watch_pools

_SPAWNED = "--multiprocessing-fork"
_SERVER = "multiprocessing.forkserver"
_START = "from treadle.engine.worker.child_main import become_child as start; start(); "


class ChildProcesses:
    """Sends what the session has defined along with what names it."""

    def __init__(
        self,
        setup: WorkerSetup,
        names: Mapping[str, Any],
        sources: Callable[[], Iterable[CellSource]],
        parse: Callable[[CellSource], ast.Module],
        compile_statement: Callable[[ast.stmt, str], CodeType],
    ) -> None:
        self._start = lending_code(setup.lent) + _START
        self._names = names
        self._of_session = (names, sources, parse, compile_statement)
        self._definitions: Any = None  # made for the first process

    def install(self, after_import: AfterImport) -> None:
        """To be done before anything observes what modules hold."""
        after_import.do("multiprocessing.util", self._follow_starts)
        after_import.do("multiprocessing.spawn", self._follow_preparations)
        after_import.do("multiprocessing.reduction", self._follow_pickles)
        after_import.do("multiprocessing.pool", watch_pools)

    def unsent(self, name: str) -> str:
        """Why a value of the session could not be sent; empty: it was, or nobody needed it."""
        return self._definitions.unsent.get(name, "") if self._definitions else ""

    def _follow_starts(self, util: ModuleType) -> None:
        original = util.spawnv_passfds

        def spawnv_passfds(path: Any, args: Any, passfds: Any) -> Any:  # noqa: ANN401
            words = [os.fsdecode(word) for word in args]
            at = words.index("-c") + 1 if "-c" in words else 0
            if at and (_SPAWNED in words or _SERVER in words[at]):
                words[at] = self._start + words[at]
                args, passfds = words, [*passfds, self._made().descriptor]
            return original(path, args, passfds)

        util.spawnv_passfds = spawnv_passfds  # type: ignore[attr-defined]

    def _follow_preparations(self, spawn: ModuleType) -> None:
        original = spawn.get_preparation_data

        def get_preparation_data(name: str) -> Any:  # noqa: ANN401
            self._made().forget()
            return original(name)

        spawn.get_preparation_data = get_preparation_data  # type: ignore[attr-defined]

    def _follow_pickles(self, reduction: ModuleType) -> None:
        def reducer_override(_: object, value: Any) -> Any:  # noqa: ANN401
            return NotImplemented if self._definitions is None else self._reduced(value)

        reduction.ForkingPickler.reducer_override = reducer_override

    def _made(self) -> Any:  # noqa: ANN401
        if self._definitions is None:
            from treadle.engine.worker.sent_definitions import Definitions

            self._definitions = Definitions(*self._of_session)
        return self._definitions

    def _reduced(self, value: Any) -> Any:  # noqa: ANN401
        from treadle.engine.worker.child_main import fetch
        from treadle.engine.worker.sent_definitions import name_in

        if name := name_in(self._names, value):
            with _no_process_to_start():
                place = self._definitions.place_of(name.partition(".")[0])
            return fetch, (name, *place)
        return NotImplemented


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
