"""Entries: values taken apart by pickle, their memory beside, put together over mapped memory."""

from __future__ import annotations

import importlib
import io
import pickle
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, Final

from treadle.engine.values import hooks
from treadle.engine.values.classes import recipe
from treadle.engine.values.functions import function_by_value
from treadle.engine.values.memory import Memory, Piece
from treadle.engine.values.objects import PROTOCOL, reduced, singletons
from treadle.engine.values.pandas_values import copy_block
from treadle.engine.values.reduction import Opaque, Parts, Reference
from treadle.engine.values.sets import Recipe, ordered
from treadle.engine.values.world import MAIN, MISSING, World

# ruff: noqa: ANN401  (a value is whatever the user made)


_HOOKS: Final = hooks.__name__


class UnstorableError(Exception):
    """Something can't be stored; the message says what."""


class Storer(pickle.Pickler):
    """Pickles values; memory is left out, by number, and kept in `pieces`."""

    def __init__(
        self, file: io.BytesIO, world: World, values: Mapping[str, Any], copies: frozenset[int]
    ) -> None:
        """Functions of the session are stored by name, except those that `values` defines.

        `copies`: the blocks of frames that get memory of their own, by identity.
        """
        super().__init__(file, PROTOCOL)
        self._world = world
        self._values = values
        self._copies = copies
        self._singletons = singletons()
        self._serials: dict[tuple[int, int], int] = {}
        self.pieces: list[Memory] = []

    def reducer_override(self, value: Any) -> Any:
        """How pickle is to take `value` apart."""
        if type(value) is Memory:
            return hooks.memory, (self._serial(value),)
        place = self._singletons.get(id(value))
        if place is not None:
            return _attribute, place
        handler = self._world.handler(type(value))
        if handler is reduced:
            return NotImplemented
        red = handler(value, self._world)
        if id(value) in self._copies and isinstance(red, Parts):
            red = red._replace(make=copy_block)
        if isinstance(red, Reference):
            if red.module == MAIN and self._values.get(red.name) is not value:
                return hooks.main, (red.name,)
            if red.module == MAIN:
                return self._defined(value)
            names = (getattr(value, "__module__", None), getattr(value, "__qualname__", None))
            if isinstance(value, (type, FunctionType)) and names == (red.module, red.name):
                return NotImplemented
            return _attribute, (red.module, red.name)
        if isinstance(red, Opaque):
            raise UnstorableError(red.words)
        return _tuple(red)

    def _defined(self, value: Any) -> Any:
        """How a function or a class is made that one of the names stands for."""
        if not isinstance(value, type):
            return _tuple(function_by_value(value, self._world))
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


class NamingStorer(Storer):
    """The same, for values that hold sets in an order of their own or a module's objects."""

    def __init__(
        self,
        file: io.BytesIO,
        world: World,
        values: Mapping[str, Any],
        copies: frozenset[int],
        homes: Mapping[int, tuple[str, str]],
    ) -> None:
        """`homes`: objects that are found in modules, by identity."""
        super().__init__(file, world, values, copies)
        self._homes = homes
        self._sets: dict[int, tuple[int, Any]] = {}

    def persistent_id(self, value: Any) -> Any:
        """What stands for a set, or for an object of a module."""
        home = self._homes.get(id(value))
        if home is not None:
            return "home", home
        if type(value) is not set and type(value) is not frozenset:
            return None
        known = self._sets.get(id(value))
        if known is not None:
            return "again", known[0]
        recipe = ordered(value)
        if recipe is None:
            return None
        number = len(self._sets)
        self._sets[id(value)] = (number, value)
        return "set", (number, tuple(recipe))


class Loader(pickle.Unpickler):
    """Puts values together; `piece` gives the memory of a number."""

    def __init__(self, data: Any, world: World, piece: Callable[[int], Piece]) -> None:
        """`data`: what a Storer wrote."""
        super().__init__(io.BytesIO(data))
        self._world = world
        self._hooks = {"memory": piece, "main": self._main, "scope": self._scope}
        self._sets: dict[int, Any] = {}

    def find_class(self, module: str, name: str) -> Any:
        """What a name in a module stands for, here."""
        if module == _HOOKS:
            return self._hooks[name]
        if module == MAIN:
            return self._main(name)
        return super().find_class(module, name)

    def persistent_load(self, pid: Any) -> Any:
        """A set in its order, or an object of a module."""
        kind, content = pid
        if kind == "home":
            return _attribute(*content)
        if kind == "again":
            return self._sets[content]
        number, recipe = content
        self._sets[number] = Recipe(*recipe).made()
        return self._sets[number]

    def _main(self, name: str) -> Any:
        found = self._world.lookup(MAIN, name)
        if found is MISSING:
            raise pickle.UnpicklingError(f"the session has no {name}")
        return found

    def _scope(self, module: str) -> dict[str, Any]:
        if module == MAIN:
            return self._world.namespace
        return vars(importlib.import_module(module))


def _attribute(module: str, name: str) -> Any:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _tuple(red: Parts) -> tuple[Any, ...]:
    if red.refusal:
        raise UnstorableError(red.refusal)
    items = None if red.items is None else iter(red.items)
    pairs = None if red.pairs is None else iter(red.pairs)
    return red.make, red.arguments, red.state, items, pairs, red.setter
