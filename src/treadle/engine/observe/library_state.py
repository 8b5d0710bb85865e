"""What libraries' modules hold: compared, as far as a step's code names them, before and after.

A module's attributes, what its own objects and classes keep, and what lies in lists and
dictionaries of these. Not all that changes there is an effect: a library also notes what it can
make again. What it was given is none of that, nor is a setting that was another one before; nor
anything where code calls what looks made for its effect, `register` or `set_theme`.
"""

from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from msgspec import Struct

from treadle.engine.identity import identity
from treadle.engine.observe import ownership
from treadle.engine.observe.module_places import (
    ALL,
    DEEPEST,
    MISSING,
    ROWS,
    Place,
    attributes_of,
    is_note,
    places_in,
    root_of,
    spelt,
)
from treadle.engine.observe.named_libraries import Named, Texts, content_of, name_in_process
from treadle.engine.observe.weakly_held import Gone
from treadle.engine.scan.effect_names import may_change
from treadle.engine.values.atoms import ATOMS
from treadle.engine.values.world import attribute_of

_ANYTHING = frozenset({"getattr", "setattr", "vars", "__dict__", "globals", "exec", "eval"})
_FUNCTIONS: Final = (FunctionType, BuiltinFunctionType, MethodType)
_NAME: Final = re.compile(r"\w+")


class LibraryChange(NamedTuple):
    words: str  # "`xml.etree.ElementTree._namespace_map['urn:b']`"
    value: object  # MISSING: it is gone


class _Watched(Struct, frozen=True):
    """The places of a module that are compared."""

    places: list[Place]
    wanted: frozenset[str]  # the names that made them so

    def is_of_module(self) -> bool:
        return isinstance(self.places[0].owner, ModuleType)

    def is_of(self, module: ModuleType) -> bool:
        return self.places[0].owner is module

    def serves(self, module: ModuleType, wanted: frozenset[str]) -> bool:
        """Whether they are, as they are, those that would be found anew."""
        return (
            wanted <= self.wanted
            and self.is_of(module)
            and all(place.is_same() for place in self.places)
        )


class LibraryState:
    """Compares what the modules that a step's code names hold with what they held before it."""

    def __init__(self, apart: Callable[[], Collection[int]]) -> None:
        """`apart` gives the identities of objects that are watched by other means."""
        self._apart = apart
        self._texts = Texts()
        self._named = Named(self._texts)
        self._watched: dict[str, _Watched] = {}  # in this step, by module
        self._known: dict[str, _Watched] = {}  # the same, of all steps
        self._shallow: dict[str, _Watched] = {}  # of which the attributes alone are compared
        self._settled: set[str] = set()  # which were as they were when the last step ended
        self._found: list[LibraryChange] = []
        self._moved: dict[str, str] = {}  # what steps have changed, in words: its module

    def begin(self, shallow: Iterable[ModuleType], bound: Iterable[ModuleType]) -> None:
        """A step starts. Of `shallow` modules the attributes alone are compared, of the `bound`
        ones all, though its code does not name them."""
        self.end()
        for module in shallow:
            self.loaded(module)
        self._settled = set()
        for module in bound:
            self._named.note(module.__name__)
        for words, name in self._moved.items():  # what changed it may well take that back
            self._named.note(name)
            self._named.words.update(_NAME.findall(words))
        self._look()

    def loaded(self, module: ModuleType) -> None:
        """Compare the attributes of a module of the project with those it has now."""
        name = module.__name__
        known = self._shallow.get(name)
        settled = known is not None and name in self._settled and known.is_of(module)
        if known is None or not (settled or known.serves(module, frozenset())):
            known = self._shallow[name] = _Watched([root_of(module)], frozenset())
        self._watched[name] = known

    def imported(self, module: ModuleType) -> None:
        """The same, of one that the step has imported: its code goes on with what that holds."""
        self.loaded(module)
        self._named.follow_imported()
        self._look()

    def runs(self, code: CodeType, scope: Mapping[str, Any]) -> None:
        """The step is about to run code with these global names."""
        self._named.follow(code, scope)
        self._look()

    def import_begins(self) -> None:
        """A library is about to be loaded: it may set what it likes, also in others."""
        self._found += self._changes()

    def import_ends(self) -> None:
        self._named.follow_imported()
        for watched in self._watched.values():
            for place in watched.places:
                place.renew()
        self._look()

    def changes(self) -> list[LibraryChange]:
        """What the step has changed since it began, what imports did left out."""
        found: dict[str, LibraryChange] = {}
        self._settled = {*self._watched}
        for change in (*self._found, *self._changes()):
            same = found.get(change.words)  # of another key that is called the same
            value = change.value if same is None else (same.value, change.value)
            found[change.words] = LibraryChange(change.words, value)
        return list(found.values())

    def unsettle(self) -> None:
        """Something is put in place before the next step, and may change what is held."""
        self._settled = set()

    def end(self) -> None:
        """Hold on to nothing of the project's: a file would not be closed in time."""
        self._named, self._found, self._watched = Named(self._texts), [], {}

    def made_in_c(self) -> set[str]:
        """The functions in C, dotted, that the step's code names and that look made for their
        effect: what they change is seen nowhere."""
        self._named.follow_compiled()
        return self._named.in_c

    def may_use(self, module: str, name: str) -> bool:
        """Whether the step's code can get at what a module of the project keeps under a name."""
        words = self._named.used
        return module in self._named.own and (name in words or not _ANYTHING.isdisjoint(words))

    def asks_for_identities(self) -> bool:
        return self._named.identities

    def _look(self) -> None:
        """Note what is there, in modules that have been named since the last time."""
        for name, module in self._named.modules.items():
            wanted = self._wanted(module)
            watched = self._watched.get(name)
            if watched is not None and wanted <= watched.wanted:
                continue
            known = self._known.get(name)
            if watched is None and known is not None and known.serves(module, wanted):
                self._watched[name] = known
                continue
            older = [] if watched is None else watched.places  # what they held then counts
            apart = {*self._apart(), *(identity(each.owner) for each in older)}
            found = places_in(root_of(module), name.partition(".")[0], wanted, apart)
            self._watched[name] = self._known[name] = _Watched([*older, *found], wanted)
        for name, value in self._named.objects.items():
            if name not in self._watched:
                root = Place(name, value, vars)
                package = type(value).__module__.partition(".")[0]
                places = places_in(root, package, frozenset([ALL]), {identity(value)}, DEEPEST - 2)
                self._watched[name] = _Watched(places, frozenset())

    def _wanted(self, module: ModuleType) -> frozenset[str]:
        """The names of a module that the code mentions; all, where it calls what looks made to
        change more: a function of the module, or a method of one of its classes."""
        words = self._named.words
        found = [word for word in words if word in vars(module)]
        if any(_lies_in(each, module.__name__) for each in self._named.asked):
            return frozenset([*found, ALL])
        verbs = list(filter(may_change, words))
        classes = (
            [each for each in vars(module).values() if isinstance(each, type)] if verbs else []
        )
        mine = [vars(each) for each in classes if each.__module__ == module.__name__]
        asked = any(verb in members for members in mine for verb in verbs)
        return frozenset([*found, ALL] if asked else found)

    def _changes(self) -> Iterator[LibraryChange]:
        seen: set[tuple[int, str]] = set()
        for name in sorted(self._watched):
            for place in self._watched[name].places:
                for key, old, new in place.changed():
                    self._settled.discard(name)
                    slot = identity(place.owner), str(key)
                    words = spelt(place, key)
                    if slot in seen or not (
                        words in self._moved or self._counts(place, key, old, new)
                    ):
                        continue
                    seen.add(slot)
                    self._moved[words] = name
                    yield LibraryChange(words, self._parts(new))

    def _parts(self, value: object) -> object:
        """The value; of one that is known by its name alone, what it keeps to itself."""
        if not name_in_process(value):
            return value
        modules = [each for each in self._watched.values() if each.is_of_module()]
        owners = {identity(place.owner) for each in modules for place in each.places}
        parts = vars(value).items()
        return {
            key: each for key, each in parts if identity(each) not in owners and not is_note(key)
        }

    def _counts(self, place: Place, key: object, old: object, new: object) -> bool:
        if isinstance(new, ModuleType) or _is_ours(new):
            return False
        if is_note(key) and not isinstance(place.owner, dict):
            return False
        if any(map(_is_given, (key, old, new))):
            return True
        if isinstance(old, _FUNCTIONS) and callable(new) and not _is_of(place, new):
            return True
        if any(isinstance(each, weakref.ref) for each in (old, new)):  # a list of all there are
            return False
        if self._is_asked(place, new):
            return True
        setting = _is_plain(old) and _is_plain(new) and not _is_counted(old, new)
        if isinstance(place.owner, (dict, *ROWS)):
            added = old is MISSING or new is MISSING
            meant = added and (self._named.sets_items or self._is_registering(place))
            return setting or (meant and _is_plain(new if old is MISSING else old))
        if str(key) in self._named.attributes or "setattr" in self._named.words:
            return True
        return setting and old is not None and old is not False  # else a library has begun

    def _is_asked(self, place: Place, new: object) -> bool:
        """Whether the code calls what looks made to change this place, or what is new in it."""
        verbs = list(filter(may_change, self._named.words))
        owners = [new]
        outer: Place | None = place
        while outer is not None:
            owners.append(outer.owner)
            outer = outer.outer
        return any(_offers(owner, verb) for owner in owners for verb in verbs)

    def _is_registering(self, place: Place) -> bool:
        """Whether a decorator of the very module may note there what it is given."""
        module = place.outer.owner if place.outer else None
        named = any(_has(module, word) for word in self._named.words)
        return self._named.decorates and named and isinstance(place.owner, ROWS)


def _has(owner: object, function: str) -> bool:
    """Whether this is a function of the module."""
    found = vars(owner).get(function) if isinstance(owner, ModuleType) else None
    return isinstance(found, FunctionType) and found.__module__ == vars(owner)["__name__"]


def _lies_in(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def _offers(owner: object, word: str) -> bool:
    """Whether this is a function of the module, or a method of the object or the class itself."""
    if isinstance(owner, ModuleType):
        found = vars(owner).get(word)
        return isinstance(found, FunctionType | type) and found.__module__ == owner.__name__
    if isinstance(owner, type):
        members = (vars(base)[word] for base in owner.__mro__ if word in vars(base))
        return isinstance(next(members, None), staticmethod | classmethod)
    kind = type(owner)
    return kind.__module__ != "builtins" and any(word in vars(base) for base in kind.__mro__)


# --- what has changed ---


def _is_counted(old: object, new: object) -> bool:
    return type(old) is type(new) is int and old < new


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return type(value) in ATOMS


def _is_ours(value: object) -> bool:
    return isinstance(value, FunctionType) and ownership.is_ours(value.__code__.co_filename)


def _is_of(place: Place, function: object) -> bool:
    """Whether it is of the library itself, which wraps its own functions once it has begun. An
    object in the place of a function may say whatever that said of its module."""
    package = place.words.partition(".")[0]
    itself = isinstance(function, type) or type(function) in _FUNCTIONS
    told = function if itself else type(function)
    return _lies_in(str(attribute_of(told, "__module__")), package)


def _is_given(value: Any, depth: int = 3) -> bool:  # noqa: ANN401
    """Whether it is, or holds, a function or an object of a class of the project's."""
    if isinstance(value, Gone):
        return value.given
    if type(value) in ATOMS or isinstance(value, ModuleType) or not depth:
        return False
    module = attribute_of(value, "__module__")
    if isinstance(module, str) and ownership.is_projects(module):
        return True
    return any(_is_given(each, depth - 1) for each in _held_by(value))


def _held_by(value: Any) -> list[object]:  # noqa: ANN401
    if isinstance(value, type):
        return []
    if isinstance(value, FunctionType):
        return [content_of(cell) for cell in value.__closure__ or ()]
    if isinstance(value, MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, weakref.ref):
        return [value()]
    if isinstance(value, partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, dict):
        return [*list(value.keys())[:50], *list(value.values())[:50]]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)[:50]
    if not type(value).__dictoffset__:  # it may have slots
        return [each for each in gc.get_referents(value)[:50] if not isinstance(each, type)]
    return list(attributes_of(value).values())[:50]
