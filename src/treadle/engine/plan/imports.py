"""What the import statements of each unit ask for, beyond the names they bind."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder

from msgspec import Struct

from treadle.engine.cell import Unit

# Modules of Python whose first import a document hardly notices.
#
# It prints nothing and changes no settings: what code computes that imports them is the same
# whether they were loaded before or not, unless it asks just that, by `sys.modules` or the like.

QUIET = frozenset(
    (
        *("abc", "array", "ast", "bisect", "builtins", "calendar", "cmath", "collections"),
        *("collections.abc", "colorsys", "contextlib", "copy", "csv", "dataclasses", "datetime"),
        *("difflib", "enum", "fractions", "functools", "heapq", "html", "io", "itertools", "json"),
        *("keyword", "math", "numbers", "operator", "os", "os.path", "pathlib", "pprint"),
        *("queue", "random", "re", "reprlib", "statistics", "string", "struct", "sys"),
        *("textwrap", "time", "types", "typing", "unicodedata", "zlib"),
    )
)


# Which dotted names are modules below a package: nothing is imported to find out.


def packages_of(name: str) -> Iterator[str]:
    """The packages that a dotted module lies in: "a.b" and "a" for "a.b.c"."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def is_submodule(name: str) -> bool:
    """Whether `name` ("html.parser") is a module in a package that is installed."""
    *packages, _ = parts = name.split(".")
    locations: Sequence[str] | None = None
    for number in range(len(packages)):
        spec = PathFinder.find_spec(".".join(parts[: number + 1]), locations)
        if spec is None or spec.submodule_search_locations is None:
            return False
        locations = list(spec.submodule_search_locations)
    return locations is not None and PathFinder.find_spec(name, locations) is not None


# What the import statements of each unit ask for, beyond the names they bind.

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
