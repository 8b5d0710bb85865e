"""Functions, classes and annotations: code that runs later, and by whom it is asked for."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from typing import Any

from treadle.dataflow.nodes import DefinitionNode, is_quiet
from treadle.dataflow.reads import Body
from treadle.dataflow.scopes import ClassScope, FunctionScope
from treadle.dataflow.statements import StatementScanner
from treadle.dataflow.syntax_key import is_docstring

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
