"""Expressions that call, choose, or have a scope of their own."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from treadle.dataflow import opaque
from treadle.dataflow.names import NameScanner
from treadle.dataflow.nodes import is_main_test
from treadle.dataflow.scopes import ComprehensionScope


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
