"""Names that expressions read, bind and delete: one walk, which tells its scopes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from treadle.engine.scan import opaque
from treadle.engine.scan.scopes import Body, ComprehensionScope, FunctionScope, Scope

_LEAVES = frozenset(
    {"ctx", "op", "ops", "kind", "type_comment", "conversion", "is_async", "simple", "level"}
)
_CHILDREN: dict[type, tuple[str, ...]] = {
    kind: tuple(field for field in kind._fields if field not in _LEAVES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_LONGEST_TEXT = 300

# What is done for a kind of node; False comes back where control surely does not go on.
Visitors = dict[type, Callable[[Any, Any], object]]


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


class ExpressionScanner:
    """Names that expressions read, bind and delete; expressions that call, choose, or nest."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.words: set[str] = set()  # names, attributes and modules mentioned anywhere
        self.strings: set[str] = set()
        self.class_name = ""  # of the class around, for private names
        self._unsure = 0  # inside an expression that may not be evaluated

    def visit(self, node: ast.AST) -> object:
        visitor = self.visitors.get(node.__class__)
        if visitor is not None:
            return visitor(self, node)
        self.visit_children(node)
        return None

    def visit_all(self, nodes: Sequence[ast.AST | None]) -> None:
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

    def visit_inside(self, scope: FunctionScope, nodes: Sequence[ast.AST | None]) -> Body:
        """Nodes in a scope of their own: what they do to the one around it."""
        outer, self.scope = self.scope, scope
        self.visit_all(nodes)
        self.scope = outer
        return scope.close()

    def read(self, name: str, attribute: str | None) -> None:
        """A name is read, by an attribute or (None) as a whole."""
        self.words.add(name)
        if name in opaque.NAMES:
            self.scope.mark_opaque(opaque.NAMES[name].format(name))
        self.scope.read(self.mangled(name), attribute)

    def mangled(self, name: str) -> str:
        """A name as Python knows it: private ones belong to the class around."""
        if not (name.startswith("__") and self.class_name) or name.endswith("__"):
            return name
        owner = self.class_name.lstrip("_")
        return f"_{owner}{name}" if owner else name

    def _name(self, node: ast.Name) -> None:
        if node.ctx.__class__ is ast.Load:
            self.read(node.id, None)
        elif node.ctx.__class__ is ast.Store:
            self.scope.bind(self.mangled(node.id))
        else:
            self.read(node.id, None)
            self.scope.delete(self.mangled(node.id))

    def _attribute(self, node: ast.Attribute) -> None:
        if node.attr in opaque.ATTRIBUTES:
            self.scope.mark_opaque(opaque.ATTRIBUTES[node.attr].format(node.attr))
        self._plain_attribute(node)

    def _plain_attribute(self, node: ast.Attribute) -> None:
        self.words.add(node.attr)
        self._part(node, node.attr)

    def _subscript(self, node: ast.Subscript) -> None:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        self._part(node, key if isinstance(key, str) else None)
        self.visit(node.slice)

    def _part(self, node: ast.Attribute | ast.Subscript, attribute: str | None) -> None:
        """An attribute or item. Assigning to it changes, perhaps, all that lies at its root."""
        value = node.value
        loads = node.ctx.__class__ is ast.Load
        if loads and isinstance(value, ast.Name):
            self.read(value.id, attribute)
        else:
            self.visit(value)
        while not loads and isinstance(value, ast.Attribute | ast.Subscript):
            value = value.value
        if not loads and isinstance(value, ast.Name):
            self.read(value.id, None)

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if value.__class__ is str and len(value) <= _LONGEST_TEXT and "\n" not in value:
            self.strings.add(value)
            if "__main__" in value:
                self.scope.mark_opaque("it uses `__main__`")

    def _call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in opaque.CALLS:
            self._plain_attribute(function)
        elif isinstance(function, ast.Name) and function.id in ("vars", "dir"):
            self.scope.read(function.id, None)
        else:
            self.visit(function)
        reason = opaque.reason_in_call(node)
        if reason:
            self.scope.mark_opaque(reason)
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
        self._perhaps([node.test, node.msg])

    def _perhaps(self, nodes: Sequence[ast.AST | None]) -> None:
        """Expressions that may not be evaluated."""
        self._unsure += 1
        self.visit_all(nodes)
        self._unsure -= 1

    def _walrus(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        name = self.mangled(node.target.id)
        self.scope.bind_perhaps(name)
        if not self._unsure:
            self.scope.waiting.append(name)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> None:
        first, *others = node.generators
        self.visit(first.iter)  # belongs to the scope around
        parts: list[ast.AST | None] = [first.target, *first.ifs]
        for generator in others:
            parts += (generator.target, generator.iter, *generator.ifs)
        parts += (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        self._unsure += 1
        self.scope.run(self.visit_inside(ComprehensionScope(self.scope), parts))
        self._unsure -= 1

    def _lambda(self, node: ast.Lambda) -> None:
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        self.scope.run(self.visit_function(node.args, [node.body]))

    def visit_function(self, arguments: ast.arguments, statements: Sequence[ast.AST]) -> Body:
        """A function's body: what it does when called."""
        names = [self.mangled(argument.arg) for argument in parameters(arguments)]
        return self.visit_inside(FunctionScope(self.scope.session, names), statements)

    visitors: ClassVar[Visitors] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Constant: _constant,
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
        ast.Lambda: _lambda,
    }


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return found + [item for item in (arguments.vararg, arguments.kwarg) if item is not None]
