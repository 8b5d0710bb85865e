"""Entries of the store: values by pickle, their memory beside; put together over mapped memory.

An entry is a head, what pickle wrote, and the small regions of memory; a large region is a blob of
its own, which arrays and tensors that come back are views of.
"""

from __future__ import annotations

import importlib
import io
import json
import pickle
import struct
from collections.abc import Mapping, Sequence
from operator import attrgetter
from types import FunctionType
from typing import Any, Final, NoReturn

from msgspec import Struct

from treadle.engine.store.blobs import Blobs
from treadle.engine.values import reductions
from treadle.engine.values.atoms import is_nan
from treadle.engine.values.reductions import ModuleGlobals, Opaque, Parts, Reference
from treadle.engine.values.regions import (
    Memory,
    Origin,
    Piece,
    Region,
    Regions,
    allocated,
    lent,
    view,
)
from treadle.engine.values.types.functions_and_classes import function_by_value, recipe
from treadle.engine.values.types.objects import (
    PROTOCOL,
    may_leave_out,
    reduced,
    singletons,
)
from treadle.engine.values.types.sets import SetRecipe, set_recipe
from treadle.engine.values.world import MAIN, MISSING, World

_LARGE: Final = 1 << 16  # bytes from which on a region is a blob of its own
_ALIGNED: Final = 64
_NOWHERE: Final = -1  # where empty arrays lie
_MAGIC: Final = b"TRDLVAL3"


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
        place = self._singletons.get(id(value))
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
        if id(value) in self._copies and red.make_copy is not None:
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
        place = self._places.get(id(value))
        if place is not None:
            return "object", place
        if is_nan(value):
            number, _ = self._nans.setdefault(id(value), (len(self._nans), value))
            return "nan", (number, struct.pack("<d", value))
        if self._identities.is_one(value):
            return "identity", self._identities.object_of(value)
        if type(value) is not set and type(value) is not frozenset:
            return None
        if value and all(map(self._identities.is_one, value)):
            return None  # in no order
        known = self._sets.get(id(value))
        if known is not None:
            return "again", known[0]
        made = set_recipe(value)
        if made is None:
            raise UnstorableError("a set whose order can't be restored")
        number = len(self._sets)
        self._sets[id(value)] = (number, value)
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
        return _loaded(self.data, world, pieces)


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
                return id(content)
            case "nan":
                return self._nans.setdefault(content[0], struct.unpack("<d", content[1])[0])
            case "set":
                number, made = content
                self._sets[number] = SetRecipe(*made).made()
                return self._sets[number]
        return self._sets[content]


def _loaded(data: bytes | memoryview, world: World, pieces: Sequence[Piece]) -> dict[str, Any]:
    loader = _Loader(data, world, pieces)
    values = dict(loader.load())
    loader.memo.clear()  # it holds the loader, and so all values, until the collector comes
    return values


def attribute(module: str, name: str) -> Any:
    """What a dotted name in a module stands for."""
    return attrgetter(name)(importlib.import_module(module))


class Entry(Struct, frozen=True):
    data: memoryview
    regions: tuple[list[Any], ...]  # the blob, if it is one; place and size in it; the origin
    pieces: tuple[list[int], ...]  # the region's number, the place in it, the size
    checked: bool  # what it gives must be compared with its token
    gives: str  # what comes back, where stand-ins are part of it
    tail: memoryview

    @property
    def blobs(self) -> tuple[str, ...]:
        """The blobs it needs beside itself."""
        return tuple(blob for blob, *_ in self.regions if blob)

    def values(self, world: World, blobs: Blobs) -> dict[str, Any]:
        """The values, over memory of their own. Raises whatever putting them together raises."""
        regions = {number: self._open(number, blobs) for number, _, _ in self.pieces}
        pieces = []
        for number, offset, size in self.pieces:
            region = regions[number]  # opened once, as what lies in it shares it
            pieces.append(region.part(offset, size) if size < region.size else region)
        return _loaded(self.data, world, pieces)

    def _open(self, number: int, blobs: Blobs) -> Piece:
        if number == _NOWHERE:
            return Piece(memoryview(b""))
        blob, offset, size, origin = self.regions[number]
        content = (blobs.open(blob) if blob else self.tail)[offset : offset + size]
        return Piece(content) if origin is None else allocated(content, origin)


# --- in the store ---


def write(
    packing: Packed, blobs: Blobs, *, checked: bool, gives: str
) -> tuple[str, tuple[str, ...]]:
    """Put it into the store: the entry, and the blobs it needs. Raises OSError.

    `gives`: what comes back, where stand-ins are part of it.
    """
    regions = Regions(packing.pieces)
    inside: dict[int, list[Memory]] = {}  # by the region's number: there may be 100,000
    for piece in packing.pieces:
        if piece.stop > piece.start:
            inside.setdefault(regions.index(piece.start), []).append(piece)
    large: list[str] = []
    places: list[Any] = []
    tail: list[bytes | memoryview] = []
    size = 0
    for number, region in enumerate(regions.all):
        content = view(region.start, region.stop)
        origin = _origin(region, inside[number])
        if content.nbytes >= _LARGE:
            large.append(blobs.put([content]))
            # What torch allocates can't be told from mapped memory, but by resizing a storage.
            places.append([large[-1], 0, content.nbytes, None if origin == ("torch",) else origin])
        else:
            places.append(["", size, content.nbytes, origin])
            tail += [content, bytes(-content.nbytes % _ALIGNED)]
            size += content.nbytes + -content.nbytes % _ALIGNED
    pieces = [_place(piece, regions) for piece in packing.pieces]
    head = json.dumps([len(packing.data), places, pieces, checked, gives]).encode()
    start = _MAGIC + len(head).to_bytes(8, "little") + head + packing.data
    padding = bytes(-len(start) % _ALIGNED if tail else 0)
    return blobs.put_small([start, padding, *tail]), tuple(large)


def read(name: str, blobs: Blobs) -> Entry:
    """An entry from the store. Raises CorruptEntryError, ValueError."""
    whole = blobs.open(name)
    if bytes(whole[:8]) != _MAGIC:
        raise ValueError("not an entry of this version")
    begin = 16 + int.from_bytes(whole[8:16], "little")
    size, regions, pieces, checked, gives = json.loads(bytes(whole[16:begin]))
    end = begin + size
    tail = whole[end + -end % _ALIGNED :]
    return Entry(whole[begin:end], tuple(regions), tuple(pieces), checked, gives, tail)


def _place(piece: Memory, regions: Regions) -> list[int]:
    size = piece.stop - piece.start
    if size <= 0:
        return [_NOWHERE, 0, 0]
    return [regions.index(piece.start), piece.start - regions.at(piece.start).start, size]


def _origin(region: Region, inside: Sequence[Memory]) -> Origin | None:
    """Who allocated a region: of what lies in it, an array rather than the tensor made from it."""
    whole = [piece for piece in inside if (piece.start, piece.stop) == (region.start, region.stop)]
    origins = {piece.origin for piece in whole if piece.origin is not None}
    arrays = [origin for origin in origins if origin[0] == "numpy"]
    if len(arrays) == 1:
        return arrays[0]
    return None if arrays or len(whole) < len(inside) else next(iter(origins), None)
