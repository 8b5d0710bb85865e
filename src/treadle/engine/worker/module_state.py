"""What the project's own modules hold besides source, compared after each step with what it was.

A module is loaded once, and its state is the session's: `settings["steps"] = 3`, a class that
counts its objects or is a registry, a function's mutable default, its attributes, its closure. A
module's source is hashed elsewhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

from treadle.engine.store.digest import combined
from treadle.engine.trace import PRESUMED, Binding
from treadle.engine.values.allowance import SHARE, Allowance
from treadle.engine.values.values import Values
from treadle.engine.values.world import MAIN
from treadle.engine.worker.module_contents import held_by, name_of_code

_WRAPPED = (staticmethod, classmethod)
_GONE, _UNSEEN = "gone", "unseen"  # in the place of a token


class ProjectModules:
    """The modules whose files lie in the document's folder or among the extracted code."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self._folders = tuple(os.path.join(folder, "") for folder in folders if folder)  # noqa: PTH118
        self._known: dict[str, bool] = {}

    def holds(self, name: str) -> bool:
        """Whether `name` is loaded and one of them."""
        known = self._known.get(name)
        if known is None:
            if name not in sys.modules:
                return False
            file = str(getattr(sys.modules[name], "__file__", None) or "")
            known = self._known[name] = file.startswith(self._folders) and (
                "site-packages" not in file
            )
        return known


class ModuleState:
    """Compares the state of the project's modules with what it was when they were imported."""

    def __init__(
        self,
        session: Mapping[str, Any],
        values_of: Callable[[dict[str, Any]], Values],
        is_own: Callable[[str], bool],
    ) -> None:
        """`values_of` makes values of names: of the session's, and of what modules hold, which are
        told and not stored."""
        self._session = session
        self._names: dict[str, Any] = {}  # but while they are looked at, it is empty
        self._values = values_of(self._names)
        self._is_own = is_own
        self._known: dict[str, dict[str, str]] = {}  # by module: dotted name -> token
        self._ask: set[str] = set()  # modules whose code asks for the classes derived from theirs
        self._fresh: dict[str, str] = {}  # "module:name" of what was imported since the last step
        self._unseen: dict[str, float] = {}  # what was not looked at, though there was so much time
        self._refs: dict[str, tuple[str, ...]] = {}  # by "module.name": what that reads
        self.given: frozenset[str] = frozenset()  # refs of what the step has put there

    def imported(self, module: ModuleType) -> None:
        """Note what a module holds that has been loaded."""
        name = module.__name__
        if self._is_own(name):
            if any(map(_asks, _codes(module))):
                self._ask.add(name)
            if name in self._known:  # loaded once more, which is a change like any other
                return
            tokens = self._known[name] = self._tokens(module, Allowance(SHARE, 0.0))
            parts: dict[str, list[str]] = {}  # a function's, a class's: whoever uses it uses them
            for bound, token in sorted(tokens.items()):
                # What can't be looked into, this run has made.
                told = f"{bound} {token or os.urandom(16).hex()}"
                parts.setdefault(bound.partition(".")[0], []).append(told)
            self._fresh |= {f"{name}:{top}": combined(found) for top, found in parts.items()}

    def begin(self) -> None:
        """A step starts: what was imported is not its doing."""
        self._fresh, self.given = {}, frozenset()

    def contents(self) -> tuple[tuple[str, str], ...]:
        """The data of modules that the step has imported, as "module:name", with tokens."""
        return tuple(sorted(self._fresh.items()))

    def effects(
        self, allowance: Allowance, may_use: Callable[[str, str], bool]
    ) -> Iterator[tuple[str, str]]:
        """What has changed since the last time, and its new digest. What there was no time for, or
        can't be looked into, the step has changed if its code `may_use` it."""
        for name, before in self._known.items():
            module = sys.modules.get(name)  # it may have been dropped, to be loaded anew
            now = self._tokens(module, allowance) if isinstance(module, ModuleType) else {}
            self._known[name] = now
            for bound in before.keys() | now.keys():
                old, token = before.get(bound, _GONE), now.get(bound, _GONE)
                words = f"the contents of `{name}.{bound}`"
                if _UNSEEN in (old, token) or not token:
                    if may_use(name, bound.partition(".")[0]):
                        yield words, PRESUMED
                elif old != token:
                    self.given |= self._refs_of(f"{name}.{bound}")
                    yield words, token

    def _refs_of(self, dotted: str) -> frozenset[str]:
        """Names of the session that functions kept in a module read, whoever calls them."""
        return frozenset(ref for ref in self._refs.get(dotted, ()) if ref.startswith(f"{MAIN}:"))

    def _tokens(self, module: ModuleType, allowance: Allowance) -> dict[str, str]:
        """By dotted names; what there was no time for, alone: it has links with nothing here."""
        everything = dict(held_by(module, self._is_own))
        named = {name: name_of_code(value, self._is_own) for name, value in everything.items()}
        held = {name: value for name, value in everything.items() if not named[name]}
        names = {f"{module.__name__}.{bound}": bound for bound in held}
        if module.__name__ in self._ask:
            derived = {each.__qualname__: each for each in _derived(module)}
            held, names = derived | held, dict(zip(derived, derived, strict=True)) | names
        left = {name for name in names if self._unseen.get(name, -1.0) < allowance.seconds}
        found = named | dict.fromkeys(held, _UNSEEN)
        late = left
        groups: tuple[Binding, ...] = ()
        while left and late:
            self._names.update(self._session)
            self._names.update((name, held[names[name]]) for name in left)
            groups = self._values.tokens(left, allowance)
            self._names.clear()
            late = {name for group in groups for name in group.unseen}
            self._unseen.update(dict.fromkeys(late, allowance.seconds))
            left -= late
        self._refs.update((name, group.refs) for group in groups for name in group.names)
        tokens = ((name, group.token) for group in groups for name in group.names)
        return found | {names[name]: token for name, token in tokens if name in left}


def _codes(module: ModuleType) -> Iterator[CodeType]:
    """The code of a module's functions, and of those in its classes."""
    values = tuple(vars(module).values())
    classes = (vars(each).values() for each in values if issubclass(type(each), type))
    for value in (*values, *(member for members in classes for member in tuple(members))):
        function = value.__func__ if isinstance(value, _WRAPPED) else value
        if isinstance(function, FunctionType):
            yield function.__code__


def _asks(code: CodeType) -> bool:
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    return "__subclasses__" in code.co_names or any(map(_asks, inner))


def _derived(module: ModuleType) -> Iterator[type]:
    """The session's classes that are derived from a module's."""
    waiting = [each for each in vars(module).values() if isinstance(each, type)]
    while waiting:
        derived: list[type] = type.__subclasses__(waiting.pop())
        waiting += derived
        yield from (each for each in derived if each.__module__ == "__main__")
