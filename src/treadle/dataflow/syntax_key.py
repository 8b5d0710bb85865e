"""Digests of syntax trees: equal for programs that differ in layout, comments or docstrings only.

A tree is written in prefix order, each node as its type and fields. Identifiers, operators and
the `repr` of constants never hold a line feed, so joining by line feeds loses nothing; `repr`
also keeps `1`, `1.0`, `True`, `'a'` and `b'a'` apart.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from treadle.store.digest import digest

_SKIPPED = frozenset({"ctx", "type_comment", "type_ignores"})  # implied by place, or without effect
_FIELDS = {
    kind: tuple(field for field in kind._fields if field not in _SKIPPED)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def syntax_key(statements: Iterable[ast.AST], *marks: str) -> str:
    """The digest of `statements`; `marks` are further texts that tell programs apart."""
    parts: list[str] = [*marks, "|"]
    write = parts.append
    for statement in statements:
        _write(statement, write)
    return digest("\n".join(parts).encode("utf-8", "surrogatepass"))


def is_docstring(statement: ast.stmt) -> bool:
    """Whether a body's first statement is its docstring."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _write(node: ast.AST, write: Callable[[str], None]) -> None:
    kind = node.__class__
    if kind is ast.Name:
        write("Name")
        write(node.id)  # type: ignore[attr-defined]
        return
    if kind is ast.Constant:
        _write_constant(node, write)  # type: ignore[arg-type]
        return
    write(kind.__name__)
    for field in _FIELDS[kind]:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            _write(value, write)
        elif isinstance(value, list):
            _write_list(node, field, value, write)
        else:
            write(value if isinstance(value, str) and field != "str" else repr(value))


def _write_list(
    node: ast.AST, field: str, items: list[object], write: Callable[[str], None]
) -> None:
    if field == "body" and isinstance(node, _DOCUMENTED) and is_docstring(node.body[0]):
        items = items[1:]
    write("[")
    for item in items:
        if isinstance(item, ast.AST):
            _write(item, write)
        else:
            write(repr(item))
    write("]")


def _write_constant(node: ast.Constant, write: Callable[[str], None]) -> None:
    value = node.value
    if node.kind:
        write(node.kind)  # annotations kept as texts show it
    # Marked, for a field may be absent: `{**a}` is not `{None: a}`. `repr` refuses long integers.
    write(f"={value:#x}" if value.__class__ is int else f"={value!r}")
