"""Where the project's own code looks for modules: a new file there may come first."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from importlib.machinery import all_suffixes
from types import ModuleType
from typing import Any

from treadle.engine.messages import WorkerSetup
from treadle.engine.observe import scope as frames
from treadle.engine.observe.log import Log
from treadle.engine.plan.distributions import name_of, registered

# Imports while they run: which code is being loaded, and what it has done once it is.

_Kind = str
_LIBRARY, _OWN = "library", "own"


class Imports:
    """Knows whether a library is being imported, and tells of each import that is done.

    A library is what is installed or Python's own; the rest belongs to the project.
    """

    def __init__(self) -> None:
        """Nobody is told yet."""
        self._local = threading.local()
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
            self._run(original, loader, module)

        loaders.exec_module = exec_module

    def in_library(self) -> bool:
        """Whether this thread runs the top level of a library's module."""
        return self._kinds()[-1:] == [_LIBRARY]

    def _run(
        self, run: Callable[[object, ModuleType], None], loader: object, module: ModuleType
    ) -> None:
        kinds = self._kinds()
        kind = _LIBRARY if is_library(module) else _OWN
        outermost = kind == _LIBRARY and _LIBRARY not in kinds
        self.count += 1
        if outermost:
            self._tell(self.before_library)
        kinds.append(kind)
        try:
            run(loader, module)
        finally:
            kinds.pop()
            if outermost:
                self._tell(self.after_library)
        if kind == _OWN:
            for action in self.after_own:
                action(module)

    def _kinds(self) -> list[_Kind]:
        kinds: list[_Kind] | None = getattr(self._local, "kinds", None)
        if kinds is None:
            kinds = self._local.kinds = []
        return kinds

    def _tell(self, actions: list[Callable[[], None]]) -> None:
        for action in actions:
            action()


def is_library(module: ModuleType) -> bool:
    """Whether a module is installed or Python's own."""
    file = getattr(module, "__file__", None) or "<frozen>"
    return frames.is_installed(file) or frames.is_stdlib(file)


# The distributions that top-level modules belong to, from the folders they are installed in.

_Record = tuple[str, bytes]  # a distribution, and the names of its modules or files, a line each

_FULL = ("RECORD", "installed-files.txt")
_BRIEF = ("top_level.txt", *_FULL)  # the first of them is short, and mostly complete


class Distributions:
    """Maps names as in `import name` to names as "torch-2.14.1.dist-info"."""

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self._known: dict[str, tuple[str, ...]] = {}
        self._folders: dict[str, str] | None = None
        self._records: list[_Record] | None = None
        self._full_records: list[_Record] | None = None

    def of(self, root: str) -> tuple[str, ...]:
        """All distributions that have something in a top-level module; mostly one."""
        known = self._known.get(root)
        if known is None:
            known = self._known[root] = self._named_like(root) or self._containing(root)
        return known

    def _named_like(self, root: str) -> tuple[str, ...]:
        path = self._registered().get(name_of(root))
        if path is None or not _holds(path, root):
            return ()
        return (os.path.basename(path),)  # noqa: PTH119

    def _containing(self, root: str) -> tuple[str, ...]:
        if self._records is None:
            self._records = [_record(path, _BRIEF) for path in self._registered().values()]
        return _found(self._records, root) or self._containing_by_full_records(root)

    def _containing_by_full_records(self, root: str) -> tuple[str, ...]:
        if self._full_records is None:
            self._full_records = [_record(path, _FULL) for path in self._registered().values()]
        return _found(self._full_records, root)

    def _registered(self) -> dict[str, str]:
        if self._folders is None:
            self._folders = registered(sys.path)
        return self._folders


def _holds(path: str, root: str) -> bool:
    """Whether the module stands beside the distribution's folder; it may come from elsewhere."""
    place = os.path.join(os.path.dirname(path), root)  # noqa: PTH118, PTH120
    return os.path.isdir(place) or os.path.isfile(f"{place}.py")  # noqa: PTH112, PTH113


def _record(path: str, files: tuple[str, ...]) -> _Record:
    """What the first of these files says a distribution has brought."""
    for file in files:
        try:
            with open(f"{path}/{file}", "rb") as lines:  # noqa: PTH123
                return os.path.basename(path), b"\n" + lines.read() + b"\n"  # noqa: PTH119
        except OSError:
            continue
    return os.path.basename(path), b""  # noqa: PTH119


def _found(records: list[_Record], root: str) -> tuple[str, ...]:
    starts = [b"\n" + root.encode() + ending for ending in (b"/", b".", b"\n", b"\r")]
    names = [name for name, data in records if any(start in data for start in starts)]
    return tuple(sorted(names))


# Which modules are loaded: the project's own with their files, the rest by distribution.

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


# Where the project's own code looks for modules: a new file there may come first.


class Lookups:
    """Tells a log which places for a module were empty; what is found is known as loaded."""

    def __init__(self, log: Log, imports: Imports, setup: WorkerSetup) -> None:
        """Modules are looked for in the folders of `setup` before any other."""
        self._log = log
        self._imports = imports
        self._folders = [folder for folder in (setup.code_path, setup.directory) if folder]

    def handlers(self) -> dict[str, Callable[..., None]]:
        """What to do at each event, with its arguments."""
        return {"import": self.imported}

    def imported(self, name: str, *_rest: object) -> None:
        """`import`: of a module that is not loaded yet, be it there or not."""
        if self._imports.in_library() or not frames.asked_by_user(0):
            return
        parent, _dot, last = name.rpartition(".")
        for folder in self._folders_of(parent):
            for place in (f"{folder}/{last}", f"{folder}/{last}.py"):
                path = self._log.scope.path_of(place)
                if path is not None:
                    self._log.asked(path, "kind")

    def _folders_of(self, parent: str) -> Iterable[str]:
        if not parent:
            return self._folders
        return [str(folder) for folder in getattr(sys.modules.get(parent), "__path__", ())]
