"""The ways to run the code of a cell: it knows where in the document it stands."""

from __future__ import annotations
import __future__

import ast
import linecache
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from types import CodeType
from typing import Any

from msgspec import Struct

from treadle.engine.cell import Cell, InlinePiece
from treadle.engine.scan.syntax_key import is_silenced
from treadle.engine.trace import Display, Echo, Failure, Output, Stream
from treadle.engine.worker.failures import CodePlace, attempt

_FUTURES = tuple(getattr(__future__, name) for name in __future__.all_feature_names)


class Compiler:
    """Compiles code with the document's file and line, and keeps `from __future__` imports."""

    def __init__(self) -> None:
        self._flags = 0
        self.compiled: Callable[[CodeType], object] = lambda _: None  # told of what is to run

    def adopt(self, features: Iterable[str]) -> None:
        """Go on as if earlier code had asked for these `from __future__` features."""
        for name in features:
            self._flags |= getattr(__future__, name).compiler_flag

    def parse(self, code: str, file: str, line: int) -> ast.Module:
        """The syntax tree of `code`, whose first line is line `line` of `file`."""
        flags = self._flags | ast.PyCF_ONLY_AST
        tree = compile(_padding(line - 1) + code, file, "exec", flags, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        if line > 1:
            del tree.body[0]
        return tree

    def compile_again(self, statement: ast.stmt, file: str) -> CodeType:
        """The code of a statement that has run, for another process."""
        tree = ast.Module([statement], [])
        code: CodeType = compile(tree, file, "exec", self._flags, dont_inherit=True)
        return code

    def compile(self, tree: ast.Module | ast.Expression | ast.Interactive, file: str) -> CodeType:
        """The code of a tree, to be run by `exec` or `eval`."""
        mode = {ast.Module: "exec", ast.Expression: "eval", ast.Interactive: "single"}[type(tree)]
        code: CodeType = compile(tree, file, mode, self._flags, dont_inherit=True)
        for feature in _FUTURES:
            self._flags |= code.co_flags & feature.compiler_flag
        self.compiled(code)
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


Namespace = dict[str, Any]


def run_cell(cell: Cell, compiler: Compiler, namespace: Namespace) -> object:
    """Run its code; the value of its last expression, None if there is none or a `;` follows."""
    return _run(cell.code, cell.file, cell.line, compiler, namespace)


def _run(code: str, file: str, line: int, compiler: Compiler, namespace: Namespace) -> object:
    tree = compiler.parse(code, file, line)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or is_silenced(last, code, line):
        exec(compiler.compile(tree, file), namespace)
        return None
    tree.body.pop()
    before = compiler.compile(tree, file)
    value = compiler.compile(ast.Expression(last.value), file)  # told of before anything runs
    exec(before, namespace)
    return eval(value, namespace)


def run_at_prompt(
    cell: Cell,
    compiler: Compiler,
    namespace: Namespace,
    *,
    show: Callable[[Output], None],
    display: Callable[[object], None],
) -> None:
    """Run statement after statement: each is echoed with prompts, then what it shows."""
    tree = compiler.parse(cell.code, cell.file, cell.line)
    hook, sys.displayhook = sys.displayhook, display
    try:
        for statements, text in _statements(tree, cell.code.split("\n"), cell.line):
            show(Echo(text))
            exec(compiler.compile(ast.Interactive(statements), cell.file), namespace)
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
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _prompted(lines: list[str], *, compound: bool) -> list[str]:
    echoed = [f">>> {lines[0]}", *(f"... {text}".rstrip() for text in lines[1:])]
    return [*echoed, "..."] if compound else echoed


class InlineRunner(Struct, frozen=True):
    """Runs inline code: an expression gives its value as text, a statement what it prints, and the
    value of its last expression.

    `take` gives what was printed.
    """

    compiler: Compiler
    namespace: Namespace
    take: Callable[[], tuple[Output, ...]]
    code_path: str
    text_of: Callable[[object, int], str]  # of a value, and the number of the piece
    left_out: Callable[[int], None]  # told of a piece that shows what is no text

    def run(self, pieces: tuple[InlinePiece, ...], file: str) -> tuple[list[str], Failure | None]:
        """The texts, up to the first piece that fails."""
        texts: list[str] = []
        for number, piece in enumerate(pieces):
            text, failure = self._run_one(piece, number, file)
            if failure is not None:
                return texts, failure
            texts.append(text)
        return texts, None

    def _run_one(self, piece: InlinePiece, number: int, file: str) -> tuple[str, Failure | None]:
        values: list[str] = []

        def run() -> None:
            source = piece.code.strip()
            if piece.shows:
                value = self._value(source.rstrip("; \t\n"), file, piece.line)
            else:
                value = _run(source, file, piece.line, self.compiler, self.namespace)
            values.extend([] if value is None else [self.text_of(value, number)])

        self.take()
        failure = attempt(run, CodePlace(file, piece.line, self.code_path))
        outputs = self.take()
        if any(isinstance(item, Display) for item in outputs):
            self.left_out(number)
        streams = [item for item in outputs if isinstance(item, Stream)]
        printed = [item.text for item in streams if item.name == "stdout"]
        text = "".join([*printed, *values])
        return text if values else text.rstrip("\n"), failure  # the line goes on behind the code

    def _value(self, source: str, file: str, line: int) -> object:
        tree = self.compiler.parse(source, file, line)
        if len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
            raise SyntaxError("inline code takes one expression", (file, line, 1, source))
        return eval(self.compiler.compile(ast.Expression(tree.body[0].value), file), self.namespace)


def source_of(thing: object, file: str) -> str:
    """The text that defines `thing`; `file` is the document."""
    import inspect  # rarely needed, and 3 ms of a start

    try:
        return inspect.getsource(thing)  # type: ignore[arg-type]
    except (OSError, TypeError):
        if isinstance(thing, type):
            return _class_source(thing, file)
        raise


def _class_source(kind: type, file: str) -> str:
    # A class knows its module's file only, and the session's __main__ has none.
    import inspect

    lines = linecache.getlines(file)
    pattern = re.compile(rf"(\s*)class {kind.__name__}\b")
    found = [(match, number) for number, text in enumerate(lines) if (match := pattern.match(text))]
    # One of the same name inside another definition is not it.
    outermost = [number for match, number in found if not match[1]]
    starts = outermost if outermost and "." not in kind.__qualname__ else [at for _, at in found]
    if not starts:
        raise OSError(f"the source of {kind.__name__} is not in {file}")
    start = starts[-1]
    end = start + len(inspect.getblock(lines[start:]))
    while start > 0 and lines[start - 1].lstrip().startswith("@"):
        start -= 1
    return "".join(lines[start:end])
