"""Which modules are loaded: the project's own with their files, the rest by distribution."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from importlib.machinery import all_suffixes
from types import ModuleType

from treadle.execution.worker.observing import frames
from treadle.execution.worker.observing.distributions import Distributions
from treadle.execution.worker.observing.importing import Imports

# Loaded by this program or by Python's start, whatever the document is.
_OURS = frozenset(
    {"treadle", "blake3", "msgspec", "__main__", "__mp_main__", "_distutils_hack", "_virtualenv"}
)
_SUFFIXES = tuple(all_suffixes())  # a package without an __init__ has no file
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
        self.distributions = self._distributions_of(self._roots)

    def with_others(self, modules: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
        """The project's own modules and the distributions, with those of other processes."""
        if not modules:
            return self.own, self.distributions
        roots = set(self._roots)
        own = {name: file for name, file in modules.items() if self._is_own(name, file, roots)}
        return own | self.own, self._distributions_of(roots)

    def take(self, name: str, module: ModuleType | None) -> None:
        """Sort a module in."""
        self.seen.add(name)
        file = _file_of(module)
        if file is not None and self._is_own(name, file, self._roots):
            self.own[name] = file

    def _is_own(self, name: str, file: str, roots: set[str]) -> bool:
        """Whether a module belongs to the project; if to a distribution, it is put in `roots`."""
        root = name.partition(".")[0]
        if root in sys.stdlib_module_names or root in _OURS or frames.is_stdlib(file):
            return False
        installed = _INSTALLED.search(file)
        if installed is None:  # torch gives parts of itself names of no file
            return file.startswith("/") and file.endswith(_SUFFIXES)
        if not self._distributions.of(installed[1]):
            return True  # a file that no distribution has brought
        roots.add(installed[1])
        return False

    def _distributions_of(self, roots: set[str]) -> tuple[str, ...]:
        return tuple(sorted({each for root in roots for each in self._distributions.of(root)}))


def _file_of(module: ModuleType | None) -> str | None:
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return file
    folders = list(getattr(module, "__path__", ()))  # a package without an __init__
    return str(folders[0]) if folders and isinstance(folders[0], str) else None
