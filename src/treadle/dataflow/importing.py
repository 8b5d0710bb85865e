"""What the import statements of each unit ask for, beyond the names they bind."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from msgspec import Struct

from treadle.dataflow.unit import Unit

_IMPORT = re.compile(r"^\s*(?:from|import)\b[^;\n]*$", re.MULTILINE)  # a statement alone


class Imported(Struct, frozen=True):
    """What import statements ask for."""

    modules: tuple[tuple[str, bool], ...] = ()  # dotted; whether for their effect alone
    futures: frozenset[str] = frozenset()
    submodules: frozenset[str] = frozenset()  # what may be modules: "a.b" in `from a import b`


def imported_by(units: Sequence[Unit]) -> list[Imported]:
    """What each unit imports. A module whose name no code mentions is there for its effect."""
    mentioned = _mentioned(units)
    return [_imported(unit, mentioned) for unit in units]


def _imported(unit: Unit, mentioned: set[str]) -> Imported:
    if unit.module or not unit.code.imports:
        return Imported()
    modules = []
    for dotted in unit.code.imports:
        if dotted == "__future__":
            continue
        bound = unit.code.import_names.get(dotted, ())
        modules.append((dotted, not any(name in mentioned for name in bound)))
    below = {name for name, _ in modules if "." in name}.union(unit.code.imported_names)
    return Imported(tuple(modules), unit.code.futures, frozenset(below))


def _mentioned(units: Sequence[Unit]) -> set[str]:
    """Of the names that imports bind, those that code anywhere reads."""
    bound = {
        name
        for unit in units
        if not unit.module
        for names in unit.code.import_names.values()
        for name in names
    }
    found = bound.intersection(name for unit in units for name in _read(unit))
    for unit in units:
        if bound <= found:
            break
        words = set(re.findall(r"\w+", _IMPORT.sub("", unit.source))) & (bound - found)
        if words:  # in a comment, perhaps
            nodes = (node for node in ast.walk(_tree(unit.source)) if isinstance(node, ast.Name))
            found |= words & {node.id for node in nodes}
    return found


def _read(unit: Unit) -> Iterator[str]:
    yield from unit.code.uses
    for definition in unit.code.definitions.values():
        yield from definition.now
        yield from definition.later


def _tree(source: str) -> ast.AST:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.Module([], [])
