"""Bytes that stand for values without parts: equal ones mean the same value, bit for bit."""

from __future__ import annotations

import marshal
import math
import struct
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final


def text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"s%d:" % len(data) + data


def _integer(value: int) -> bytes:
    size = (value.bit_length() + 8) >> 3
    return b"i%d:" % size + value.to_bytes(size, "little", signed=True)


def _range(value: range) -> bytes:
    return b"r" + _integer(value.start) + _integer(value.stop) + _integer(value.step)


ATOMS: Final[Mapping[type, Callable[[Any], bytes]]] = {
    int: _integer,
    str: text,
    float: lambda value: b"f" + struct.pack("<d", value),
    bool: lambda value: b"T" if value else b"F",
    type(None): lambda _: b"N",
    bytes: lambda value: b"b%d:" % len(value) + value,
    complex: lambda value: b"c" + struct.pack("<dd", value.real, value.imag),
    range: _range,
    type(Ellipsis): lambda _: b".",
    type(NotImplemented): lambda _: b"!",
}

_PLAIN = frozenset({int, float, bool, complex, type(None)})


def is_nan(value: Any) -> bool:
    """Whether it is a float that equals nothing but itself, as one object."""
    return type(value) is float and value != value


def _holds_nan(items: Sequence[Any], kinds: set[type]) -> bool:
    if kinds == {float} and not math.isnan(sum(items)):  # a fifth of the time
        return False
    return float in kinds and any(map(is_nan, items))


def block(items: Sequence[Any]) -> bytes | None:
    """All items at once, where none of them has parts or an identity; None for anything else.

    `marshal` in its version 2 knows no references and keeps the bits of a float, so that its
    bytes are a function of the values.
    """
    kinds = set(map(type, items))
    if _holds_nan(items, kinds):
        return None
    if kinds <= _PLAIN:
        data = marshal.dumps(tuple(items), 2)
        return b"n%d:" % len(data) + data
    if kinds == {str}:
        data = "".join(items).encode("utf-8", "surrogatepass")
        lengths = array("q", map(len, items)).tobytes()
        return b"t%d:%d:" % (len(items), len(data)) + lengths + data
    if ATOMS.keys() >= kinds:
        return b"x" + b"".join([ATOMS[type(item)](item) for item in items])
    return None
