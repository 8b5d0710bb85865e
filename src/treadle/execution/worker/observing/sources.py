"""Source text that is shown at run time: by tracebacks, warnings and `inspect`.

Python keeps the files it has read for that, so not the reading is what counts but the use.
"""

from __future__ import annotations

import linecache
import os
from typing import Any

from treadle.execution.worker.observing import frames
from treadle.execution.worker.observing.importing import Imports
from treadle.execution.worker.observing.log import Log

_WARNINGS = frozenset({"warnings"})


class Sources:
    """Tells a log which source files are looked into."""

    def __init__(self, log: Log, imports: Imports) -> None:
        """Tell `log`."""
        self._log = log
        self._imports = imports

    def install(self) -> None:
        """Replace the one function that all of them call."""
        log, original = self._log, linecache.getlines

        def getlines(filename: str, module_globals: Any = None) -> list[str]:  # noqa: ANN401
            if log.active:
                log.note(self._looked_up, filename)
            return original(filename, module_globals)

        getlines.__doc__ = original.__doc__
        linecache.getlines = getlines

    def _looked_up(self, file: str) -> None:
        known = linecache.cache.get(file)
        if file.startswith("<") or (known is not None and len(known) == 4 and known[1] is None):
            return  # no file: code of the document, say
        path = self._log.scope.path_of(file)
        if path is not None and os.path.exists(path) and self._is_shown():  # noqa: PTH110
            self._log.read(path)

    def _is_shown(self) -> bool:
        """Whether it can be seen in a result: libraries note down who calls them.

        torch does so for each `manual_seed`. What they warn of is shown with its line.
        """
        if self._imports.in_library():
            return False
        return frames.asked_by_user(0) or frames.passes(0, _WARNINGS)
