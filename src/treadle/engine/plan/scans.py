"""What scanning finds out about each cell: remembered from the last build, or found anew; and
what its import statements ask for, beyond the names they bind.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import PathFinder

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.scan.code import Code, analyse, analyse_inline
from treadle.engine.scan.syntax_key import UNPARSABLE, parsed, text_key
from treadle.engine.store.store import Store

# Modules of Python whose first import a document hardly notices.
# It prints nothing and changes no settings: what code computes that imports them is the same
# whether they were loaded before or not, unless it asks just that, by `sys.modules` or the like.
SIDE_EFFECT_FREE = frozenset(
    (
        *("abc", "array", "ast", "bisect", "builtins", "calendar", "cmath", "collections"),
        *("collections.abc", "colorsys", "contextlib", "copy", "csv", "dataclasses", "datetime"),
        *("difflib", "enum", "fractions", "functools", "heapq", "html", "io", "itertools", "json"),
        *("keyword", "math", "numbers", "operator", "os", "os.path", "pathlib", "pprint"),
        *("queue", "random", "re", "reprlib", "statistics", "string", "struct", "sys"),
        *("textwrap", "time", "types", "typing", "unicodedata", "zlib"),
    )
)

_IMPORT = re.compile(r"^\s*(?:from|import)\b[^;\n]*$", re.MULTILINE)  # a statement alone


class KnownScans:
    """What cells of one document need and give, by their exact text.

    Scanning the code of a long document takes most of the time of planning it.
    """

    def __init__(self, store: Store, name: str, program: str) -> None:
        """`name` tells documents apart; `program`: a digest of all that says what code needs."""
        self._store = store
        self._name = f"scans\0{name}"
        self._program = program
        self._used: dict[str, object] = {}
        record: Mapping[str, object] = store.traces.load_record(self._name) or {}
        codes = record.get("codes") if record.get("program") == program else None
        self._known: Mapping[str, object] = codes if isinstance(codes, dict) else {}

    def of(self, cell: Cell) -> Code:
        texts = [piece.code for piece in cell.pieces]
        key = f"inline {text_key(*texts)}" if texts else f"cell {text_key(cell.code)}"
        code = _known_code(self._known.get(key))
        if code is None:
            code = analyse_inline(texts) if texts else analyse(cell.code)
        self._used[key] = code
        return code

    def has_new_code(self) -> bool:
        """Whether some code was in no build since the last whole one, if there was one: as a rule,
        it has to run."""
        return bool(self._known) and not self._used.keys() <= self._known.keys()

    def save(self) -> None:
        """Keep for the next build what this one asked for. Raises OSError."""
        self._keep(self._used)

    def save_with_earlier(self) -> None:
        """The same after a build that failed: what was known stays, as its author may go back, to
        code whose results are kept. Raises OSError."""
        self._keep({**self._known, **self._used})

    def _keep(self, codes: Mapping[str, object]) -> None:
        if codes.keys() != self._known.keys():
            record = {"program": self._program, "codes": codes}
            self._store.traces.save_record(self._name, record)


def _known_code(kept: object) -> Code | None:
    try:
        return convert(kept, Code) if kept is not None else None
    except ValidationError:
        return None


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


class ImportedModules(Struct, frozen=True):
    """What import statements ask for."""

    modules: tuple[tuple[str, bool], ...] = ()  # dotted; whether for their effect alone
    futures: frozenset[str] = frozenset()
    submodules: frozenset[str] = frozenset()  # what may be modules: "a.b" in `from a import b`


class ScannedCell(Struct, frozen=True):
    """A cell, and what its code says about it."""

    cell: Cell
    code: Code
    imported: ImportedModules

    @property
    def binds(self) -> frozenset[str]:
        """The names of the session that it may bind or delete; a prompt binds `_`."""
        if self.cell.module:
            return frozenset(self.cell.names)
        shown = frozenset("_" if self.cell.prompt else ())
        return self.code.binds | self.code.deletes | shown


def with_names(cell: Cell, code: Code) -> Cell:
    """The cell of a module with the names that its code binds; others as they are."""
    return replace(cell, names=tuple(sorted(code.binds - code.futures))) if cell.module else cell


def imported_by(cells: Sequence[Cell], codes: Sequence[Code]) -> list[ImportedModules]:
    """What each cell imports. A module whose name no code mentions is there for its effect."""
    mentioned = _mentioned(cells, codes)
    return [_imported(cell, code, mentioned) for cell, code in zip(cells, codes, strict=True)]


def _imported(cell: Cell, code: Code, mentioned: set[str]) -> ImportedModules:
    if cell.module or not code.imports:
        return ImportedModules()
    modules = []
    for dotted in code.imports:
        if dotted == "__future__":
            continue
        bound = code.import_names.get(dotted, ())
        modules.append((dotted, not any(name in mentioned for name in bound)))
    below = {name for name, _ in modules if "." in name}.union(code.imported_names)
    return ImportedModules(tuple(modules), code.futures, frozenset(below))


def _mentioned(cells: Sequence[Cell], codes: Sequence[Code]) -> set[str]:
    """Of the names that imports bind, those that code anywhere reads."""
    bound = {
        name
        for cell, code in zip(cells, codes, strict=True)
        if not cell.module
        for names in code.import_names.values()
        for name in names
    }
    found = bound.intersection(name for code in codes for name in _read(code))
    for cell in cells:
        if bound <= found:
            break
        words = set(re.findall(r"\w+", _IMPORT.sub("", cell.code))) & (bound - found)
        if words:  # in a comment, perhaps
            found |= words & _names_in(cell.code)
    return found


def _read(code: Code) -> Iterator[str]:
    yield from code.uses
    for definition in code.definitions.values():
        yield from definition.now
        yield from definition.later


def _names_in(code: str) -> set[str]:
    try:
        return {node.id for node in ast.walk(parsed(code)) if isinstance(node, ast.Name)}
    except UNPARSABLE:
        return set()
