"""Code objects by what they do: no line numbers, no file names, no docstrings."""

from __future__ import annotations

import marshal
import opcode
import struct
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any, Final

# Bytes that stand for values without parts: equal bytes mean the same value, bit for bit.

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


# Code objects by what they do: no line numbers, no file names, no docstrings.

_EXTENDED = opcode.opmap["EXTENDED_ARG"]
_CONSTANTS = frozenset(opcode.hasconst)
_GLOBALS = frozenset(
    opcode.opmap[name]
    for name in (
        *("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"),
        "LOAD_FROM_DICT_OR_GLOBALS",
    )
    if name in opcode.opmap
)
_FLAGGED = opcode.opmap["LOAD_GLOBAL"]  # its lowest bit says something else
_IMPORT = opcode.opmap["IMPORT_NAME"]
_SLICE = slice(None).__class__


class Codes:
    """Canonical bytes and global names of code objects, each worked out once."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._canonical: dict[int, tuple[CodeType, bytes]] = {}
        self._reads: dict[int, tuple[CodeType, frozenset[str], frozenset[str]]] = {}

    def canonical(self, code: CodeType) -> bytes:
        """Equal for code that does the same in the same way."""
        known = self._canonical.get(id(code))
        if known is None:
            known = self._canonical[id(code)] = (code, _canonical(code))
        return known[1]

    def reads(self, code: CodeType) -> frozenset[str]:
        """The global names it and the code in it look up, set or delete."""
        return self._names(code)[1]

    def imports(self, code: CodeType) -> frozenset[str]:
        """The modules it and the code in it import, as written."""
        return self._names(code)[2]

    def _names(self, code: CodeType) -> tuple[CodeType, frozenset[str], frozenset[str]]:
        known = self._reads.get(id(code))
        if known is None:
            reads: set[str] = set()
            imports: set[str] = set()
            for inner in _nested(code):
                for operation, argument in _instructions(inner):
                    if operation in _GLOBALS:
                        place = argument >> 1 if operation == _FLAGGED else argument
                        reads.add(inner.co_names[place])
                    elif operation == _IMPORT:
                        imports.add(inner.co_names[argument])
            known = self._reads[id(code)] = (code, frozenset(reads), frozenset(imports))
        return known


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _instructions(code: CodeType) -> Iterator[tuple[int, int]]:
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
    for operation, argument in _instructions(code):
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
    if isinstance(value, _SLICE):
        return b"/" + b"".join(map(_constant, (value.start, value.stop, value.step)))
    raise TypeError(f"a constant of type {type(value).__name__} on Python {sys.version}")
