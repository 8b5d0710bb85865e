"""Statements that bind names."""

from __future__ import annotations

import ast

from treadle.dataflow import opaque
from treadle.dataflow.expressions import ExpressionScanner
from treadle.dataflow.reads import Imported


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
