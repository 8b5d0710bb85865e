"""Data that the project's own modules hold: a step may change it in place."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from treadle.dataflow.records import Group

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
