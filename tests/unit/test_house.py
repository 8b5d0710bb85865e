"""How the program is built: three floors, one way down, no circles, short functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

SOURCE = Path(__file__).parents[2] / "src"
# Who stands higher may use what stands lower; the package itself is the face of all of it.
FLOORS = {"checks": 0, "problem": 0, "engine": 1, "press": 2, "app": 3}
FLOORS |= {"": 4, "__main__": 4, "submission": 4}
FOREIGN = r"latex|markdown|\.pmd|matplotlib|pyplot|bibtex|biber|\b(?:pdf|lua|xe)?tex\b"


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {_name(path): ast.parse(path.read_text("utf-8")) for path in SOURCE.rglob("*.py")}


def _imported(tree: ast.Module) -> Iterator[str]:
    """The files that a file imports, in functions and for its annotations too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in TREES)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from [name for name in (inner, str(node.module)) if name in TREES][:1]


IMPORTS = {name: set(_imported(tree)) - {name} for name, tree in TREES.items()}


def test_no_file_imports_one_that_by_any_way_imports_it() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as circle:
        pytest.fail("a circle: " + " -> ".join(reversed(circle.args[1])))


def _part(name: str) -> str:
    return name.partition(".")[2].partition(".")[0]


def test_imports_between_floors_go_down() -> None:
    up = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in others
        if FLOORS[_part(other)] > FLOORS[_part(name)]
    ]
    assert not up, "\n".join(up)


def test_the_comparisons_of_checks_need_nothing_else() -> None:
    """They are handed in with the code of a document, alone."""
    assert IMPORTS["treadle.checks"] == set()


def test_the_engine_knows_nothing_of_documents_and_pages() -> None:
    named = [
        f"{path.relative_to(SOURCE)}:{number}: {line.strip()}"
        for path in sorted((SOURCE / "treadle" / "engine").rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(FOREIGN, line, re.IGNORECASE)
    ]
    assert not named, "\n".join(named)


def test_functions_are_short() -> None:
    lengths = {
        f"{name}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert [name for name, length in lengths.items() if length > 60] == []
    assert median(lengths.values()) < 8
