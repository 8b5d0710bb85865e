"""How tasks and results travel between the command and its worker: a line of JSON each.

A dataclass travels as an object that names its type; lists in its fields come back as tuples,
as the types of `task` and `result` want them. A bare string is not a result but news: the
latest line of output of the chunk that runs.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from typing import Any

from treadle.dataflow import records
from treadle.execution import result, task

TYPE = "$type"

_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        task.WorkerSetup,
        task.FigureStyle,
        task.ChunkTask,
        task.InlineTask,
        task.InlineCode,
        task.Load,
        task.Define,
        task.Step,
        result.Stream,
        result.Value,
        result.Latex,
        result.Table,
        result.Figure,
        result.Source,
        result.Failure,
        result.ChunkResult,
        result.InlineResult,
        records.Group,
        records.Observed,
        result.Stepped,
    )
}

_DEFAULTS: dict[str, dict[str, object]] = {
    name: {each.name: each.default for each in dataclasses.fields(kind)}
    for name, kind in _TYPES.items()
}


def encode(message: object) -> bytes:
    """One line of JSON; only ASCII, so that no text can break it."""
    return json.dumps(message, default=_pack, check_circular=False).encode("ascii") + b"\n"


def decode(line: bytes) -> Any:  # noqa: ANN401  (the caller knows what it waits for)
    """What `encode` was given."""
    return json.loads(line, object_hook=_unpack)


def _pack(value: object) -> dict[str, object]:
    if isinstance(value, datetime.date):  # YAML gives dates: parameters may be some
        return {TYPE: type(value).__name__, "iso": value.isoformat()}
    kind = type(value).__name__
    if kind not in _TYPES:
        raise TypeError(f"a {kind} can't be sent to the worker: {value!r}")
    usual = _DEFAULTS[kind]  # left out: most fields of most messages say nothing new
    given = {name: field for name, field in vars(value).items() if not _is(field, usual[name])}
    return {TYPE: kind, **given}


def _is(value: object, usual: object) -> bool:
    return type(value) is type(usual) and value == usual


def _unpack(value: dict[str, Any]) -> object:
    kind = value.pop(TYPE, None)
    if kind is None:
        return value
    if kind in ("date", "datetime"):
        return getattr(datetime, kind).fromisoformat(value["iso"])
    return _TYPES[kind](**{name: _frozen(field) for name, field in value.items()})


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
