"""The session as values see it: whose code something is, and what a name leads to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from treadle.engine.values.codes import ATOMS, Codes
from treadle.engine.values.reduction import Reduction

# Objects that live in global names of the project's own modules.

_BY_NAME = (ModuleType, FunctionType, MethodType, type)  # found by their names anyway


class Homes:
    """Where an object of a module is to be found."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        """`is_own` tells the project's own modules by their names."""
        self._is_own = is_own
        self._known: set[str] = set()
        self._own: list[str] = []

    def found(self) -> dict[int, tuple[str, str]]:
        """Module and name of each object, by identity."""
        if len(sys.modules) != len(self._known):
            self._own += [name for name in sys.modules.keys() - self._known if self._is_own(name)]
            self._known = set(sys.modules)
        homes: dict[int, tuple[str, str]] = {}
        for module in sorted(self._own):
            for name, value in tuple(getattr(sys.modules.get(module), "__dict__", {}).items()):
                seldom = type(value) not in ATOMS and not isinstance(value, _BY_NAME)
                if seldom and not name.startswith("__"):
                    homes.setdefault(id(value), (module, name))
        return homes


# The session as values see it: whose code something is, and what a name leads to.

# ruff: noqa: ANN401  (a value is whatever the user made)


MAIN = "__main__"
MISSING: Final = object()
LOOKS_ANYWHERE = frozenset({"globals", "eval", "exec"})

Handler = Callable[[Any, "World"], Reduction]


class World:
    """Names, modules and how values of each type are taken apart."""

    def __init__(self, namespace: dict[str, Any], is_own: Callable[[str], bool]) -> None:
        """The session's names; `is_own` says of a module's name whether it is the project's."""
        self.namespace = namespace
        self.is_own = is_own
        self.imported_modules: set[str] = set()
        self.codes = Codes()
        self._overlay: Mapping[str, Any] = {}
        self._handlers: dict[type, Handler] = {}
        self._frozen: dict[type, bool] = {}
        self._plain: dict[type, bool] = {}
        self._owners: dict[object, str] = {MAIN: "main"}
        self.homes = Homes(is_own)

    def with_names(self, overlay: Mapping[str, Any]) -> World:
        """The same, if these names were bound."""
        world = World(self.namespace, self.is_own)
        world.imported_modules = self.imported_modules
        world.codes = self.codes
        world.homes = self.homes
        world._handlers = self._handlers
        world._owners = self._owners
        world._frozen = self._frozen
        world._plain = self._plain
        world._overlay = overlay
        return world

    def reduce(self, value: Any) -> Reduction:
        """What `value` is taken apart into."""
        return self.handler(type(value))(value, self)

    def handler(self, kind: type) -> Handler:
        """How values of a type are taken apart."""
        known = self._handlers.get(kind)
        if known is None:
            from treadle.engine.values.handlers import handler_of

            known = self._handlers[kind] = handler_of(kind)
        return known

    def frozen(self, kind: type, *, mine: bool) -> bool:
        """Whether values of a type can't change, themselves."""
        known = self._frozen.get(kind)
        if known is None:
            from treadle.engine.values.handlers import is_frozen

            known = self._frozen[kind] = is_frozen(kind, mine=mine)
        return known

    def plain(self, kind: type) -> bool:
        """Whether values of a type are copied as Python copies objects by itself."""
        known = self._plain.get(kind)
        if known is None:
            from treadle.engine.values.handlers import reduces_plainly

            known = self._plain[kind] = reduces_plainly(kind)
        return known

    def owner(self, module: object) -> str:
        """ "main", "own" or "foreign": whose a module of this name is."""
        known = self._owners.get(module)
        if known is None:
            own = isinstance(module, str) and self.is_own(module)
            known = self._owners[module] = "own" if own else "foreign"
        return known

    def lookup(self, module: object, qualname: object) -> Any:
        """What a dotted name in a module leads to, or MISSING."""
        if not isinstance(module, str) or not isinstance(qualname, str) or "<" in qualname:
            return MISSING
        first, *rest = qualname.split(".")
        found: Any
        if module == MAIN:
            found = self._overlay.get(first, self.namespace.get(first, MISSING))
        else:
            found = getattr(sys.modules.get(module), "__dict__", {}).get(first, MISSING)
        try:
            for part in rest:
                found = getattr(found, part)
        except Exception:
            return MISSING
        return found

    def module_of(self, scope: dict[str, Any]) -> str | None:
        """The module whose global names these are; None for a dictionary of somebody's own."""
        if scope is self.namespace:
            return MAIN
        name = scope.get("__name__")
        module = sys.modules.get(name) if isinstance(name, str) else None
        return name if isinstance(module, ModuleType) and module.__dict__ is scope else None

    def refs(self, module: str | None, code: CodeType) -> tuple[str, ...]:
        """The names that code of a module reads there, and the own modules that it imports."""
        imported = tuple(f"{name}:*" for name in self.codes.imports(code) if self.is_own(name))
        if module is None or self.owner(module) == "foreign":
            return imported
        reads = self.codes.reads(code)
        everything = () if reads.isdisjoint(LOOKS_ANYWHERE) else (f"{module}:*",)
        return (*(f"{module}:{name}" for name in reads), *everything, *imported)

    def submodules(self, module: str) -> tuple[str, ...]:
        """The modules below one that the session imported by name."""
        below = module + "."
        return tuple(sorted(name for name in self.imported_modules if name.startswith(below)))


def top(qualname: str) -> str:
    """The global name under which something is defined; "*" where there is none."""
    first = qualname.partition(".")[0]
    return "*" if "<" in first else first
