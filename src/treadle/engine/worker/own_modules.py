"""Data that the project's own modules hold: a step may change it in place."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from treadle.engine.trace import Group

# Which modules are the project's own: their source is hashed by the command, line by line.


class OwnModules:
    """The modules whose files lie in the document's folder or among the extracted code."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        """`folders` are absolute."""
        self._folders = tuple(os.path.join(folder, "") for folder in folders if folder)  # noqa: PTH118
        self._known: dict[str, bool] = {}

    def holds(self, name: str) -> bool:
        """Whether `name` is loaded and one of them."""
        known = self._known.get(name)
        if known is None:
            file = getattr(sys.modules.get(name), "__file__", None)
            if name not in sys.modules:
                return False
            known = self._known[name] = bool(file) and self._inside(str(file))
        return known

    def _inside(self, file: str) -> bool:
        return file.startswith(self._folders) and "site-packages" not in file


# Data that the project's own modules hold: a step may change it in place.

CODE = (FunctionType, BuiltinFunctionType, MethodType, ModuleType, type)

TokensOf = Callable[[dict[str, Any], Iterable[str]], Iterable[Group]]


class OwnData:
    """Compares the contents of own modules' data with what it was when they were imported."""

    def __init__(self, tokens_of: TokensOf, is_own: Callable[[str], bool]) -> None:
        """`tokens_of` gives the alias groups of names in a namespace."""
        self._tokens_of = tokens_of
        self._is_own = is_own
        self._known: dict[str, Mapping[str, str]] = {}  # by module: name -> token
        self._fresh: dict[str, str] = {}  # "module:name" of what was imported since the last step

    def imported(self, module: ModuleType) -> None:
        """A module of the project has been loaded."""
        name = module.__name__
        if self._is_own(name):
            tokens = self._known[name] = self._tokens(module)
            self._fresh.update((f"{name}:{bound}", token) for bound, token in tokens.items())

    def contents(self) -> tuple[tuple[str, str], ...]:
        """The data of modules imported since the last time, as "module:name", with tokens."""
        found, self._fresh = self._fresh, {}
        return tuple(sorted(found.items()))

    def effects(self) -> Iterator[tuple[str, str]]:
        """What has changed since the last time, and its new digest."""
        for name, before in self._known.items():
            module = sys.modules.get(name)
            if not isinstance(module, ModuleType):
                continue
            now = self._tokens(module)
            self._known[name] = now
            for bound, token in now.items():
                if token and before.get(bound, token) != token:
                    yield f"the contents of `{name}.{bound}`", token

    def _tokens(self, module: ModuleType) -> Mapping[str, str]:
        namespace = vars(module)
        names = [
            name
            for name, value in namespace.items()
            if not (name.startswith("__") or isinstance(value, CODE) or _is_future(value))
        ]
        if not names:
            return {}
        groups = self._tokens_of(namespace, names)
        return {name: group.token for group in groups for name in group.names}


def _is_future(value: object) -> bool:
    """Whether it is what `from __future__ import annotations` binds."""
    return type(value).__module__ == "__future__"
