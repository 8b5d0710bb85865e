"""How tasks and results travel between the command and its worker: a line of JSON each.

A bare string is not a result but news: the latest line of output of the chunk that runs.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from treadle.execution.result import Result, Stepped
from treadle.execution.task import Step, Task, WorkerSetup
from treadle.store.encoding import decoded, encoded

TYPE = "$type"


class _Setup(Struct, frozen=True, tag=True):
    """A `WorkerSetup`, its parameters apart: they may be whatever YAML gives."""

    setup: WorkerSetup
    params: str


_MESSAGE: Decoder[Any] = Decoder(_Setup | Step | Task | Stepped | Result | str)


def encode(message: object) -> bytes:
    """One line of JSON."""
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
        return {TYPE: type(value).__name__, "iso": value.isoformat()}
    raise TypeError(f"a {type(value).__name__} can't be sent to the worker: {value!r}")


def _unpack(value: dict[str, Any]) -> object:
    kind = value.pop(TYPE, None)
    return value if kind is None else getattr(datetime, kind).fromisoformat(value["iso"])
