"""Attributes of modules: `helpers.N = 5` changes what everybody finds there."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator, Mapping
from operator import is_
from types import FunctionType, ModuleType
from typing import Any

from treadle.engine.observe import scope as frames
from treadle.engine.observe.imports import Modules, is_library
from treadle.engine.observe.state import Effect, text_of
from treadle.engine.store.digest import digest
from treadle.engine.worker.memory import rebound

_PROMPT = "_"  # the last value shown, as at a prompt
_WARNED = "__warningregistry__"  # Python's own notes; each chunk warns for itself all the same
_MISSING = object()

Snapshot = tuple[tuple[str, ...], tuple[Any, ...]]


class Attributes:
    """Compares the attributes of modules, by identity, with those at the step's start."""

    def __init__(self, namespace: Mapping[str, object], modules: Modules) -> None:
        """Of the modules that the session's names hold, and of the project's own."""
        self._namespace = namespace
        self._modules = modules
        self._looked: Mapping[str, object] = {}  # the namespace when the step started
        self._held: dict[str, ModuleType] = {}  # the modules in it, by the names they have
        self._before: dict[ModuleType, Snapshot] = {}
        self._at_import: dict[ModuleType, Snapshot] = {}

    def begin(self, names: Mapping[str, object]) -> None:
        """A step starts; `names` is a copy of the namespace."""
        self._note(*rebound(self._looked, names))
        self._looked = names
        self._before = {module: _attributes(module) for module in self._watched()}

    def imported(self, module: ModuleType) -> None:
        """A module of the project has been loaded by this step."""
        self._before[module] = _attributes(module)

    def import_begins(self) -> None:
        """A library is about to be loaded: it may set what it likes, also in others."""
        self._at_import = {module: _attributes(module) for module in self._before}

    def import_ends(self) -> None:
        """Libraries have been loaded: the session's names will show which of them matter."""
        for module, attributes in self._at_import.items():
            if module in self._before and not _same(attributes, module):
                self._before[module] = _with_news(self._before[module], attributes, module)
        self._at_import = {}
        for name in sys.modules.keys() - self._modules.seen:
            new = sys.modules.get(name)
            if type(new) is ModuleType and new not in self._before and _is_loaded(new):
                self._before[new] = _attributes(new)

    def effects(self, bound: Iterable[str], gone: Iterable[str]) -> Iterator[Effect]:
        """What has been set or deleted since; these names of the session were bound or deleted."""
        self._note(bound, gone)
        own = self._modules.own
        for module in self._watched():
            before = self._before.get(module)
            if before is None or _same(before, module):
                continue
            for name in _changed(dict(zip(*before, strict=True)), vars(module)):
                if _is_part(module, name) or name == _WARNED:
                    continue
                if module.__name__ in own or _counts(module, name):
                    yield _effect(module, name)

    def end(self) -> None:
        """Let go of what was there."""
        self._before = {}

    def _watched(self) -> Iterable[ModuleType]:
        found: dict[ModuleType, None] = {builtins: None}
        for value in self._held.values():
            if value.__name__ not in sys.stdlib_module_names:
                found[value] = None
        for name in self._modules.own:
            module = sys.modules.get(name)
            if isinstance(module, ModuleType):
                found[module] = None
        return found

    def _note(self, bound: Iterable[str], gone: Iterable[str]) -> None:
        """Keep up with the modules among the session's values."""
        for name in gone:
            self._held.pop(name, None)
        for name in bound:
            self._held.pop(name, None)
            value = self._namespace.get(name)
            if type(value) is ModuleType:
                self._held[name] = value


def _attributes(module: ModuleType) -> Snapshot:
    names = vars(module)
    return tuple(names), tuple(names.values())


def _same(before: Snapshot, module: ModuleType) -> bool:
    names, values = before
    now = vars(module)
    return len(now) == len(names) and all(map(is_, values, now.values())) and names == tuple(now)


def _with_news(before: Snapshot, then: Snapshot, module: ModuleType) -> Snapshot:
    """What was there before, with what has changed since `then`."""
    now, result = vars(module), dict(zip(*before, strict=True))
    for name in _changed(dict(zip(*then, strict=True)), now):
        if name in now:
            result[name] = now[name]
        else:
            result.pop(name, None)
    return tuple(result), tuple(result.values())


def _changed(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    names = sorted({*before, *now})
    return [name for name in names if before.get(name, _MISSING) is not now.get(name, _MISSING)]


def _is_loaded(module: ModuleType) -> bool:
    """Whether its import is done: until then what the project's own module sets is no effect."""
    return is_library(module) or not _is_loading(module)


def _is_loading(module: ModuleType) -> bool:
    return getattr(getattr(module, "__spec__", None), "_initializing", False) is True


def _is_part(module: ModuleType, name: str) -> bool:
    """Whether the attribute is a submodule, which its import has set."""
    value = vars(module).get(name)
    return isinstance(value, ModuleType) and value.__name__ == f"{module.__name__}.{name}"


def _counts(module: ModuleType, name: str) -> bool:
    """Whether it is not a library's own doing, or ours.

    Libraries keep state in private names, and load their parts when they are needed.
    """
    if module is builtins:
        return name != _PROMPT
    value = vars(module).get(name)
    if name.startswith("_") or isinstance(value, ModuleType):
        return False
    return not (isinstance(value, FunctionType) and frames.is_ours(value.__code__.co_filename))


def _effect(module: ModuleType, name: str) -> Effect:
    words = f"the builtin `{name}`" if module is builtins else f"`{module.__name__}.{name}`"
    value = vars(module).get(name, _MISSING)
    text = "" if value is _MISSING else text_of(value)
    return words, digest(text.encode("utf-8", "surrogatepass"))
