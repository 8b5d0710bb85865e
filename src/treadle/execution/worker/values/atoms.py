"""Bytes that stand for values without parts: equal bytes mean the same value, bit for bit."""

from __future__ import annotations

import marshal
import struct
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Encoder = Callable[[Any], bytes]


def text(value: str) -> bytes:
    """A text, with its length first."""
    data = value.encode("utf-8", "surrogatepass")
    return b"s%d:" % len(data) + data


def _integer(value: int) -> bytes:
    size = (value.bit_length() + 8) >> 3
    return b"i%d:" % size + value.to_bytes(size, "little", signed=True)


def _bytes(value: bytes) -> bytes:
    return b"b%d:" % len(value) + value


def _real(value: float) -> bytes:
    return b"f" + struct.pack("<d", value)


def _complex(value: complex) -> bytes:
    return b"c" + struct.pack("<dd", value.real, value.imag)


def _range(value: range) -> bytes:
    return b"r" + _integer(value.start) + _integer(value.stop) + _integer(value.step)


ATOMS: Final[Mapping[type, Encoder]] = {
    int: _integer,
    str: text,
    float: _real,
    bool: lambda value: b"T" if value else b"F",
    type(None): lambda _: b"N",
    bytes: _bytes,
    complex: _complex,
    range: _range,
    type(Ellipsis): lambda _: b".",
    type(NotImplemented): lambda _: b"!",
}

_PLAIN = frozenset({int, float, bool, complex, type(None)})
_TEXT = frozenset({str})


def block(items: Sequence[Any]) -> bytes | None:
    """All items at once, where none of them has parts; None for anything else.

    `marshal` in its version 2 knows no references and keeps the bits of a float, so that its
    bytes are a function of the values.
    """
    kinds = set(map(type, items))
    if kinds <= _PLAIN:
        data = marshal.dumps(tuple(items), 2)
        return b"n%d:" % len(data) + data
    if kinds == _TEXT:
        data = "".join(items).encode("utf-8", "surrogatepass")
        lengths = array("q", map(len, items)).tobytes()
        return b"t%d:%d:" % (len(items), len(data)) + lengths + data
    if ATOMS.keys() >= kinds:
        return b"x" + b"".join([ATOMS[type(item)](item) for item in items])
    return None
