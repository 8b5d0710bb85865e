"""Which modules are loaded: the project's own with their files, the rest by distribution."""

from __future__ import annotations

import re
import sys
from types import ModuleType

from treadle.execution.worker.observing import frames
from treadle.execution.worker.observing.distributions import Distributions
from treadle.execution.worker.observing.importing import Imports

# Loaded by this program or by Python's start, whatever the document is.
_OURS = frozenset(
    {"treadle", "blake3", "__main__", "__mp_main__", "_distutils_hack", "_virtualenv"}
)
_INSTALLED = re.compile(r".*/(?:site|dist)-packages/([^/.]+)")


class Modules:
    """What `sys.modules` holds, sorted out; looked at again only when it has changed."""

    def __init__(self, imports: Imports) -> None:
        """`imports` tells that modules were loaded."""
        self._imports = imports
        self._distributions = Distributions()
        self._state = (0, 0)
        self.seen: set[str] = set()  # names of modules
        self._roots: set[str] = set()
        self.own: dict[str, str] = {}  # name -> file
        self.distributions: tuple[str, ...] = ()

    def refresh(self) -> None:
        """Take in what was imported since the last time."""
        state = (len(sys.modules), self._imports.count)
        if state == self._state:
            return
        self._state = state
        for name in [name for name in self.own if name not in sys.modules]:
            del self.own[name]
            self.seen.discard(name)
        for name in sys.modules.keys() - self.seen:
            self.take(name, sys.modules.get(name))
        names = {each for root in self._roots for each in self._distributions.of(root)}
        self.distributions = tuple(sorted(names))

    def take(self, name: str, module: ModuleType | None) -> None:
        """Sort a module in."""
        self.seen.add(name)
        root = name.partition(".")[0]
        if root in sys.stdlib_module_names or root in _OURS:
            return
        file = _file_of(module)
        if file is None or frames.is_stdlib(file):
            return
        installed = _INSTALLED.search(file)
        if installed is None:
            if file.startswith("/"):  # torch gives parts of itself names of no file
                self.own[name] = file
        elif self._distributions.of(installed[1]):
            self._roots.add(installed[1])
        else:  # a file that no distribution has brought
            self.own[name] = file


def _file_of(module: ModuleType | None) -> str | None:
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return file
    folders = list(getattr(module, "__path__", ()))  # a package without an __init__
    return str(folders[0]) if folders and isinstance(folders[0], str) else None
