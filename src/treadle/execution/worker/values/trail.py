"""What a walk writes down about the value of one name."""
# ruff: noqa: ANN401  (a value is whatever the user made)

from __future__ import annotations

from typing import Any, Final

from blake3 import blake3
from msgspec import Struct, field

from treadle.execution.worker.values.atoms import text
from treadle.execution.worker.values.memory import Memory

_SHORT: Final = 64  # bytes from which on what can't change is written as its digest


class Trail(Struct):
    """What the walk of one name's value found."""

    name: str
    stream: bytearray = field(default_factory=bytearray)
    memory: list[Memory] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)
    leaves: list[Any] = field(default_factory=list)  # what something opaque was computed from
    opaque: str = ""  # what in it can't be looked into, in words
    refused: str = ""  # what in it can't be stored, in words
    plain: bool = True  # nothing but what pickle is known to keep as it is
    resides: bool = False  # it is, or holds, an object of one of the project's modules
    defined: bool = False  # it is a class or function of this very name


def is_array(value: Any) -> bool:
    """Whether it is an array, which has no identity within a frame."""
    kind = type(value)
    return kind.__name__ == "ndarray" and kind.__module__ == "numpy"


def by_name(module: str, name: str) -> bytes:
    """Something found by name."""
    return b"G" + text(module) + text(name)


def shorten(out: bytearray, start: int) -> bytes:
    """What was written since `start`, or the digest of it, if that is shorter."""
    content = bytes(memoryview(out)[start:])
    if len(content) > _SHORT:
        content = b"#" + blake3(content).digest()
        out[start:] = content
    return content
