"""What a module of the project is made of, by static analysis of its source."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from treadle.engine.scan.code import reads_docs, reads_positions
from treadle.engine.scan.flow import FlowScanner
from treadle.engine.scan.scopes import (
    Body,
    FrozenReads,
    FunctionScope,
    Imported,
    ModuleScope,
    Reads,
    frozen,
    merge,
)
from treadle.engine.scan.syntax_key import is_docstring, syntax_key
from treadle.engine.scan.walk import DefinitionNode, is_main_test, is_quiet
from treadle.engine.store.digest import combined


class Symbol(Struct, frozen=True):
    """A name of a module's top level, with the statements that bind it."""

    name: str
    key: str  # digest of these statements
    uses: FrozenReads = field(default_factory=dict)  # names of the module they read, then or later
    active: bool = False  # they call something on import: that may change other symbols' values
    changeable: bool = False  # its value can change while the name stays


class Import(Struct, frozen=True):
    """What a name of a module was imported from."""

    module: str  # dotted
    attribute: str | None  # the name in it; None: the module itself, "*": all of it


class ModuleCode(Struct, frozen=True):
    """A module's symbols, and its statements that are no plain bindings and so concern them all."""

    text_key: str  # digest of the exact source
    symbols: Mapping[str, Symbol]
    loose: Symbol
    loose_names: frozenset[str] = frozenset()  # names that the loose statements may bind
    imports: Mapping[str, tuple[Import, ...]] = field(default_factory=dict)  # by the name bound
    runs: tuple[str, ...] = ()  # dotted modules that importing this one imports
    stars: tuple[str, ...] = ()  # dotted modules all of whose names are imported
    opaque: str | None = None
    reads_docs: bool = False
    reads_lines: bool = False


def analyse_module(source: str, dotted: str, is_package: bool) -> ModuleCode:
    """What the module `dotted` is made of. One that does not parse is opaque."""
    text_key = combined((source,))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # importing the module shows them
            body = ast.parse(source).body
        return _Analysis(dotted, is_package).of(body, text_key)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ModuleCode(text_key, {}, Symbol("", text_key), opaque="it can't be parsed")


class _ModuleScanner(FlowScanner):
    """Keeps imports: what functions import counts as if the module had imported it."""

    def __init__(self, futures: set[str]) -> None:
        """For one statement."""
        self.top = FunctionScope(ModuleScope())
        super().__init__(self.top)
        self.futures = futures
        self.imports: list[Imported] = []

    def _imported(self, found: list[Imported]) -> None:
        super()._imported(found)
        self.imports += found
        scope = self.scope
        if scope is self.top:
            return
        names = [item.name for item in found]
        if isinstance(scope, FunctionScope):  # so that what they are used for is seen outside
            scope.nonlocals.update(names)
            for name in names:
                scope.body.free.setdefault(name, set())
        else:
            scope.run(Body(free=dict.fromkeys(names)))


class _Parts(Struct):
    """What is known of one symbol, or of the loose statements."""

    statements: list[ast.stmt] = field(default_factory=list)
    uses: Reads = field(default_factory=dict)
    active: bool = False
    changeable: bool = False


class _Analysis:
    def __init__(self, dotted: str, is_package: bool) -> None:
        self._package = dotted if is_package else dotted.rpartition(".")[0]
        self._symbols: dict[str, _Parts] = {}
        self._loose = _Parts()
        self._loose_names: set[str] = set()
        self._imports: dict[str, dict[Import, None]] = {}
        self._runs: dict[str, None] = {}
        self._words: set[str] = set()
        self._strings: set[str] = set()
        self._futures: set[str] = set()
        self._globals: set[str] = set()
        self._opaque: str | None = None

    def of(self, body: Sequence[ast.stmt], text_key: str) -> ModuleCode:
        if body and is_docstring(body[0]):
            body = body[1:]
        for statement in _executed(body):
            self._add(statement)
        documented = reads_docs(self._words, self._strings)
        placed = reads_positions(self._words, self._strings)
        fixed = text_key if documented or placed else None
        return ModuleCode(
            text_key=text_key,
            symbols={
                name: self._symbol(name, parts, fixed) for name, parts in self._symbols.items()
            },
            loose=self._symbol("", self._loose, fixed),
            loose_names=frozenset(self._loose_names),
            imports={name: tuple(found) for name, found in self._imports.items()},
            runs=tuple(self._runs),
            stars=tuple(found.module for found in self._imports.get("*", ())),
            opaque=self._opaque,
            reads_docs=documented,
            reads_lines=placed,
        )

    def _symbol(self, name: str, parts: _Parts, fixed: str | None) -> Symbol:
        return Symbol(
            name=name,
            key=fixed or syntax_key(parts.statements, *sorted(self._futures)),
            uses=frozen(parts.uses),
            active=parts.active,
            changeable=parts.changeable or name in self._globals,
        )

    def _add(self, statement: ast.stmt) -> None:
        scanner = _ModuleScanner(self._futures)
        scope = scanner.top
        scanner.visit(statement)
        body = scope.body
        self._words |= scanner.words
        self._strings |= scanner.strings
        self._globals |= scope.module.binds
        self._opaque = self._opaque or body.opaque
        self._take_imports(scanner.imports)
        self._runs.update(dict.fromkeys(self._resolved(item) for item in body.imports))
        names = _plainly_bound(statement)
        if names is None:
            self._loose_names |= scope.bound
            parts = [self._loose]
        else:
            parts = [self._symbols.setdefault(name, _Parts()) for name in names]
        for part in parts:
            part.statements.append(statement)
            merge(part.uses, body.reads())
            part.active = part.active or _is_active(statement)
            part.changeable = part.changeable or _is_changeable(statement)

    def _take_imports(self, found: Iterable[Imported]) -> None:
        for item in found:
            imported = Import(self._resolved(item), item.attribute)
            self._imports.setdefault(item.name, {})[imported] = None

    def _resolved(self, item: Imported) -> str:
        """The dotted module, a relative one seen from this package."""
        name = item.module.lstrip(".")
        level = len(item.module) - len(name)
        if not level:
            return name
        parents = self._package.split(".")
        base = ".".join(parents[: len(parents) - level + 1])
        return f"{base}.{name}" if base and name else base or name


def _executed(body: Sequence[ast.stmt]) -> Iterable[ast.stmt]:
    """The statements that an import runs."""
    for statement in body:
        if not isinstance(statement, ast.If):
            yield statement
        elif is_main_test(statement.test) or _is_type_checking(statement.test):
            yield from _executed(statement.orelse)
        else:
            yield statement


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return bool(name == "TYPE_CHECKING")


def _plainly_bound(statement: ast.stmt) -> list[str] | None:
    """The names that a statement binds, if that is all it does."""
    if isinstance(statement, DefinitionNode):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        names = [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
        is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        return None if "*" in names else [] if is_future else names
    if isinstance(statement, ast.AnnAssign):
        return _names_of([statement.target])
    if isinstance(statement, ast.Assign):
        return _names_of(statement.targets)
    if isinstance(statement, getattr(ast, "TypeAlias", ())):
        return _names_of([statement.name])  # type: ignore[attr-defined]
    return [] if isinstance(statement, ast.Pass) else None


def _names_of(targets: Iterable[ast.expr]) -> list[str] | None:
    found: list[str] = []
    for target in targets:
        if isinstance(target, ast.Name):
            found.append(target.id)
        elif isinstance(target, ast.Tuple | ast.List):
            inner = _names_of(target.elts)
            if inner is None:
                return None
            found += inner
        else:
            return None
    return found


def _is_active(statement: ast.stmt) -> bool:
    """Whether it calls something on import."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        defaults = [*statement.args.defaults, *statement.args.kw_defaults]
        return not is_quiet(statement) or any(_calls(item) for item in defaults if item)
    if isinstance(statement, ast.ClassDef):
        body = (item for item in statement.body if not isinstance(item, DefinitionNode))
        return not is_quiet(statement) or any(map(_calls, body))
    return not isinstance(statement, ast.Import | ast.ImportFrom) and _calls(statement)


def _calls(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Call | ast.NamedExpr) for inner in ast.walk(node))


def _is_changeable(statement: ast.stmt) -> bool:
    """Whether the value bound can change: anything but numbers, texts and the like."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return statement.value is not None and not _is_fixed(statement.value)
    return isinstance(statement, ast.ClassDef)


def _is_fixed(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return all(map(_is_fixed, node.elts))
    if isinstance(node, ast.BinOp):
        return _is_fixed(node.left) and _is_fixed(node.right)
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.UnaryOp) and _is_fixed(node.operand)
    )
