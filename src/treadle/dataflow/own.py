"""What code takes from the project's own modules by its import statements."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator


def own_refs(source: str, is_own: Callable[[str], bool]) -> frozenset[str]:
    """The "module:name" that `source` imports or reaches by attribute; "module:*" for all of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    refs: set[str] = set()
    modules: dict[str, str] = {}  # bound name -> dotted module
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            refs.update(_imported(node, is_own, modules))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            refs.update(_imported_from(node, is_own, modules))
    for bound, dotted in modules.items():
        refs.update(f"{dotted}:{name}" for name in _attributes(tree, bound))
    return frozenset(refs)


def _imported(
    node: ast.Import, is_own: Callable[[str], bool], modules: dict[str, str]
) -> Iterator[str]:
    for alias in node.names:
        if not is_own(alias.name):
            continue
        yield f"{alias.name}:"  # executed: what concerns all of it
        if alias.asname or "." not in alias.name:
            modules[alias.asname or alias.name] = alias.name
        else:
            yield f"{alias.name}:*"


def _imported_from(
    node: ast.ImportFrom, is_own: Callable[[str], bool], modules: dict[str, str]
) -> Iterator[str]:
    assert node.module
    for alias in node.names:
        inner = f"{node.module}.{alias.name}"
        if is_own(inner):
            yield f"{inner}:"
            modules[alias.asname or alias.name] = inner
        elif is_own(node.module):
            yield f"{node.module}:{alias.name}"


def _attributes(tree: ast.AST, bound: str) -> set[str]:
    """The attributes by which `bound` is used; "*" if it is used in another way."""
    by_attribute: set[int] = set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == bound and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
                by_attribute.add(id(node.value))
        elif isinstance(node, ast.Name) and node.id == bound and id(node) not in by_attribute:
            found.add("*")
    return found
