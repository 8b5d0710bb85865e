"""Code that knows where in the document it stands: compiled so, and shown so in tracebacks."""

from __future__ import annotations
import __future__

import ast
import linecache
from collections.abc import Iterable
from types import CodeType

_FUTURES = tuple(getattr(__future__, name) for name in __future__.all_feature_names)


class Compiler:
    """Compiles code with the document's file and line, and keeps `from __future__` imports."""

    def __init__(self) -> None:
        """No `from __future__` import yet."""
        self._flags = 0

    def adopt(self, features: Iterable[str]) -> None:
        """Go on as if earlier code had asked for these `from __future__` features."""
        for name in features:
            self._flags |= getattr(__future__, name).compiler_flag

    def parse(self, code: str, file: str, line: int) -> ast.Module:
        """The syntax tree of `code`, whose first line is line `line` of `file`."""
        _remember(code, file, line)
        flags = self._flags | ast.PyCF_ONLY_AST
        tree = compile(_padding(line - 1) + code, file, "exec", flags, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        if line > 1:
            del tree.body[0]
        return tree

    def compile(self, tree: ast.Module | ast.Expression | ast.Interactive, file: str) -> CodeType:
        """The code of a tree, to be run by `exec` or `eval`."""
        mode = {ast.Module: "exec", ast.Expression: "eval", ast.Interactive: "single"}[type(tree)]
        code: CodeType = compile(tree, file, mode, self._flags, dont_inherit=True)
        for feature in _FUTURES:
            self._flags |= code.co_flags & feature.compiler_flag
        return code

    def compile_apart(
        self, code: str, file: str, line: int, imported: Iterable[str] = ()
    ) -> CodeType:
        """Statements compiled as if they stood in code that imports these names.

        Calls of what such names hold are compiled in another way.
        """
        tree = self.parse(code, file, line)
        names = [ast.alias(name) for name in imported]
        if names:  # seen by the compiler, and never run
            never = ast.If(ast.Constant(False), [ast.Import(names)], [])
            tree.body.insert(0, ast.copy_location(never, tree.body[0]))
            ast.fix_missing_locations(tree)
        return self.compile(tree, file)


def _padding(lines: int) -> str:
    """So many lines, as one string: Python reads those far faster than empty lines."""
    return '"""' + "\n" * (lines - 1) + '"""\n' if lines else ""


def _remember(code: str, file: str, line: int) -> None:
    """Give tracebacks, warnings and `inspect` the source, wherever the file may lie."""
    known = linecache.cache.get(file)
    lines = known[2] if known is not None and len(known) == 4 else []
    new = [f"{text}\n" for text in code.split("\n")]
    end = line - 1 + len(new)
    if len(lines) < end:
        lines += ["\n"] * (end - len(lines))
    lines[line - 1 : end] = new
    linecache.cache[file] = (0, None, lines, file)
