"""The two ways to run the code of a chunk: as a notebook cell, or as if typed at a prompt."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from typing import Any

from treadle.execution.result import Output, Source
from treadle.execution.worker.places import Compiler

Namespace = dict[str, Any]


def run_cell(
    code: str, file: str, line: int, *, compiler: Compiler, namespace: Namespace
) -> object:
    """Run `code`; the value of its last expression, None if there is none or a `;` follows."""
    tree = compiler.parse(code, file, line)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _silenced(last, code, line):
        exec(compiler.compile(tree, file), namespace)
        return None
    tree.body.pop()
    if tree.body:
        exec(compiler.compile(tree, file), namespace)
    return eval(compiler.compile(ast.Expression(last.value), file), namespace)


def _silenced(last: ast.Expr, code: str, line: int) -> bool:
    """Whether a semicolon follows the last expression."""
    end = (last.end_lineno or line) - line
    text = code.split("\n")[end].encode()[last.end_col_offset or 0 :]
    return text.lstrip().startswith(b";")


def run_at_prompt(
    code: str,
    file: str,
    line: int,
    *,
    compiler: Compiler,
    namespace: Namespace,
    show: Callable[[Output], None],
    display: Callable[[object], None],
) -> None:
    """Run statement after statement: each is echoed with prompts, then what it shows."""
    tree = compiler.parse(code, file, line)
    hook, sys.displayhook = sys.displayhook, display
    try:
        for statements, text in _statements(tree, code.split("\n"), line):
            show(Source(text))
            exec(compiler.compile(ast.Interactive(statements), file), namespace)
    finally:
        sys.displayhook = hook


def _statements(
    tree: ast.Module, lines: list[str], line: int
) -> Iterator[tuple[list[ast.stmt], str]]:
    """Groups of statements that share lines, with their source as a prompt would echo it."""
    done = 0  # lines of the chunk already echoed
    groups = _grouped(tree.body)
    for number, group in enumerate(groups):
        end = (group[-1].end_lineno or line) - line + 1
        start = _first_line(group[0]) - line
        is_last = number == len(groups) - 1  # closing comments go with the last statement
        tail = [text for text in lines[end:] if text.strip()] if is_last else []
        echoed = [f">>> {text.strip()}" for text in lines[done:start] if text.strip()]
        echoed += _prompted(lines[start:end], compound=hasattr(group[-1], "body"))
        yield group, "\n".join([*echoed, *(f">>> {text}" for text in tail)])
        done = end


def _grouped(body: list[ast.stmt]) -> list[list[ast.stmt]]:
    groups: list[list[ast.stmt]] = []
    for statement in body:
        if groups and statement.lineno <= (groups[-1][-1].end_lineno or 0):
            groups[-1].append(statement)  # a = 1; b = 2
        else:
            groups.append([statement])
    return groups


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    first: int = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return first


def _prompted(lines: list[str], *, compound: bool) -> list[str]:
    echoed = [f">>> {lines[0]}", *(f"... {text}".rstrip() for text in lines[1:])]
    return [*echoed, "..."] if compound else echoed
