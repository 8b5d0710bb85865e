"""Statements that look as if made for their effect on a library: `np.set_printoptions(...)`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from treadle.dataflow.nodes import dotted

_BEGINNINGS = (
    *("set", "init_", "use", "config", "enable", "disable", "register", "install", "option"),
    *("patch", "basicConfig", "simplefilter", "filterwarnings", "chdir", "putenv", "unsetenv"),
)
# Changes of a container that a module holds: `sys.path.insert(0, "lib")`.
_CHANGES = frozenset(
    {"append", "insert", "extend", "update", "clear", "pop", "remove", "add", "discard", "popitem"}
)
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_OPEN = (
    ast.If,
    ast.With,
    ast.For,
    ast.While,
    ast.Try,
    ast.ExceptHandler,
    ast.Match,
    ast.match_case,
)


def effects_of(statements: Iterable[ast.AST]) -> list[str]:
    """What such statements change or call, dotted, in order; not those in functions."""
    found: list[str] = []
    for statement in statements:
        if isinstance(statement, _OPEN):
            for block in _BLOCKS:
                found += effects_of(getattr(statement, block, ()))
        else:
            found += _of_statement(statement)
    return found


def _of_statement(statement: ast.AST) -> list[str]:
    if isinstance(statement, ast.Delete | ast.Assign):
        found = [text for target in statement.targets for text in _of_target(target)]
    elif isinstance(statement, ast.AugAssign):
        found = _of_target(statement.target)
    else:
        found = []
    value = getattr(statement, "value", None)
    return found + (_of_call(value) if isinstance(value, ast.Call) else [])


def _of_target(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple | ast.List):
        return [text for item in target.elts for text in _of_target(item)]
    if not isinstance(target, ast.Attribute | ast.Subscript):
        return []
    node: ast.expr = target
    while isinstance(node, ast.Subscript):
        node = node.value
    text = dotted(node)
    return [text] if text else []


def _of_call(call: ast.Call) -> list[str]:
    text = dotted(call.func)
    name = text.rpartition(".")[2]
    if text == "setattr" and call.args:
        owner = dotted(call.args[0])
        named = call.args[1] if len(call.args) > 1 else None
        attribute = named.value if isinstance(named, ast.Constant) else "*"
        return [f"{owner}.{attribute!s}"] if owner else []
    if name.startswith(_BEGINNINGS) or (name in _CHANGES and text.count(".") > 1):
        return [text]
    return []
