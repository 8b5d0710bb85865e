"""What the code of a chunk has compared: `treadle.checks` announces it."""

from __future__ import annotations

import sys
import threading
from types import ModuleType
from typing import Any

from msgspec.structs import replace

from treadle.engine.messages import Comparison
from treadle.engine.worker.imports import AfterImport


class Comparisons:
    """Gathers the comparisons of the chunk that runs."""

    def __init__(self, after_import: AfterImport) -> None:
        """Listen from the moment on at which the chunks import what announces them."""
        self._found: list[Comparison] = []
        self._of_threads: list[Comparison] = []
        after_import.do("treadle.checks", self._listen)

    def take(self) -> tuple[Comparison, ...]:
        """Those since the last time, like ones together: the cases of a loop are one comparison.

        Those of other threads, whose order is chance, come last and sorted.
        """
        merged: dict[tuple[object, ...], Comparison] = {}
        for new in (*self._found, *sorted(self._of_threads, key=repr)):
            key = (new.of, new.against, new.tolerance)
            if old := merged.get(key):
                cases, found = old.cases + new.cases, max(old.deviation, new.deviation)
                merged[key] = replace(old, cases=cases, deviation=found)
            else:
                merged[key] = new
        self._found.clear()
        self._of_threads.clear()
        return tuple(merged.values())

    def _listen(self, checks: ModuleType) -> None:
        event = checks.EVENT

        def hear(name: str, arguments: tuple[Any, ...]) -> None:
            if name == event:
                of, against, cases, tolerance, found = arguments
                allowed = None if tolerance is None else float(tolerance)
                new = Comparison(str(of), str(against), int(cases), allowed, float(found))
                own = threading.current_thread() is threading.main_thread()
                (self._found if own else self._of_threads).append(new)

        sys.addaudithook(hear)
