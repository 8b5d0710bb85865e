"""Functions, classes and annotations: code that runs later, and by whom it is asked for."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from treadle.engine.scan import opaque
from treadle.engine.scan.scopes import (
    Body,
    ClassScope,
    ComprehensionScope,
    FunctionScope,
    Imported,
    Scope,
)
from treadle.engine.scan.syntax_key import is_docstring

# Questions to single nodes of a syntax tree.

# Decorators that call nothing, and bases whose subclasses nobody calls unasked.
_QUIET_DECORATORS = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "override", "dataclass"}
    | {"cache", "lru_cache", "cached_property", "setter", "getter", "deleter", "overload"}
)
_QUIET_BASES = frozenset(
    {"object", "ABC", "Protocol", "NamedTuple", "Enum", "nn.Module", "torch.nn.Module"}
    | {"Dataset", "data.Dataset", "torch.utils.data.Dataset", "Exception", "ValueError"}
)

DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_quiet(node: DefinitionNode) -> bool:
    """Whether a definition runs none of its bodies by itself."""
    if isinstance(node, ast.ClassDef) and (
        node.keywords or any(dotted(base) not in _QUIET_BASES for base in node.bases)
    ):
        return False
    return all(_last_name(item) in _QUIET_DECORATORS for item in node.decorator_list)


def is_main_test(node: ast.expr) -> bool:
    """Whether this is `__name__ == "__main__"`, which looks nothing up."""
    if not (isinstance(node, ast.Compare) and isinstance(node.left, ast.Name)):
        return False
    other = node.comparators[0]
    is_main = isinstance(other, ast.Constant) and other.value == "__main__"
    return is_main and node.left.id == "__name__"


def dotted(node: ast.expr) -> str:
    """`a.b.c` as text; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _last_name(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return dotted(function).rpartition(".")[2]


# A walk over syntax, and the names that expressions read, bind and delete.

_LEAVES = frozenset(
    {"ctx", "op", "ops", "kind", "type_comment", "conversion", "is_async", "simple", "level"}
)
_CHILDREN: dict[type, tuple[str, ...]] = {
    kind: tuple(field for field in kind._fields if field not in _LEAVES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_LONGEST_TEXT = 300

Visitors = dict[type, Callable[[Any, Any], None]]


class NameScanner:
    """Walks a tree once; what it finds goes to the scopes."""

    def __init__(self, scope: Scope, futures: frozenset[str] = frozenset()) -> None:
        """Begin in `scope`; `futures` are the `from __future__` features in force."""
        self.scope = scope
        self.words: set[str] = set()  # names, attributes and modules mentioned anywhere
        self.strings: set[str] = set()
        self.futures = set(futures)
        self._class = ""  # the class around, for private names
        self._unsure = 0  # inside an expression that may not be evaluated

    def visit(self, node: ast.AST) -> None:
        """Any node."""
        visitor = self.visitors.get(node.__class__)
        if visitor is not None:
            visitor(self, node)
        else:
            self.visit_children(node)

    def visit_all(self, nodes: Sequence[ast.AST | None]) -> None:
        """Nodes in a row."""
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_children(self, node: ast.AST) -> None:
        """A node that means nothing by itself."""
        visitors = self.visitors
        for field in _CHILDREN[node.__class__]:
            child = getattr(node, field, None)
            if isinstance(child, ast.AST):
                visitor = visitors.get(child.__class__)
                if visitor is not None:
                    visitor(self, child)
                else:
                    self.visit_children(child)
            elif child.__class__ is list:
                for item in child:
                    if isinstance(item, ast.AST):
                        self.visit(item)

    def read(self, name: str, attribute: str | None) -> None:
        """A name is read."""
        self.words.add(name)
        if name in opaque.NAMES:
            self.scope.doubt(opaque.NAMES[name].format(name))
        self.scope.read(self._mangled(name), attribute)

    def _mangled(self, name: str) -> str:
        if not (name.startswith("__") and self._class) or name.endswith("__"):
            return name
        return f"_{self._class.lstrip('_')}{name}"

    def _name(self, node: ast.Name) -> None:
        if node.ctx.__class__ is ast.Load:
            self.read(node.id, None)
        elif node.ctx.__class__ is ast.Store:
            self.scope.bind(self._mangled(node.id))
        else:
            self.read(node.id, None)
            self.scope.delete(self._mangled(node.id))

    def _attribute(self, node: ast.Attribute) -> None:
        if node.attr in opaque.ATTRIBUTES:
            self.scope.doubt(opaque.ATTRIBUTES[node.attr].format(node.attr))
        self._plain_attribute(node)

    def _plain_attribute(self, node: ast.Attribute) -> None:
        self.words.add(node.attr)
        if node.ctx.__class__ is not ast.Load:
            self._root(node.value)
        elif node.value.__class__ is ast.Name:
            self.read(node.value.id, node.attr)
        else:
            self.visit(node.value)

    def _subscript(self, node: ast.Subscript) -> None:
        key = node.slice
        if node.ctx.__class__ is not ast.Load:
            self._root(node.value)
        elif node.value.__class__ is ast.Name:
            constant = key.value if isinstance(key, ast.Constant) else None
            self.read(node.value.id, constant if isinstance(constant, str) else None)
        else:
            self.visit(node.value)
        self.visit(key)

    def _root(self, node: ast.expr) -> None:
        """What an assignment to an attribute or item changes: all of the root's value."""
        while isinstance(node, ast.Attribute | ast.Subscript):
            if isinstance(node, ast.Attribute):
                self.words.add(node.attr)
                if node.attr in opaque.ATTRIBUTES:
                    self.scope.doubt(opaque.ATTRIBUTES[node.attr].format(node.attr))
            else:
                self.visit(node.slice)
            node = node.value
        if isinstance(node, ast.Name):
            self.read(node.id, None)
        else:
            self.visit(node)

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if value.__class__ is str and len(value) <= _LONGEST_TEXT and "\n" not in value:
            self.strings.add(value)
            if "__main__" in value:
                self.scope.doubt("it uses `__main__`")

    # Of the nodes that mean something.
    visitors: ClassVar[Visitors] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Constant: _constant,
    }


# Expressions that call, choose, or have a scope of their own.


class ExpressionScanner(NameScanner):
    """A scanner that knows which expressions are evaluated, and where."""

    def _call(self, node: ast.Call) -> None:
        function = node.func
        if function.__class__ is ast.Attribute:
            if function.attr in opaque.CALLS:
                self._plain_attribute(function)
            else:
                self._attribute(function)
        elif function.__class__ is ast.Name and function.id in ("vars", "dir"):
            self.scope.read(function.id, None)
        else:
            self.visit(function)
        doubt = opaque.doubt_of_call(node)
        if doubt:
            self.scope.doubt(doubt)
        for name in opaque.names_in_call(node):
            self.scope.read(name, None)
        self.visit_all(node.args)
        for keyword in node.keywords:
            self.visit(keyword.value)

    def _compare(self, node: ast.Compare) -> None:
        self.visit(node.left)
        if not is_main_test(node):
            self.visit(node.comparators[0])
        if len(node.comparators) > 1:
            self._perhaps(node.comparators[1:])

    def _boolean(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self._perhaps(node.values[1:])

    def _choice(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._perhaps([node.body, node.orelse])

    def _assert(self, node: ast.Assert) -> None:
        self._perhaps([node.test, *([node.msg] if node.msg else [])])

    def _perhaps(self, nodes: Sequence[ast.AST]) -> None:
        """Expressions that may not be evaluated."""
        self._unsure += 1
        self.visit_all(nodes)
        self._unsure -= 1

    def _walrus(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        name = self._mangled(node.target.id)
        if self._unsure:
            self.scope.perhaps(name)
        else:
            self.scope.walrus(name)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> None:
        self.visit(node.generators[0].iter)
        outer, scope = self.scope, ComprehensionScope(self.scope)
        self.scope = scope
        self._unsure += 1
        for number, generator in enumerate(node.generators):
            self.visit(generator.target)
            if number:
                self.visit(generator.iter)
            self.visit_all(generator.ifs)
        if isinstance(node, ast.DictComp):
            self.visit(node.key)
            self.visit_all([node.value] if node.value else [])
        else:
            self.visit(node.elt)
        self._unsure -= 1
        self.scope = outer
        outer.run(scope.close())

    visitors = NameScanner.visitors | {
        ast.Call: _call,
        ast.Compare: _compare,
        ast.BoolOp: _boolean,
        ast.IfExp: _choice,
        ast.Assert: _assert,
        ast.NamedExpr: _walrus,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
    }


# Statements that bind names.


class StatementScanner(ExpressionScanner):
    """A scanner that knows what statements bind, annotations and definitions aside."""

    def _assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        self.visit_all(node.targets)

    def _augmented(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id, None)
        self.visit(node.value)
        self.visit(node.target)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.visit(node.target)
        self.visit_all(node.body)
        self.visit_all(node.orelse)

    def _handler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name is not None:
            self.scope.bind(self._mangled(node.name))
        self.visit_all(node.body)
        if node.name is not None:
            self.scope.delete(self._mangled(node.name))

    def _capture(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name is not None:
            self.scope.bind(self._mangled(node.name))
        self.visit_children(node)

    def _mapping(self, node: ast.MatchMapping) -> None:
        self.visit_children(node)
        if node.rest is not None:
            self.scope.bind(self._mangled(node.rest))

    def _global(self, node: ast.Global) -> None:
        self.scope.globals.update(map(self._mangled, node.names))

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.declare_nonlocal(list(map(self._mangled, node.names)))

    def _import(self, node: ast.Import) -> None:
        found = [
            Imported(alias.asname or alias.name.partition(".")[0], alias.name, None)
            for alias in node.names
        ]
        self._imported(found)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        if module == "__future__":
            self.futures.update(alias.name for alias in node.names)
        found = [Imported(alias.asname or alias.name, module, alias.name) for alias in node.names]
        self._imported(found)

    def _imported(self, found: list[Imported]) -> None:
        for item in found:
            self.words.update(item.module.split("."))
            self.words.add(item.attribute or "")
            doubt = opaque.doubt_of_import(item.module, item.attribute)
            if doubt:
                self.scope.doubt(doubt)
            if item.name != "*":
                self.scope.bind(self._mangled(item.name))
        self.scope.imported(found)

    visitors = ExpressionScanner.visitors | {
        ast.Assign: _assign,
        ast.AugAssign: _augmented,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.ExceptHandler: _handler,
        ast.MatchAs: _capture,
        ast.MatchStar: _capture,
        ast.MatchMapping: _mapping,
        ast.Global: _global,
        ast.Nonlocal: _nonlocal,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
    }


# Functions, classes and annotations: code that runs later, and by whom it is asked for.

_LAZY_ANNOTATIONS = sys.version_info >= (3, 14)
_TYPE_ALIAS = getattr(ast, "TypeAlias", type(None))  # new in Python 3.12


class Scanner(StatementScanner):
    """A scanner of whole programs."""

    def _lambda(self, node: ast.Lambda) -> None:
        self._defaults(node.args)
        self.scope.run(self._function(node.args, [node.body]))

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)
        elif isinstance(self.scope, FunctionScope):
            self.scope.bind(self._mangled(node.target.id))
        if not isinstance(self.scope, FunctionScope):
            lazy = self._annotations([node.annotation])
            if isinstance(self.scope, ClassScope):
                self.scope.deferred.absorb(lazy)
            else:
                self.scope.run(lazy)

    def _def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.define(node)

    def _class_def(self, node: ast.ClassDef) -> None:
        self.define(node)

    def define(self, node: DefinitionNode) -> Body:
        """A definition: what its bodies do, once they run."""
        self.visit_all(node.decorator_list)
        parameters = getattr(node, "type_params", None)
        if parameters:
            body = self._generic(node, parameters)
        elif isinstance(node, ast.ClassDef):
            body = self._class_parts(node)
        else:
            body = self._function_parts(node)
        self.place(node, body)
        return body

    def place(self, node: DefinitionNode, body: Body) -> None:
        """Bind the name of a definition, whose bodies may run from here on."""
        if isinstance(self.scope, ClassScope) and is_quiet(node):
            self.scope.deferred.absorb(body)
            self.scope.bind(self._mangled(node.name))
        elif is_quiet(node):
            self.scope.bind(self._mangled(node.name))
            self.scope.run(body)
        else:
            self.scope.run(body)
            self.scope.bind(self._mangled(node.name))

    def _generic(self, node: Any, parameters: Sequence[Any]) -> Body:  # noqa: ANN401
        outer = self.scope
        scope = FunctionScope(outer.module, (parameter.name for parameter in parameters))
        self.scope = scope
        self.visit_all(parameters)
        inner = (
            self._class_parts(node)
            if isinstance(node, ast.ClassDef)
            else self._function_parts(node)
        )
        scope.run(inner)
        self.scope = outer
        body = scope.close()
        outer.run(body)
        return body

    def _class_parts(self, node: ast.ClassDef) -> Body:
        self.visit_all(node.bases)
        for keyword in node.keywords:
            self.visit(keyword.value)
        outer, outer_class = self.scope, self._class
        self.scope, self._class = ClassScope(outer), node.name
        self.run_block(_undocumented(node.body))
        scope = self.scope
        body = scope.close()
        self.scope, self._class = outer, outer_class
        return body

    def run_block(self, statements: Sequence[ast.stmt]) -> bool:
        """Statements run from top to bottom; whether their end can be reached."""
        self.visit_all(statements)
        return True

    def _function_parts(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Body:
        self._defaults(node.args)
        lazy = Body()
        annotations = [*_annotations_of(node.args), *([node.returns] if node.returns else [])]
        if annotations:
            lazy = self._annotations(annotations)
        body = self._function(node.args, _undocumented(node.body))
        body.absorb(lazy)
        return body

    def _function(self, arguments: ast.arguments, statements: Sequence[ast.AST]) -> Body:
        outer, unsure = self.scope, self._unsure
        scope = FunctionScope(outer.module, map(self._mangled, _parameters(arguments)))
        self.scope, self._unsure = scope, 0
        self.visit_all(statements)
        self.scope, self._unsure = outer, unsure
        return scope.close()

    def _defaults(self, arguments: ast.arguments) -> None:
        self.visit_all(arguments.defaults)
        self.visit_all(arguments.kw_defaults)

    def _annotations(self, annotations: Sequence[ast.expr]) -> Body:
        """Annotations, evaluated now, or kept for those who ask; the latter."""
        as_texts = "annotations" in self.futures
        if not as_texts:
            self.visit_all(annotations)
        if not (as_texts or _LAZY_ANNOTATIONS):
            return Body()
        outer, scope = self.scope, FunctionScope(self.scope.module)
        self.scope = scope
        self.visit_all(annotations)
        self.scope = outer
        return scope.close()

    def _type_alias(self, node: Any) -> None:  # noqa: ANN401
        outer = self.scope
        scope = FunctionScope(outer.module, (item.name for item in node.type_params))
        self.scope = scope
        self.visit_all(node.type_params)
        self.visit(node.value)
        self.scope = outer
        outer.run(scope.close())
        self.visit(node.name)

    visitors = StatementScanner.visitors | {
        ast.Lambda: _lambda,
        ast.AnnAssign: _annotated,
        ast.FunctionDef: _def,
        ast.AsyncFunctionDef: _def,
        ast.ClassDef: _class_def,
        _TYPE_ALIAS: _type_alias,
    }


def _parameters(arguments: ast.arguments) -> list[str]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found += [item for item in (arguments.vararg, arguments.kwarg) if item is not None]
    return [item.arg for item in found]


def _annotations_of(arguments: ast.arguments) -> list[ast.expr]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found += [item for item in (arguments.vararg, arguments.kwarg) if item is not None]
    return [item.annotation for item in found if item.annotation is not None]


def _undocumented(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if is_docstring(body[0]) else body
