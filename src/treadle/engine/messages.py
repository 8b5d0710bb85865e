"""What travels between the command and a worker: a line of JSON each.

A bare string is news: the latest line of output of the cell that runs.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.store.traces import decoded, encoded
from treadle.engine.trace import Trace

_TYPE = "$type"


class PluginSetup(Struct, frozen=True):
    """A plugin of the worker: what makes it, as "module:name", and settings of its own."""

    name: str
    settings: dict[str, object] = {}


Settings = Mapping[str, Mapping[str, object]]  # of plugins, by the names of these


class WorkerSetup(Struct, frozen=True):
    """What a worker needs once, before its first cell."""

    directory: str  # the working directory
    code_path: str  # put first on sys.path: where the project's extracted modules lie; may be ""
    blobs: str  # the folder of the store in which what is shown is kept, as far as it is no text
    params: dict[str, object] = {}
    threads: int | None = None  # for numerical libraries; None: as many as they like
    store: str | None = None  # the store's folder; None: nothing is observed, stored or restored
    key: bytes = b""  # the store's
    plugins: tuple[PluginSetup, ...] = ()
    environment: dict[str, str] = {}  # variables of its process, besides the user's
    python: str = ""  # the interpreter; empty: that of the command
    lent: dict[str, str] = {}  # packages that interpreter gets of the command's, by their folders
    edited: tuple[str, ...] = ()  # how texts end that are edited while cells run: ".py"
    keeping: float = 0.2  # of a cell's time, what looking at its values and keeping them may take
    libraries: str = ""  # a module whose `libraries()` says what to observe of more libraries


class Load(Struct, frozen=True, tag=True):
    """Bind `names` to what they were in an entry of the store."""

    entry: str
    names: tuple[str, ...]  # some of those that share something in it, or all
    token: str  # what `Binding.token` was


class Define(Struct, frozen=True, tag=True):
    """Bind `name` by its `def` or `class` statement, as it stands in the cell now."""

    name: str
    code: str  # the statement alone, with its decorators
    file: str
    line: int  # of the first line of `code` in `file`
    token: str  # what the definition's `Binding.token` was
    imported: tuple[str, ...] = ()  # names that imports in the same piece of code bind


class CellSource(Struct, frozen=True, array_like=True):
    """Code of a cell, as it stands in a file: the number of its first line there."""

    cell: int
    file: str
    line: int
    code: str


def sources_of(cell: Cell) -> tuple[CellSource, ...]:
    """What of a cell's file is its code; none of that of a module, which has a file of its own."""
    if cell.module:
        return ()
    if not cell.is_inline:
        return (CellSource(cell.number, cell.file, cell.line, cell.code),)
    return tuple(CellSource(cell.number, cell.file, p.line, p.code.strip()) for p in cell.pieces)


class Step(Struct, frozen=True, omit_defaults=True, tag=True):
    """A cell to run, and what must be put in place before, in this order."""

    cell: Cell
    sources: tuple[CellSource, ...] = ()  # up to this cell, but for those it was told of before
    absent: tuple[str, ...] = ()  # names that must not be bound, removed first
    imports: tuple[str, ...] = ()  # dotted modules an earlier cell imported: again, silently
    futures: tuple[str, ...] = ()  # `from __future__` features that earlier cells asked for
    restores: tuple[Load | Define, ...] = ()
    reaches: tuple[str, ...] | None = None  # the names whose values it can reach; None: all
    binds: tuple[str, ...] = ()  # the names it may bind
    files: tuple[str, ...] = ()  # elsewhere, that its code names or earlier cells have read
    submodules: tuple[str, ...] = ()  # dotted modules that cells up to this one import by name
    effects: tuple[str, ...] = ()  # statements that look made for their effect: "lib.configure"
    counters: dict[str, int] = {}  # of libraries, where earlier cells have left them
    unseen: tuple[str, ...] = ()  # names that are not looked at, as when the cell last ran so


class Unrestored(Struct, frozen=True, tag=True):
    """Nothing ran: these names did not come back as they were."""

    names: tuple[str, ...]
    damaged: tuple[str, ...] = ()  # entries of the store that this was found out about


class Unstored(Struct, frozen=True, tag=True):
    """It ran, but what came of it could not be kept: the OSError of the store, a full disk."""

    errno: int
    message: str
    path: str


class Touched(Struct, frozen=True, tag=True):
    """Nothing counts that it did: it needs what something only stands for."""

    written: tuple[str, ...] = ()  # files


Answer = Trace | Unrestored | Unstored | Touched


class _Setup(Struct, frozen=True, tag=True):
    """A `WorkerSetup`, its parameters apart: they may be whatever YAML gives."""

    setup: WorkerSetup
    params: str


_MESSAGE: Decoder[Any] = Decoder(_Setup | Step | Answer | str)


def encode(message: object) -> bytes:
    """One line of JSON. Raises TypeError for what can't be sent."""
    if isinstance(message, WorkerSetup):
        params = json.dumps(message.params, default=_pack)
        message = _Setup(replace(message, params={}), params)
    return encoded(message) + b"\n"


def decode(line: bytes) -> Any:  # noqa: ANN401  (the caller knows what it waits for)
    """What `encode` was given."""
    message = decoded(line, _MESSAGE)
    if isinstance(message, _Setup):
        params = json.loads(message.params, object_hook=_unpack)
        return replace(message.setup, params=params)
    return message


def _pack(value: object) -> dict[str, object]:
    if isinstance(value, datetime.date):
        return {_TYPE: type(value).__name__, "iso": value.isoformat()}
    raise TypeError(f"a {type(value).__name__} can't be sent to the worker: {value!r}")


def _unpack(value: dict[str, Any]) -> object:
    kind = value.pop(_TYPE, None)
    return value if kind is None else getattr(datetime, kind).fromisoformat(value["iso"])
