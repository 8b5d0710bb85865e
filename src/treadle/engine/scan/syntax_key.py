"""Digests of syntax trees: equal for programs that differ in layout, comments or docstrings only.

A tree is written in prefix order, each node as its type and fields. Identifiers, operators and
the `repr` of constants never hold a line feed, so joining by line feeds loses nothing; `repr`
also keeps `1`, `1.0`, `True`, `'a'` and `b'a'` apart.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Set
from typing import Any

from treadle.engine.store.digest import combined, digest

_SKIPPED = frozenset({"ctx", "type_comment", "type_ignores"})  # implied by place, or without effect
_FIELDS = {
    kind: tuple(field for field in kind._fields if field not in _SKIPPED)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # what `parsed` may raise


def parsed(code: str) -> ast.Module:
    """The tree of a chunk's code, without the warnings of its syntax: running it shows them.

    Raises one of UNPARSABLE; so may a walk over a tree that is nested too deep.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(code)


def code_key(tree: ast.Module, code: str) -> str:
    """The digest of a chunk: of its code's tree, and whether its last value is shown."""
    last = tree.body[-1] if tree.body else None
    silenced = isinstance(last, ast.Expr) and is_silenced(last, code)
    return syntax_key(tree.body, "silenced" if silenced else "shown")


def text_key(*texts: str) -> str:
    return combined(texts)


def syntax_key(statements: Iterable[ast.AST], *marks: str) -> str:
    """The digest of `statements`; `marks` are further texts that tell programs apart."""
    parts: list[str] = [*marks, "|"]
    write = parts.append
    for statement in statements:
        _write(statement, write)
    return digest("\n".join(parts).encode("utf-8", "surrogatepass"))


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """A body's statements but for its docstring."""
    first = body[0].value if body and isinstance(body[0], ast.Expr) else None
    documented = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return body[1:] if documented else body


def is_silenced(last: ast.Expr, code: str, line: int = 1) -> bool:
    """Whether a semicolon follows the last expression of code that begins in this line.

    Its value is not shown then.
    """
    text = code.split("\n")[(last.end_lineno or line) - line].encode("utf-8", "surrogatepass")
    return text[last.end_col_offset or 0 :].lstrip().startswith(b";")


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
            documented = field == "body" and isinstance(node, _DOCUMENTED)
            _write_list(without_docstring(value) if documented else value, write)
        else:
            write(value if isinstance(value, str) and field != "str" else repr(value))


def _write_list(items: list[Any], write: Callable[[str], None]) -> None:
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


# --- whether code can tell layouts of the same program apart: by its docstrings, text or lines ---

_DOCS = frozenset(
    {"__doc__", "help", "inspect", "getsource", "getsourcelines", "getdoc", "doctest", "pydoc"}
    | {"__code__", "linecache", "findsource", "getcomments", "co_consts", "cleandoc"}
)
_POSITIONS = frozenset(
    {"lineno", "f_lineno", "tb_lineno", "co_firstlineno", "currentframe", "_getframe"}
    | {"extract_stack", "__traceback__", "co_lines", "co_positions", "getsourcelines"}
    | {"getframeinfo", "findCaller", "stack_info", "tracemalloc", "end_lineno"}
)
_CALLERS = frozenset({"f_globals", "f_locals", "__main__", "get_objects", "get_referrers"})
_PRINTED = frozenset(
    {"traceback", "print_exc", "format_exc", "print_stack", "exc_info", "faulthandler"}
    | {"warn", "warn_explicit", "showwarning", "exception"}
)


def reads_docs(words: Set[str], strings: Iterable[str]) -> bool:
    """Whether code that mentions these may read docstrings or source text."""
    return not words.isdisjoint(_DOCS) or any("__doc__" in text for text in strings)


def reads_positions(words: Set[str], strings: Iterable[str]) -> bool:
    """Whether code that mentions these may read line numbers."""
    return not words.isdisjoint(_POSITIONS) or any("lineno" in text for text in strings)


def sees_callers(words: Set[str], strings: Iterable[str]) -> bool:
    """Whether code of a module that mentions these may look at names of whoever calls it."""
    return not words.isdisjoint(_CALLERS) or any("__main__" in text for text in strings)


def reads_lines(words: Set[str], strings: Iterable[str]) -> bool:
    """Whether code that mentions these may read or print line numbers."""
    return reads_positions(words, strings) or not words.isdisjoint(_PRINTED)
