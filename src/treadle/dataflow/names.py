"""A walk over syntax, and the names that expressions read, bind and delete."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from treadle.dataflow import opaque
from treadle.dataflow.scopes import Scope

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
