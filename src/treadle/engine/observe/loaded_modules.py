"""Modules: which are being imported, and which are loaded."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from importlib.machinery import all_suffixes
from types import ModuleType
from typing import Any

from treadle.engine.observe import ownership
from treadle.engine.store.distributions import name_of, registered

# Loaded by this program or by Python's start, whatever the document is.
_OURS = frozenset(
    {"treadle", "blake3", "msgspec", "__main__", "__mp_main__", "_distutils_hack", "_virtualenv"}
)
_SUFFIXES = tuple(all_suffixes())  # a package without an __init__ has no file
_INSTALLED = re.compile(r".*/(?:site|dist)-packages/([^/.]+)")


class Imports:
    """Knows whether a library is being imported, and tells of each import that is done."""

    def __init__(self) -> None:
        self._threads = threading.local()
        self.count = 0  # of source modules so far: a change of it is news
        self.before_library: list[Callable[[], None]] = []
        self.after_library: list[Callable[[], None]] = []
        self.after_own: list[Callable[[ModuleType], None]] = []

    def install(self) -> None:
        """Stand around the one method that runs modules from source and bytecode."""
        machinery: Any = sys.modules["_frozen_importlib_external"]
        loaders = machinery._LoaderBasics
        original = loaders.exec_module

        def exec_module(loader: object, module: ModuleType) -> None:
            self._run(lambda: original(loader, module), module)

        loaders.exec_module = exec_module

    def in_library(self) -> bool:
        """Whether this thread runs the top level of a library's module."""
        return self._running()[-1:] == [True]

    def _run(self, execute: Callable[[], None], module: ModuleType) -> None:
        running = self._running()
        library = ownership.is_library(module)
        outermost = library and True not in running
        self.count += 1
        if outermost:
            for begun in self.before_library:
                begun()
        running.append(library)
        try:
            execute()
        finally:
            running.pop()
            if outermost:
                for done in self.after_library:
                    done()
        if not library:
            for action in self.after_own:
                action(module)

    def _running(self) -> list[bool]:
        """The modules that this thread is loading, the innermost last: whether it's a library."""
        running: list[bool] | None = getattr(self._threads, "running", None)
        if running is None:
            running = self._threads.running = []
        return running


# --- the project's own modules with their files, the rest by distribution ---


class LoadedModules:
    """What `sys.modules` holds, sorted out; looked at again only when it has changed."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports
        self._distributions = Distributions()
        self._state = (0, 0)
        self.seen: set[str] = set()  # names of modules
        self._roots: set[str] = set()
        self.own: dict[str, str] = {}  # name -> file
        self.distributions: tuple[str, ...] = ()

    def count(self) -> tuple[int, int]:
        """How many modules there are, and how many were run so far: a change of it is news."""
        return len(sys.modules), self._imports.count

    def refresh(self) -> None:
        state = self.count()
        if state == self._state:
            return
        self._state = state
        for name in [name for name in self.own if name not in sys.modules]:
            del self.own[name]
            self.seen.discard(name)
        for name in sys.modules.keys() - self.seen:
            self.seen.add(name)
            file = _file_of(sys.modules.get(name))
            if file is not None and self._is_own(name, file, self._roots):
                self.own[name] = file
        self.distributions = self._distributions_of(self._roots)

    def with_others(self, modules: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
        """The project's own modules and the distributions, with those of other processes."""
        if not modules:
            return self.own, self.distributions
        roots = set(self._roots)
        own = {name: file for name, file in modules.items() if self._is_own(name, file, roots)}
        return own | self.own, self._distributions_of(roots)

    def _is_own(self, name: str, file: str, roots: set[str]) -> bool:
        """Whether a module belongs to the project; if to a distribution, it is put in `roots`."""
        root = name.partition(".")[0]
        if root in sys.stdlib_module_names or root in _OURS or ownership.is_stdlib(file):
            return False
        installed = _INSTALLED.search(file)
        if installed is None:  # torch gives parts of itself names of no file
            return file.startswith("/") and (file.endswith(_SUFFIXES) or os.path.isfile(file))  # noqa: PTH113
        if not self._distributions.of(installed[1]):
            return True  # a file that no distribution has brought
        roots.add(installed[1])
        return False

    def _distributions_of(self, roots: set[str]) -> tuple[str, ...]:
        return tuple(sorted({each for root in roots for each in self._distributions.of(root)}))


def _file_of(module: ModuleType | None) -> str | None:
    """The file that a module was loaded from, which may be an archive of many."""
    archive = getattr(getattr(module, "__loader__", None), "archive", None)
    if isinstance(archive, str):
        return os.path.abspath(archive)  # noqa: PTH100
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return file
    folders = list(getattr(module, "__path__", ()))  # a package without an __init__
    return str(folders[0]) if folders and isinstance(folders[0], str) else None


# The distributions that top-level modules belong to, from the folders they are installed in.

_Record = tuple[str, bytes]  # a distribution, and the names of its modules or files, a line each

_FULL = ("RECORD", "installed-files.txt")
_BRIEF = ("top_level.txt", *_FULL)  # the first of them is short, and mostly complete


class Distributions:
    """Maps names as in `import name` to names as "torch-2.14.1.dist-info"."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}
        self._folders: dict[str, str] | None = None
        self._records: dict[tuple[str, ...], list[_Record]] = {}  # by the files they come from

    def of(self, root: str) -> tuple[str, ...]:
        """All distributions that have something in a top-level module; mostly one."""
        if root not in self._known:
            self._known[root] = (
                self._named_like(root)
                or self._containing(root, _BRIEF)
                or self._containing(root, _FULL)
            )
        return self._known[root]

    def _named_like(self, root: str) -> tuple[str, ...]:
        path = self._registered().get(name_of(root))
        # It must stand beside the distribution's folder: it may come from elsewhere.
        place = f"{os.path.dirname(path)}/{root}" if path else ""  # noqa: PTH120
        if path and (os.path.isdir(place) or os.path.isfile(f"{place}.py")):  # noqa: PTH112, PTH113
            return (os.path.basename(path),)  # noqa: PTH119
        return ()

    def _containing(self, root: str, files: tuple[str, ...]) -> tuple[str, ...]:
        """Those whose record, the first of these files that they have, names the module."""
        if files not in self._records:
            self._records[files] = [_record(path, files) for path in self._registered().values()]
        starts = [b"\n" + root.encode() + ending for ending in (b"/", b".", b"\n", b"\r")]
        records = self._records[files]
        names = (name for name, data in records if any(start in data for start in starts))
        return tuple(sorted(names))

    def _registered(self) -> dict[str, str]:
        if self._folders is None:
            self._folders = registered(sys.path)
        return self._folders


def _record(path: str, files: tuple[str, ...]) -> _Record:
    name = os.path.basename(path)  # noqa: PTH119
    for file in files:
        try:
            with open(f"{path}/{file}", "rb") as lines:  # noqa: PTH123
                return name, b"\n" + lines.read() + b"\n"
        except OSError:
            continue
    return name, b""
