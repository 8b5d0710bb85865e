"""Imports while they run: which code is being loaded, and what it has done once it is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

from treadle.execution.worker.observing import frames

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
