"""Code objects by what they do: bytes that stand for it, without line numbers, file names and
docstrings, and the names they use.
"""

from __future__ import annotations

import opcode
import sys
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import NamedTuple

from treadle.engine.identity import identity
from treadle.engine.values.atoms import ATOMS, text

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
_OF_FUNCTION = 1  # CO_OPTIMIZED: its names are its own


class KnownCode(NamedTuple):
    """What is known of a code object and the code in it."""

    code: CodeType  # kept alive, as its identity is its key
    canonical: bytes  # equal for code that does the same in the same way
    reads: frozenset[str]  # the global names that are looked up, set or deleted
    imports: frozenset[str]  # the modules that are imported, as written


class Codes:
    """Code objects, each looked into once."""

    def __init__(self) -> None:
        self._known: dict[int, KnownCode] = {}

    def of(self, code: CodeType) -> KnownCode:
        known = self._known.get(identity(code))
        if known is None:
            known = self._known[identity(code)] = KnownCode(
                code, _canonical(code), *global_names(code)
            )
        return known


def global_names(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """What is read, and what is imported, by the code and all code in it."""
    return names_in(nested(code))


def names_in(codes: Iterable[CodeType]) -> tuple[frozenset[str], frozenset[str]]:
    """What is read, and what is imported, by each of these."""
    reads: set[str] = set()
    imports: set[str] = set()
    for inner in codes:
        for operation, argument in instructions(inner):
            if operation in _GLOBALS:
                reads.add(inner.co_names[argument >> 1 if operation == _FLAGGED else argument])
            elif operation == _IMPORT:
                imports.add(inner.co_names[argument])
    return frozenset(reads), frozenset(imports)


def run_at_once(code: CodeType) -> Iterator[CodeType]:
    """The code, and of that in it what runs with it: the bodies of classes, not of functions."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and not constant.co_flags & _OF_FUNCTION:
            yield from run_at_once(constant)


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
