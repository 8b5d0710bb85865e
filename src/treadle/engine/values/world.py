"""The session as its values see it: whose a module is, what a name leads to, what types are."""

from __future__ import annotations

import copy
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct

from treadle.engine.identity import identity
from treadle.engine.values.atoms import ATOMS
from treadle.engine.values.bytecode import Codes
from treadle.engine.values.identities import Identities
from treadle.engine.values.reductions import Reduction, Reference
from treadle.engine.values.sharing.reach import ProcessObjects
from treadle.engine.values.stand_ins import StandIns

T = TypeVar("T")
MAIN = "__main__"
EVERYTHING = f"{MAIN}:*"  # a ref to all names of the session
MISSING: Final = object()
_LOOKS_ANYWHERE = frozenset({"globals", "eval", "exec"})
_SUSPENDED = (("gi_code", "gi_frame"), ("cr_code", "cr_frame"), ("ag_code", "ag_frame"))
_BY_NAME = (ModuleType, FunctionType, MethodType, type)  # found by their names anyway

Handler = Callable[[Any, "World"], Reduction]


class Kind(Struct, frozen=True):
    """How values of a type are taken apart, and what of the type matters for that."""

    handler: Handler
    mine: bool  # a class of the session, or of the project's own modules
    frozen: bool  # its values can't change, themselves
    plain: bool  # they are copied as Python copies objects by itself


class ByType(Generic[T]):
    """Notes on types that do not keep these alive: a class of the session's goes when it is
    dropped."""

    def __init__(self, found: Callable[[type], T]) -> None:
        """`found` works a note out."""
        self._found = found
        self._notes: dict[int, tuple[T, weakref.ref[type]]] = {}

    def of(self, kind: type) -> T:
        note = self._notes.get(identity(kind))
        if note is None:
            notes, key = self._notes, identity(kind)
            gone = weakref.ref(kind, lambda _: notes.pop(key, None))
            note = notes[key] = self._found(kind), gone
        return note[0]

    def notes(self) -> list[T]:
        """Those on the types that there are."""
        return [note for note, _ in tuple(self._notes.values())]


class ModuleObjects:
    """The objects that global names of the project's own modules stand for."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        self._is_own = is_own
        self._known: set[str] = set()
        self._own: list[str] = []

    def places(self) -> dict[int, tuple[str, str]]:
        """Module and name of each such object, by its identity."""
        if len(sys.modules) != len(self._known):
            self._own += [name for name in sys.modules.keys() - self._known if self._is_own(name)]
            self._known = set(sys.modules)
        places: dict[int, tuple[str, str]] = {}
        for module in sorted(self._own):
            for name, value in tuple(getattr(sys.modules.get(module), "__dict__", {}).items()):
                has_identity = type(value) not in ATOMS and not isinstance(value, _BY_NAME)
                if has_identity and not name.startswith("__"):
                    places.setdefault(identity(value), (module, name))
        return places


class _Owners:
    def __init__(self, is_own: Callable[[str], bool]) -> None:
        self._is_own = is_own
        self._known: dict[object, str] = {MAIN: "main"}

    def of(self, module: object) -> str:
        """ "main", "own" or "foreign": whose a module of this name is."""
        known = self._known.get(module)
        if known is None:
            own = isinstance(module, str) and self._is_own(module)
            known = self._known[module] = "own" if own else "foreign"
        return known


class World:
    def __init__(
        self,
        namespace: dict[str, Any],
        is_own: Callable[[str], bool],
        kind_of: Callable[[type, bool], Kind],
        singletons: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`namespace`: the session's; `is_own` tells the project's modules by their names.

        `kind_of` works out what counts of a type, and gets whether the type is the project's.
        `singletons` are places of objects of the whole process that plugins know of.
        """
        self.singletons = singletons
        self.namespace = namespace
        self.is_own = is_own
        self.imported_modules: set[str] = set()
        self.codes = Codes()
        # By attributes that a type leaves out: those that a copy has all the same.
        self.set_again: ByType[dict[frozenset[str], frozenset[str]]] = ByType(lambda _: {})
        self.same_class: ByType[list[bool]] = ByType(lambda _: [])  # whether copies are of it: one
        self.module_objects = ModuleObjects(is_own)
        self.process_objects = ProcessObjects(is_own)
        self.stand_ins = StandIns()
        self.identities = self._identities_in(namespace, asked=False)
        # Not of this object, which would be in a circle with them, and its namespace, too.
        self.owner = owner = _Owners(is_own).of
        kinds = ByType(lambda kind: kind_of(kind, owner(kind.__module__) != "foreign")).of
        self.kind = kinds
        self._kept = ByType(lambda kind: () if kinds(kind).mine else names_kept(kind))
        self._marks: ByType[dict[int, tuple[str, str]]] = ByType(lambda kind: dict(_marks_of(kind)))
        self._overlay: Mapping[str, Any] = {}

    def with_names(self, overlay: Mapping[str, Any]) -> World:
        """The same, if these names were bound; what it finds out about types is found for both.
        A number that stands for an object stands for one of theirs."""
        world = copy.copy(self)
        world._overlay = overlay
        world.identities = self._identities_in(overlay, asked=self.identities.asked)
        return world

    def reduce(self, value: Any) -> Reduction:
        return self.kind(type(value)).handler(value, self)

    def _identities_in(self, names: Mapping[str, Any], *, asked: bool) -> Identities:
        return Identities(names.values, self.process_objects.identities, asked)

    def in_library(self, value: object) -> Reference | None:
        """Where the library's module that defines its class keeps this very object."""
        kind = type(value)
        module = kind.__module__
        found = (name for name in self._kept.of(kind) if self.lookup(module, name) is value)
        return next((Reference(module, name, kept=True) for name in found), None)

    def kept_in_library(self, kind: type) -> tuple[str, ...]:
        """The names under which the library's module that defines a class keeps objects of it."""
        return self._kept.of(kind)

    def holds_mark(self, kind: type, names: Mapping[str, Any]) -> bool:
        """Whether these attributes of an object of this type hold a text or a tuple that a module
        of its classes keeps: whoever reads it may ask whether it is the very one."""
        known = self._marks.of(kind)
        return bool(known) and not known.keys().isdisjoint(map(identity, names.values()))

    def marks(self) -> dict[int, tuple[str, str]]:
        """Module and name of each such text or tuple, by its identity."""
        return {key: place for found in self._marks.notes() for key, place in found.items()}

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
        imported = tuple(f"{name}:*" for name in self.codes.of(code).imports if self.is_own(name))
        if module is None or self.owner(module) == "foreign":
            return imported
        reads = self.codes.of(code).reads
        everything = () if reads.isdisjoint(_LOOKS_ANYWHERE) else (f"{module}:*",)
        return (*(f"{module}:{name}" for name in reads), *everything, *imported)

    def refs_of_code(self, value: Any) -> tuple[str, ...]:
        """The same of a function of the project's, and of the code that a generator or a coroutine
        will go on with."""
        if isinstance(value, FunctionType):
            module = self.module_of(value.__globals__)
            return () if self.owner(module) == "foreign" else self.refs(module, value.__code__)
        found: list[str] = []
        for code, frame in _SUSPENDED:
            scope = getattr(getattr(value, frame, None), "f_globals", None)
            if scope is not None:
                found += self.refs(self.module_of(scope), getattr(value, code))
        return tuple(found)

    def definition(self, value: Any, module: Any, name: Any) -> Reference | None:
        """A function or class by its name, if that leads to it."""
        if self.lookup(module, name) is not value:
            return None
        foreign = self.owner(module) == "foreign"
        return Reference(module, name, () if foreign else (f"{module}:{top(name)}",))

    def submodules(self, module: str) -> tuple[str, ...]:
        """The modules below one that the session imported by name."""
        below = module + "."
        return tuple(sorted(name for name in self.imported_modules if name.startswith(below)))


def names_kept(kind: type) -> tuple[str, ...]:
    """The names under which the module that defines a class keeps objects of it."""
    held = getattr(sys.modules.get(kind.__module__), "__dict__", {})
    return tuple(name for name, value in tuple(held.items()) if type(value) is kind)


def _marks_of(kind: type) -> Iterator[tuple[int, tuple[str, str]]]:
    """The texts and tuples that the modules of a class and its bases keep, but for such as are one
    object wherever they are written."""
    modules = {base.__module__ for base in kind.__mro__} - {MAIN, "builtins"}
    for module in modules:
        for name, value in tuple(getattr(sys.modules.get(module), "__dict__", {}).items()):
            is_mark = type(value) is tuple or (type(value) is str and not value.isidentifier())
            if is_mark and len(value) > 1 and not name.startswith("__"):
                yield identity(value), (module, name)


def attribute_of(value: Any, name: str) -> Any:
    """An attribute; None where there is none, and where the value's own `__getattr__` fails."""
    try:
        return getattr(value, name)
    except Exception:
        return None


def top(qualname: str) -> str:
    """The global name under which something is defined; "*" where there is none."""
    first = qualname.partition(".")[0]
    return "*" if "<" in first else first
