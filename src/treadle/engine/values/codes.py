"""Bytes that stand for values without parts, and for code objects by what they do."""

from __future__ import annotations

import marshal
import math
import opcode
import struct
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any, Final, NamedTuple

# --- values without parts: equal bytes mean the same value, bit for bit ---


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


# --- code objects: no line numbers, no file names, no docstrings ---

_EXTENDED = opcode.opmap["EXTENDED_ARG"]
_CONSTANTS = frozenset(opcode.hasconst)
_LOOKUPS = (
    "LOAD_GLOBAL",
    "LOAD_NAME",
    "STORE_GLOBAL",
    "DELETE_GLOBAL",
    "LOAD_FROM_DICT_OR_GLOBALS",
)
_GLOBALS = frozenset(opcode.opmap[name] for name in _LOOKUPS if name in opcode.opmap)
_FLAGGED = opcode.opmap["LOAD_GLOBAL"]  # its lowest bit says something else
_IMPORT = opcode.opmap["IMPORT_NAME"]


class Code(NamedTuple):
    """What is known of a code object and the code in it."""

    code: CodeType  # kept alive, as its identity is its key
    canonical: bytes  # equal for code that does the same in the same way
    reads: frozenset[str]  # the global names that are looked up, set or deleted
    imports: frozenset[str]  # the modules that are imported, as written


class Codes:
    """Code objects, each looked into once."""

    def __init__(self) -> None:
        self._known: dict[int, Code] = {}

    def of(self, code: CodeType) -> Code:
        known = self._known.get(id(code))
        if known is None:
            known = self._known[id(code)] = Code(code, _canonical(code), *_global_names(code))
        return known


def _global_names(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """What is read, and what is imported."""
    reads: set[str] = set()
    imports: set[str] = set()
    for inner in nested(code):
        for operation, argument in instructions(inner):
            if operation in _GLOBALS:
                reads.add(inner.co_names[argument >> 1 if operation == _FLAGGED else argument])
            elif operation == _IMPORT:
                imports.add(inner.co_names[argument])
    return frozenset(reads), frozenset(imports)


def nested(code: CodeType) -> Iterator[CodeType]:
    """The code and all code in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested(constant)


def instructions(code: CodeType) -> Iterator[tuple[int, int]]:
    """What it does, with the argument of each: the number of a name, say."""
    raw = code.co_code
    high = 0
    for place in range(0, len(raw), 2):
        operation, argument = raw[place], raw[place + 1] | high
        if operation == _EXTENDED:
            high = argument << 8
        else:
            high = 0
            yield operation, argument


def _canonical(code: CodeType) -> bytes:
    parts = [
        b"C%d.%d.%d.%d"
        % (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags),
        text(code.co_qualname),
        *map(_names, (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)),
        ATOMS[bytes](code.co_exceptiontable),
    ]
    for operation, argument in instructions(code):
        # A constant, not its number: a docstring takes a number as well.
        if operation in _CONSTANTS:
            parts.append(b"%d=" % operation + _constant(code.co_consts[argument]))
        else:
            parts.append(b"%d.%d;" % (operation, argument))
    return b"".join((*parts, b"."))


def _names(names: tuple[str, ...]) -> bytes:
    return b"%d," % len(names) + b"".join(map(text, names))


def _constant(value: object) -> bytes:
    encode = ATOMS.get(type(value))
    if encode is not None:
        return encode(value)
    if isinstance(value, tuple):
        return b"(%d:" % len(value) + b"".join(map(_constant, value))
    if isinstance(value, frozenset):
        return b"{%d:" % len(value) + b"".join(sorted(map(_constant, value)))
    if isinstance(value, CodeType):
        return _canonical(value)
    if isinstance(value, slice):
        return b"/" + b"".join(map(_constant, (value.start, value.stop, value.step)))
    raise TypeError(f"a constant of type {type(value).__name__} on Python {sys.version}")
