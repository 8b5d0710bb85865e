"""Names that statements bind, and in which order: the walk over whole programs."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from typing import Any

from treadle.engine.scan.expressions import ExpressionScanner, dotted, parameters, reason_in_import
from treadle.engine.scan.scopes import (
    Body,
    ClassScope,
    FunctionScope,
    ImportedName,
    Scope,
    SessionScope,
)
from treadle.engine.scan.syntax_key import without_docstring

DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# Decorators that call nothing, and bases whose subclasses nobody calls unasked.
_PLAIN_DECORATORS = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "override", "dataclass"}
    | {"cache", "lru_cache", "cached_property", "setter", "getter", "deleter", "overload"}
)
_PLAIN_BASES = frozenset(
    {"object", "ABC", "Protocol", "NamedTuple", "Enum", "nn.Module", "torch.nn.Module"}
    | {"Dataset", "data.Dataset", "torch.utils.data.Dataset", "Exception", "ValueError"}
)
# Context managers known to let exceptions pass; others may swallow them (`suppress`).
_TRANSPARENT = frozenset(
    {"open", "no_grad", "enable_grad", "inference_mode", "set_grad_enabled", "autocast", "errstate"}
    | {"catch_warnings", "printoptions", "rc_context", "option_context", "context", "device"}
    | {"redirect_stdout", "redirect_stderr", "closing", "nullcontext", "Pool", "chdir", "ZipFile"}
    | {"ThreadPoolExecutor", "ProcessPoolExecutor", "TemporaryDirectory", "NamedTemporaryFile"}
)
_LAZY_ANNOTATIONS = sys.version_info >= (3, 14)
TYPE_ALIAS = getattr(ast, "TypeAlias", type(None))  # new in Python 3.12


def is_side_effect_free(node: DefinitionNode) -> bool:
    """Whether a definition runs none of its bodies by itself."""
    if isinstance(node, ast.ClassDef) and (
        node.keywords or any(dotted(base) not in _PLAIN_BASES for base in node.bases)
    ):
        return False
    return all(_last_name(item) in _PLAIN_DECORATORS for item in node.decorator_list)


def _last_name(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return dotted(function).rpartition(".")[2]


class Scanner(ExpressionScanner):
    """What statements bind, and the flow of control: which names are bound before they are read.

    A name once bound or deleted stays so: what it then holds is this code's own doing.
    """

    def __init__(self, scope: Scope, futures: set[str] | None = None) -> None:
        """Begin in `scope`; `futures` are the `from __future__` features in force, to add to."""
        super().__init__(scope)
        self.futures: set[str] = set() if futures is None else futures

    def run_block(self, statements: Sequence[ast.AST]) -> bool:
        """Statements run from top to bottom; whether their end can be reached."""
        scope = self.scope
        reached = True
        for statement in statements:
            if self.visit(statement) is False:
                reached = False
            if scope.waiting:
                scope.commit()
        return reached

    def _test(self, node: ast.expr) -> None:
        """An expression that is evaluated in any case."""
        self.visit(node)
        self.scope.commit()

    def _branches(self, *blocks: Sequence[ast.AST]) -> bool:
        """Blocks of which one runs: settled is what is so at the end of each."""
        scope = self.scope
        before = scope.settled
        ends: list[set[str]] = []
        for block in blocks:
            scope.settled = set(before)
            if self.run_block(block):
                ends.append(scope.settled)
        if ends:
            scope.settled = set.intersection(*ends)
        return bool(ends)

    def _loop(self, *blocks: Sequence[ast.AST]) -> bool:
        """Blocks none of which need run to its end."""
        before = self.scope.settled
        self._branches(*blocks)
        self.scope.settled = before
        return True

    def _jump(self, node: ast.stmt) -> bool:
        self.visit_children(node)
        return False

    def _if(self, node: ast.If) -> bool:
        self._test(node.test)
        return self._branches(node.body, node.orelse)

    def _while(self, node: ast.While) -> bool:
        self._test(node.test)
        return self._loop(node.body, node.orelse)

    def _for(self, node: ast.For | ast.AsyncFor) -> bool:
        self._test(node.iter)
        return self._loop([node.target, *node.body], node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        swallowed: set[str] | None = None  # what is settled where an exception may be swallowed
        for item in node.items:
            self._test(item.context_expr)
            if swallowed is None and _last_name(item.context_expr) not in _TRANSPARENT:
                swallowed = set(self.scope.settled)
            if item.optional_vars is not None:
                self.visit(item.optional_vars)
        reached = self.run_block(node.body)
        if swallowed is None:
            return reached
        self.scope.settled = swallowed
        return True

    def _try(self, node: ast.Try | ast.TryStar) -> bool:
        scope = self.scope
        before = scope.settled
        reached = self._branches(
            [*node.body, *node.orelse], *([handler] for handler in node.handlers)
        )
        after = scope.settled
        scope.settled = set(before)
        reached = self.run_block(node.finalbody) and reached
        scope.settled |= after
        return reached

    def _handler(self, node: ast.ExceptHandler) -> bool:
        if node.type is not None:
            self._test(node.type)
        self._bind(node.name)
        reached = self.run_block(node.body)
        if node.name is not None:
            self.scope.delete(self.mangled(node.name))
        return reached

    def _match(self, node: ast.Match) -> bool:
        self._test(node.subject)
        last = node.cases[-1]
        takes_all = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        cases: list[Sequence[ast.AST]] = [[case] for case in node.cases]
        return self._branches(*cases, *([] if takes_all and not last.guard else [()]))

    def _case(self, node: ast.match_case) -> bool:
        self.visit(node.pattern)
        if node.guard is not None:
            self._test(node.guard)
        return self.run_block(node.body)

    def _bind(self, name: str | None) -> None:
        if name is not None:
            self.scope.bind(self.mangled(name))

    def _capture(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self._bind(node.name)
        self.visit_children(node)

    def _mapping(self, node: ast.MatchMapping) -> None:
        self.visit_children(node)
        self._bind(node.rest)

    def _assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        self.visit_all(node.targets)

    def _augmented(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id, None)
        self.visit(node.value)
        self.visit(node.target)

    def _annotated(self, node: ast.AnnAssign) -> None:
        target = node.target
        if node.value is not None:
            self.visit(node.value)
            self.visit(target)
        elif not isinstance(target, ast.Name):
            self.visit(target)
        elif not isinstance(self.scope, SessionScope):  # it makes the name local
            self.scope.bind_perhaps(self.mangled(target.id))
        if not isinstance(self.scope, FunctionScope):
            self.scope.run_later(self._annotations([node.annotation]))

    def _global(self, node: ast.Global) -> None:
        self.scope.globals.update(map(self.mangled, node.names))

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        if isinstance(self.scope, FunctionScope):
            self.scope.nonlocals.update(map(self.mangled, node.names))

    def _import(self, node: ast.Import) -> None:
        self.visit_imports(
            [
                ImportedName(alias.asname or alias.name.partition(".")[0], alias.name, None)
                for alias in node.names
            ]
        )

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        if module == "__future__":
            self.futures.update(alias.name for alias in node.names)
        self.visit_imports(
            [ImportedName(alias.asname or alias.name, module, alias.name) for alias in node.names]
        )

    def visit_imports(self, found: list[ImportedName]) -> None:
        """The names of an import statement."""
        for item in found:
            self.words.update(item.module.split("."))
            self.words.add(item.attribute or "")
            reason = reason_in_import(item.module, item.attribute)
            if reason:
                self.scope.mark_opaque(reason)
            if item.name != "*":
                self._bind(item.name)
        self.scope.run_imports(found)

    def _definition(self, node: DefinitionNode) -> None:
        body = self.visit_definition(node)
        if is_side_effect_free(node):
            self._bind(node.name)
            self.scope.run_later(body)
        else:
            self.scope.run(body)
            self._bind(node.name)

    def visit_definition(self, node: DefinitionNode) -> Body:
        """A definition, its name not yet bound: what its bodies do, once they run."""
        self.visit_all(node.decorator_list)
        generic = getattr(node, "type_params", None)  # new in Python 3.12
        if not generic:
            return self._parts(node)
        outer = self.scope
        scope = FunctionScope(outer.session, [self.mangled(item.name) for item in generic])
        self.scope = scope
        self.visit_all(generic)
        scope.run(self._parts(node))
        self.scope = outer
        body = scope.close()
        outer.run(body)
        return body

    def _parts(self, node: DefinitionNode) -> Body:
        return self._class(node) if isinstance(node, ast.ClassDef) else self._function(node)

    def _class(self, node: ast.ClassDef) -> Body:
        """A class statement, run but for its name: what its methods do."""
        self.visit_all([*node.bases, *(keyword.value for keyword in node.keywords)])
        outer, outer_name = self.scope, self.class_name
        scope = ClassScope(outer.session)
        self.scope, self.class_name = scope, node.name
        self.run_block(without_docstring(node.body))
        self.scope, self.class_name = outer, outer_name
        outer.run(scope.close())
        return scope.methods

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Body:
        """A `def` statement, run but for its name: what the function does, or asking for types."""
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        annotations = [item.annotation for item in parameters(node.args)]
        lazy = self._annotations([*annotations, node.returns])
        body = self.visit_function(node.args, without_docstring(node.body))
        body.absorb(lazy)
        return body

    def _annotations(self, annotations: Sequence[ast.expr | None]) -> Body:
        """Annotations, evaluated now, or kept for those who ask; the latter."""
        as_texts = "annotations" in self.futures
        if not as_texts:
            self.visit_all(annotations)
        if not (as_texts or _LAZY_ANNOTATIONS):
            return Body()
        return self.visit_inside(FunctionScope(self.scope.session), annotations)

    def _type_alias(self, node: Any) -> None:  # noqa: ANN401 - not there in Python 3.11
        names = [self.mangled(item.name) for item in node.type_params]
        scope = FunctionScope(self.scope.session, names)
        self.scope.run(self.visit_inside(scope, [*node.type_params, node.value]))
        self.visit(node.name)

    visitors = ExpressionScanner.visitors | {
        ast.If: _if,
        ast.While: _while,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.ExceptHandler: _handler,
        ast.Match: _match,
        ast.match_case: _case,
        ast.Raise: _jump,
        ast.Break: _jump,
        ast.Continue: _jump,
        ast.MatchAs: _capture,
        ast.MatchStar: _capture,
        ast.MatchMapping: _mapping,
        ast.Assign: _assign,
        ast.AugAssign: _augmented,
        ast.AnnAssign: _annotated,
        ast.Global: _global,
        ast.Nonlocal: _nonlocal,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.FunctionDef: _definition,
        ast.AsyncFunctionDef: _definition,
        ast.ClassDef: _definition,
        TYPE_ALIAS: _type_alias,
    }
