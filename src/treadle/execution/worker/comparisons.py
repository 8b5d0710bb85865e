"""What the code of a chunk has compared: `treadle.checks` announces it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from treadle.execution.result import Comparison
from treadle.execution.worker.imports import AfterImport


class Comparisons:
    """Gathers the comparisons of the chunk that runs."""

    def __init__(self, after_import: AfterImport) -> None:
        """Listen from the moment on at which the chunks import what announces them."""
        self._found: list[Comparison] = []
        after_import.do("treadle.checks", self._listen)

    def take(self) -> tuple[Comparison, ...]:
        """Those since the last time, like ones together: the cases of a loop are one comparison."""
        merged: dict[tuple[str, str], Comparison] = {}
        for new in self._found:
            key = (new.of, new.against)
            old = merged.get(key, Comparison(new.of, new.against, 0, 0.0, 0.0))
            merged[key] = Comparison(
                new.of,
                new.against,
                old.cases + new.cases,
                max(old.tolerance, new.tolerance),
                max(old.deviation, new.deviation),
            )
        self._found.clear()
        return tuple(merged.values())

    def _listen(self, checks: ModuleType) -> None:
        event = checks.EVENT

        def hear(name: str, arguments: tuple[Any, ...]) -> None:
            if name == event:
                of, against, cases, tolerance, deviation = arguments
                self._found.append(
                    Comparison(
                        str(of), str(against), int(cases), float(tolerance), float(deviation)
                    )
                )

        sys.addaudithook(hear)
