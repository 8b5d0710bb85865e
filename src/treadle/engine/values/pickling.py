"""Values taken apart by pickle, their memory beside, and put together again over memory.

What pickle does not tell, or can't, is told here: what is found by its name in the session or a
module, memory, sets in their order, a NaN that is met twice, numbers that stand for objects.
"""

from __future__ import annotations

import importlib
import io
import pickle
import struct
from collections.abc import Mapping, Sequence
from operator import attrgetter
from types import FunctionType
from typing import Any, NoReturn

from msgspec import Struct

from treadle.engine.identity import identity
from treadle.engine.values import reductions
from treadle.engine.values.atoms import is_nan
from treadle.engine.values.reductions import ModuleGlobals, Opaque, Parts, Reference
from treadle.engine.values.regions import Memory, Piece, lent
from treadle.engine.values.types.functions_and_classes import function_by_value, recipe
from treadle.engine.values.types.objects import (
    PROTOCOL,
    may_leave_out,
    reduced,
    singletons,
)
from treadle.engine.values.types.sets import SetRecipe, set_recipe
from treadle.engine.values.world import MAIN, MISSING, World


class UnstorableError(Exception):
    """The message says what can't be stored."""


# --- apart ---


def given(kind: str, content: Any) -> NoReturn:
    """Stands in an entry for what only its loader can give: see `_Outside.give`."""
    raise NotImplementedError(kind, content)


class _Storer(pickle.Pickler):
    """Pickles values; memory is left out, by number, and kept in `pieces`."""

    def __init__(
        self, file: io.BytesIO, world: World, values: Mapping[str, Any], copies: frozenset[int]
    ) -> None:
        """Functions of the session are stored by name, except those that `values` defines.

        `copies`: what gets memory of its own, by identity.
        """
        super().__init__(file, PROTOCOL)
        self._world = world
        self._values = values
        self._copies = copies
        self._singletons = singletons(world.singletons)
        self._serials: dict[tuple[int, int], int] = {}
        self.pieces: list[Memory] = []

    def reducer_override(self, value: Any) -> Any:
        if type(value) is Memory:
            return given, ("memory", self._serial(value))
        if type(value) is ModuleGlobals:
            return given, ("globals", value.module)
        place = self._singletons.get(identity(value))
        if place is not None:
            return attribute, place
        of_type = type(value)
        kind = self._world.kind(of_type)
        told = kind.handler is reduced and not may_leave_out(of_type)
        if told and not self._world.kept_in_library(of_type):
            return NotImplemented  # pickle asks the same, and faster
        red = kind.handler(value, self._world)
        if isinstance(red, Reference):
            return self._referred(value, red)
        if isinstance(red, Opaque) and red.instead is not None:
            return given, red.instead
        if isinstance(red, Opaque):
            raise UnstorableError(red.words)
        if identity(value) in self._copies and red.make_copy is not None:
            red = red._replace(make=red.make_copy)
        return _as_pickle_wants(red)

    def _referred(self, value: Any, red: Reference) -> Any:
        if red.module == MAIN:
            defined = self._values.get(red.name) is value
            return self._defined(value) if defined else (given, ("name", red.name))
        names = (getattr(value, "__module__", None), getattr(value, "__qualname__", None))
        if isinstance(value, (type, FunctionType)) and names == (red.module, red.name):
            return NotImplemented
        return attribute, (red.module, red.name)

    def _defined(self, value: Any) -> Any:
        """How a function or a class is made that one of the names stands for."""
        if not isinstance(value, type):
            return _as_pickle_wants(function_by_value(value, self._world))
        made = recipe(value)
        if made is None:
            raise UnstorableError(f"the class `{value.__qualname__}`")
        return made

    def _serial(self, memory: Memory) -> int:
        place = (memory.start, memory.stop)
        if place not in self._serials:
            self._serials[place] = len(self.pieces)
            self.pieces.append(memory)
        return self._serials[place]


class _ThoroughStorer(_Storer):
    """The same, for values that hold sets in an order of their own, a module's objects, identities,
    or a NaN several times.

    Pickle asks `persistent_id` about every object, down to each number: that takes time, and is
    done only where the other one's entry does not give the values back as they were.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        modules = self._world.module_objects.places()
        self._places = {**self._world.marks(), **self._singletons, **modules}
        self._sets: dict[int, tuple[int, Any]] = {}
        self._nans: dict[int, tuple[int, Any]] = {}
        self._identities = self._world.identities

    def persistent_id(self, value: Any) -> Any:
        place = self._places.get(identity(value))
        if place is not None:
            return "object", place
        if is_nan(value):
            number, _ = self._nans.setdefault(identity(value), (len(self._nans), value))
            return "nan", (number, struct.pack("<d", value))
        if self._identities.is_one(value):
            return "identity", self._identities.object_of(value)
        if type(value) is not set and type(value) is not frozenset:
            return None
        if value and all(map(self._identities.is_one, value)):
            return None  # in no order
        known = self._sets.get(identity(value))
        if known is not None:
            return "again", known[0]
        made = set_recipe(value)
        if made is None:
            raise UnstorableError("a set whose order can't be restored")
        number = len(self._sets)
        self._sets[identity(value)] = (number, value)
        return "set", (number, tuple(made))


def _as_pickle_wants(red: Parts) -> tuple[Any, ...]:
    if red.refusal:
        raise UnstorableError(red.refusal)
    items = None if red.items is None else iter(red.items)
    pairs = None if red.pairs is None else iter(red.pairs)
    return red.make, red.arguments, red.state, items, pairs, red.setter


class Packed(Struct, frozen=True):
    """Values as they can be put together again, their memory where it still lies."""

    data: bytes
    pieces: tuple[Memory, ...] = ()
    keeper: Any = None  # what must not go before the memory is read

    def values(self, world: World) -> dict[str, Any]:
        """The values made anew, over the very same memory."""
        pieces = [lent(piece.start, piece.stop) for piece in self.pieces]
        return loaded(self.data, world, pieces)


def packed(
    values: Mapping[str, Any], world: World, copies: frozenset[int], *, thoroughly: bool
) -> Packed:
    """Take values apart. Raises UnstorableError, and whatever pickle raises.

    `thoroughly`: with sets in their order and a module's objects; `copies` are the blocks of frames
    that must not share memory any longer.
    """
    file = io.BytesIO()
    storer = (_ThoroughStorer if thoroughly else _Storer)(file, world, values, copies)
    storer.dump(dict(values))
    return Packed(file.getvalue(), tuple(storer.pieces), storer)


# --- together ---


class _Loader(pickle.Unpickler):
    """Puts values together, and goes with the last that refers to it: in a circle with what it
    remembers, it would hold on to the values until the collector comes."""

    def __init__(self, data: bytes | memoryview, world: World, pieces: Sequence[Piece]) -> None:
        super().__init__(io.BytesIO(data))
        self._outside = _Outside(world, pieces)

    def find_class(self, module: str, name: str) -> Any:
        if module == MAIN:
            return self._outside.give("name", name)
        found = super().find_class(module, name)
        return self._outside.give if found is given else found

    def persistent_load(self, pid: Any) -> Any:
        return self._outside.give(*pid)


class _Outside:
    """What an entry can't hold itself."""

    def __init__(self, world: World, pieces: Sequence[Piece]) -> None:
        self._world = world
        self._pieces = pieces
        self._sets: dict[int, Any] = {}
        self._nans: dict[int, float] = {}

    def give(self, kind: str, content: Any) -> Any:
        """It, as the entry calls it. Raises whatever looking for it raises."""
        match kind:
            case "memory":
                return self._pieces[content]
            case "name":
                found = self._world.lookup(MAIN, content)
                if found is MISSING:
                    raise pickle.UnpicklingError(f"the session has no {content}")
                return found
            case "globals":
                is_main = content == MAIN
                return self._world.namespace if is_main else vars(importlib.import_module(content))
            case reductions.SEVERED:
                return self._world.stand_ins.tensor(*content)
            case reductions.EMPTY:
                return self._world.stand_ins.empty(*content)
            case "object":
                return attribute(*content)
            case "identity":
                self._world.identities.asked = True
                return id(content)  # as the code has it
            case "nan":
                return self._nans.setdefault(content[0], struct.unpack("<d", content[1])[0])
            case "set":
                number, made = content
                self._sets[number] = SetRecipe(*made).made()
                return self._sets[number]
        return self._sets[content]


def loaded(data: bytes | memoryview, world: World, pieces: Sequence[Piece]) -> dict[str, Any]:
    """What was taken apart, over these pieces of memory. Raises whatever that raises."""
    loader = _Loader(data, world, pieces)
    values = dict(loader.load())
    loader.memo.clear()  # it holds the loader, and so all values, until the collector comes
    return values


def attribute(module: str, name: str) -> Any:
    """What a dotted name in a module stands for."""
    return attrgetter(name)(importlib.import_module(module))
