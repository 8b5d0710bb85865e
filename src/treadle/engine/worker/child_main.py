"""`__main__` in a process that multiprocessing has started afresh: what the session has defined.

Nothing of the document runs there but the statements of classes. What is needed of the session
comes from a file that the process has inherited, as soon as something that it is sent names it.
"""

from __future__ import annotations

import functools
import marshal
import operator
import os
import pickle
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import CellType, FunctionType, ModuleType
from typing import Any, NamedTuple

FILLED = (dict, list, set)  # a registry, perhaps, that statements of classes write to
_MOST = 1 << 30  # bytes the system reads at once


class Entry(NamedTuple):
    """What a name of the session is bound to, for another process."""

    kind: str  # "module", "definition" or "value"
    data: bytes  # pickled: a module's name, a `Made` class, or the object
    needs: tuple[str, ...]  # names that have to be bound as well
    first: tuple[str, ...] = ()  # what its statement uses while it runs
    empty: type | None = None  # one of `FILLED`, which is bound empty before what it holds is made


class Made(NamedTuple):
    """A class: the code of its statement, and what else it holds by now."""

    code: bytes
    held: Mapping[str, bytes]


class ChildMain(ModuleType):
    """Such a module; it has no attributes but what the session defines."""

    __slots__ = ("_arrivals_of_treadle",)

    def __init__(self) -> None:
        super().__init__("__main__")
        self.__dict__["__builtins__"] = sys.modules["builtins"]
        self._arrivals_of_treadle = Arrivals(self.__dict__)


class Arrivals:
    """What has come of the session. What the process itself has bound stays."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self._scope = scope
        self._taken: Place | None = None  # the last that was read
        self._entries: dict[str, Entry] = {}
        self._made: dict[str, Entry] = {}  # those that names have been bound by
        self._making: list[str] = []
        self._unfilled: list[Callable[[], None]] = []  # what holds names that are being made
        self.places: dict[str, Place] = {}  # where each has come from

    def take(self, place: Place) -> None:
        """Bind all that stands there."""
        if place == self._taken:
            return
        self._taken = place
        found = pickle.loads(_read(place))
        self._entries.update(found)
        self.places.update(dict.fromkeys(found, place))
        for name in found:
            self.bind(name)

    def bind(self, name: str) -> None:
        """Bind a name, after what it rests on, unless it is bound; a definition that was replaced
        in the session is replaced here."""
        entry, before = self._entries.get(name), self._made.get(name)
        if entry is None or entry == before:
            return
        if name in self._scope and (before is None or entry.kind == "value"):
            return
        self._made[name] = entry
        self._making.append(name)
        try:
            self._make(name, entry)
        finally:
            self._making.pop()
        if not self._making:
            unfilled, self._unfilled = self._unfilled, []
            for fill in unfilled:
                fill()

    def _make(self, name: str, entry: Entry) -> None:
        for other in entry.first:
            self.bind(other)
        if entry.empty:
            self._scope[name] = entry.empty()
            self._fill(functools.partial(_refill, self._scope[name], entry.data))
        else:
            self._fill(functools.partial(self._load, name, entry.data))
        for other in entry.needs:
            self.bind(other)

    def _load(self, name: str, data: bytes) -> None:
        value = pickle.loads(data)
        self._scope[name] = self._class(name, value) if isinstance(value, Made) else value

    def _class(self, name: str, made: Made) -> Any:  # noqa: ANN401
        exec(marshal.loads(made.code), self._scope)
        found = self._scope[name]
        for attribute, data in made.held.items():
            self._fill(functools.partial(_set, found, attribute, data))
        return found

    def _fill(self, fill: Callable[[], None]) -> None:
        """At once, or when all is made, if it holds what rests on what it belongs to."""
        try:
            fill()
        except AttributeError:
            self._unfilled.append(fill)


def _set(found: object, attribute: str, data: bytes) -> None:
    setattr(found, attribute, pickle.loads(data))


def _refill(empty: Any, data: bytes) -> None:  # noqa: ANN401
    """What statements have put there meanwhile is part of it."""
    whole = pickle.loads(data)
    empty.clear()
    (empty.extend if isinstance(empty, list) else empty.update)(whole)


class Place(NamedTuple):
    """Where entries stand in a file that was inherited."""

    descriptor: int
    offset: int
    length: int


def _read(place: Place) -> bytes:
    parts, offset, end = [], place.offset, place.offset + place.length
    while offset < end:
        parts.append(os.pread(place.descriptor, min(end - offset, _MOST), offset))
        offset += len(parts[-1])
    return b"".join(parts)


# What pickles call.


def fetch(name: str, descriptor: int, offset: int, length: int) -> Any:  # noqa: ANN401
    """What the session calls so, dotted; a process that was forked has it already."""
    if (arrivals := arrivals_of_main()) is not None:
        arrivals.take(Place(descriptor, offset, length))
    return operator.attrgetter(name)(sys.modules["__main__"])


def from_main(name: str) -> Any:  # noqa: ANN401
    """What stands there under a dotted name."""
    if (arrivals := arrivals_of_main()) is not None:
        arrivals.bind(name.partition(".")[0])
    return operator.attrgetter(name)(sys.modules["__main__"])


def arrivals_of_main() -> Arrivals | None:
    """What this process has got; None: it is the session's own, or was forked from that."""
    main = sys.modules["__main__"]
    return main._arrivals_of_treadle if isinstance(main, ChildMain) else None


def new_function(code: bytes, module: str, cells: int) -> FunctionType:
    """A function whose globals are those of a module, with empty cells."""
    scope = sys.modules["__main__"] if module == "__main__" else import_module(module)
    closure = tuple(CellType() for _ in range(cells))
    return FunctionType(marshal.loads(code), scope.__dict__, closure=closure)


class FunctionState(NamedTuple):
    """What else there is to a function."""

    attributes: Mapping[str, Any]  # "__name__", "__defaults__" and so on
    own: Mapping[str, Any]
    cells: tuple[tuple[Any, ...], ...]  # each with its content, or empty


def set_function(function: FunctionType, state: FunctionState) -> None:
    for name, value in state.attributes.items():
        setattr(function, name, value)
    function.__dict__.update(state.own)
    for cell, content in zip(function.__closure__ or (), state.cells, strict=True):
        if content:
            [cell.cell_contents] = content


def cached(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """The function, remembering its results anew."""
    return functools.lru_cache(**parameters)(function)
