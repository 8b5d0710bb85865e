"""What a project module is made of: its symbols, and what they use, by static analysis."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from treadle.engine.scan.expressions import is_main_test
from treadle.engine.scan.scopes import (
    Body,
    ClassScope,
    FrozenReads,
    FunctionScope,
    ImportedName,
    Reads,
    SessionScope,
    frozen,
    merge,
)
from treadle.engine.scan.statements import (
    TYPE_ALIAS,
    DefinitionNode,
    Scanner,
    is_side_effect_free,
)
from treadle.engine.scan.syntax_key import (
    UNPARSABLE,
    parsed,
    reads_docs,
    reads_positions,
    sees_callers,
    syntax_key,
    text_key,
    without_docstring,
)


class Symbol(Struct, frozen=True):
    """A name of a module's top level, with the statements that bind it."""

    key: str  # digest of these statements
    uses: FrozenReads = field(default_factory=dict)  # names of the module they read, then or later
    active: bool = False  # they call something on import: that may change other symbols' values
    changeable: bool = False  # its value can change while the name stays
    sees_callers: bool = False  # they may look at names of the session, by way of frames


class ModuleCode(Struct, frozen=True):
    """A module's symbols, and its statements that are no plain bindings and so concern them all."""

    symbols: Mapping[str, Symbol]
    loose: Symbol
    loose_names: frozenset[str] = frozenset()  # names that the loose statements may bind
    imports: Mapping[str, tuple[ImportedName, ...]] = field(default_factory=dict)  # by name bound
    runs: tuple[str, ...] = ()  # dotted modules that importing this one imports
    stars: tuple[str, ...] = ()  # dotted modules all of whose names are imported
    opaque: str | None = None

    def binds(self, name: str) -> bool:
        """Whether a statement of the module, star imports aside, may bind `name`."""
        return name in self.symbols or name in self.imports or name in self.loose_names


def analyse_module(source: str, dotted: str, is_package: bool) -> ModuleCode:
    """What the module `dotted` is made of. One that does not parse is opaque."""
    key = text_key(source)
    futures: set[str] = set()
    try:
        statements = _executed(without_docstring(parsed(source).body))
        scans = [_StatementScan(statement, futures) for statement in statements]
        package = dotted if is_package else dotted.rpartition(".")[0]
        return _module_code(scans, package, key, sorted(futures))
    except UNPARSABLE:
        return ModuleCode({}, Symbol(key), opaque="it can't be parsed")


def project_refs(source: str, is_project: Callable[[str], object]) -> frozenset[str]:
    """The "module:name" of project modules that `source` imports or reaches by attribute.

    "module:" stands for what concerns all of a module, "module:*" for all of it.
    """
    try:
        scan = _StatementScan(parsed(source), set())
    except UNPARSABLE:
        return frozenset()
    refs: set[str] = set()
    uses = scan.uses()
    for item in scan.imports:
        module = item.module
        inner = f"{module}.{item.attribute}" if item.attribute else module
        if module.startswith("."):
            continue
        if is_project(inner):
            used = uses.get(item.name, set())
            binds_parent = not item.attribute and item.name == module.partition(".")[0] != module
            names = {"*"} if used is None or binds_parent else used
            refs.update(f"{inner}:{name}" for name in ("", *names))
        elif item.attribute and is_project(module):
            refs.add(f"{module}:{item.attribute}")
    return frozenset(refs)


class _StatementScan(Scanner):
    """One statement scanned: what functions import counts as if the module had imported it."""

    def __init__(self, statement: ast.AST, futures: set[str]) -> None:
        self.top = FunctionScope(SessionScope())
        super().__init__(self.top, futures)
        self.statement = statement
        self.imports: list[ImportedName] = []
        self._inner_imports: Reads = {}
        self.visit(statement)

    def visit_imports(self, found: list[ImportedName]) -> None:
        super().visit_imports(found)
        self.imports += found
        if isinstance(self.scope, ClassScope):  # they can be had as attributes of the class
            self._inner_imports.update(dict.fromkeys(item.name for item in found))

    def visit_inside(self, scope: FunctionScope, nodes: Sequence[ast.AST | None]) -> Body:
        body = super().visit_inside(scope, nodes)
        names = [item.name for item in body.imports]
        merge(self._inner_imports, {name: scope.local_reads.get(name, set()) for name in names})
        return body

    def uses(self) -> Reads:
        """The names of the module, and those that its functions import, by what is used of them."""
        uses = self.top.body.reads()
        merge(uses, self._inner_imports)
        return uses


def _module_code(
    scans: Sequence[_StatementScan], package: str, text_key: str, futures: Sequence[str]
) -> ModuleCode:
    by_name: dict[str, list[_StatementScan]] = {}
    loose: list[_StatementScan] = []
    imports: dict[str, dict[ImportedName, None]] = {}
    for scan in scans:
        names = _plainly_bound(scan.statement)
        for name in names or ():
            by_name.setdefault(name, []).append(scan)
        if names is None:
            loose.append(scan)
        for item in scan.imports:
            found = item._replace(module=_resolved(item.module, package))
            imports.setdefault(item.name, {})[found] = None
    words = set().union(*(scan.words for scan in scans))
    strings = set().union(*(scan.strings for scan in scans))
    tells_layouts_apart = reads_docs(words, strings) or reads_positions(words, strings)
    keyed_by = [text_key] if tells_layouts_apart else futures
    runs = [item.module for scan in scans for item in scan.top.body.imports]
    bound_inside = set().union(*(scan.top.session.binds for scan in scans))
    return ModuleCode(
        symbols={
            name: _symbol(found, keyed_by, name in bound_inside) for name, found in by_name.items()
        },
        loose=_symbol(loose, keyed_by, False),
        loose_names=frozenset().union(*(scan.top.bound for scan in loose)),
        imports={name: tuple(found) for name, found in imports.items()},
        runs=tuple(dict.fromkeys(_resolved(module, package) for module in runs)),
        stars=tuple(found.module for found in imports.get("*", ())),
        opaque=next((scan.top.body.opaque for scan in scans if scan.top.body.opaque), None),
    )


def _symbol(scans: Sequence[_StatementScan], keyed_by: Sequence[str], bound_inside: bool) -> Symbol:
    """The symbol that these statements make; its key is of them and of what it is `keyed_by`."""
    statements = [scan.statement for scan in scans]
    uses: Reads = {}
    for scan in scans:
        merge(uses, scan.uses())
    return Symbol(
        key=syntax_key(statements, *keyed_by),
        uses=frozen(uses),
        active=any(map(_is_active, statements)),
        changeable=bound_inside or any(map(_is_changeable, statements)),
        sees_callers=any(sees_callers(scan.words, scan.strings) for scan in scans),
    )


def _resolved(module: str, package: str) -> str:
    """The dotted module, a relative one seen from `package`."""
    name = module.lstrip(".")
    level = len(module) - len(name)
    if not level:
        return name
    parents = package.split(".")
    base = ".".join(parents[: len(parents) - level + 1])
    return f"{base}.{name}" if base and name else base or name


def _executed(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that an import runs."""
    for statement in body:
        if isinstance(statement, ast.If) and (
            is_main_test(statement.test) or _is_type_checking(statement.test)
        ):
            yield from _executed(statement.orelse)
        else:
            yield statement


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return bool(name == "TYPE_CHECKING")


def _plainly_bound(statement: ast.AST) -> list[str] | None:
    """The names that a statement binds, if that is all it does."""
    if isinstance(statement, DefinitionNode):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        names = [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
        is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        return None if "*" in names else [] if is_future else names
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    elif isinstance(statement, TYPE_ALIAS):
        targets = [statement.name]
    else:
        return [] if isinstance(statement, ast.Pass) else None
    parts = [part for target in targets for part in _parts(target)]
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    return names if len(names) == len(parts) else None


def _parts(node: ast.expr) -> list[ast.expr]:
    if not isinstance(node, ast.Tuple | ast.List):
        return [node]
    return [part for item in node.elts for part in _parts(item)]


def _is_active(statement: ast.AST) -> bool:
    """Whether it calls something on import."""
    parts: list[ast.AST | None] = [statement]
    if isinstance(statement, DefinitionNode):
        if not is_side_effect_free(statement):
            return True
        if isinstance(statement, ast.ClassDef):
            parts = [item for item in statement.body if not isinstance(item, DefinitionNode)]
        else:
            parts = [*statement.args.defaults, *statement.args.kw_defaults]
    nodes = (node for part in parts if part for node in ast.walk(part))
    return any(isinstance(node, ast.Call | ast.NamedExpr) for node in nodes)


def _is_changeable(statement: ast.AST) -> bool:
    """Whether the value bound can change: anything but numbers, texts and the like."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return statement.value is not None and not _is_fixed(statement.value)
    return isinstance(statement, ast.ClassDef)


def _is_fixed(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return all(map(_is_fixed, node.elts))
    if isinstance(node, ast.BinOp):
        return _is_fixed(node.left) and _is_fixed(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_fixed(node.operand)
    return isinstance(node, ast.Constant)
