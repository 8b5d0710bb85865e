"""The top level of a chunk: its functions and classes wait until somebody mentions them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from treadle.engine.scan.scopes import Body, FlowScope, ModuleScope, Reads
from treadle.engine.scan.walk import DefinitionNode, Scanner, dotted, is_quiet

# Code run from top to bottom: which names it has surely bound before it reads them.
#
# A name once bound or deleted stays so: what it then holds is this code's own doing.

# Context managers known to let exceptions pass; others may swallow them (`suppress`).
_TRANSPARENT = frozenset(
    {"open", "no_grad", "enable_grad", "inference_mode", "set_grad_enabled", "autocast", "errstate"}
    | {"catch_warnings", "printoptions", "rc_context", "option_context", "context", "device"}
    | {"redirect_stdout", "redirect_stderr", "closing", "nullcontext", "Pool", "chdir", "ZipFile"}
    | {"ThreadPoolExecutor", "ProcessPoolExecutor", "TemporaryDirectory", "NamedTemporaryFile"}
)


class FlowScanner(Scanner):
    """A scanner that follows the flow of control at the top level and in class bodies."""

    def run_block(self, statements: Sequence[ast.stmt]) -> bool:
        """Statements run from top to bottom; whether their end can be reached."""
        scope = self.scope
        assert isinstance(scope, FlowScope)
        reached = True
        for statement in statements:
            flow = _FLOWS.get(statement.__class__)
            if flow is None:
                self.visit(statement)
            elif not flow(self, statement):
                reached = False
            if scope.waiting:
                scope.commit()
        return reached

    def _jump(self, node: ast.stmt) -> bool:
        self.visit_children(node)
        return False

    def _if(self, node: ast.If) -> bool:
        self._test(node.test)
        paths = _Paths(self._flow)
        paths.follow(lambda: self.run_block(node.body))
        paths.follow(lambda: self.run_block(node.orelse))
        return paths.join()

    def _while(self, node: ast.While) -> bool:
        self._test(node.test)
        paths = _Paths(self._flow)
        paths.follow(lambda: self.run_block(node.body))
        paths.follow(lambda: self.run_block(node.orelse))
        return paths.forget()

    def _for_loop(self, node: ast.For | ast.AsyncFor) -> bool:
        self._test(node.iter)
        paths = _Paths(self._flow)
        paths.follow(lambda: self._looped(node))
        paths.follow(lambda: self.run_block(node.orelse))
        return paths.forget()

    def _looped(self, node: ast.For | ast.AsyncFor) -> bool:
        self.visit(node.target)
        return self.run_block(node.body)

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        transparent = True
        paths = _Paths(self._flow)
        for item in node.items:
            self._test(item.context_expr)
            call = item.context_expr
            function = call.func if isinstance(call, ast.Call) else call
            if transparent and dotted(function).rpartition(".")[2] not in _TRANSPARENT:
                transparent = False
                paths = _Paths(self._flow)
            if item.optional_vars is not None:
                self.visit(item.optional_vars)
        reached = self.run_block(node.body)
        return reached if transparent else paths.forget()

    def _try(self, node: ast.Try) -> bool:
        paths = _Paths(self._flow)
        paths.follow(lambda: self.run_block(node.body) and self.run_block(node.orelse))
        for handler in node.handlers:
            paths.follow(lambda handler=handler: self._handled(handler))  # type: ignore[misc]
        before = paths.before
        reached = paths.join()
        after = self._flow.settled
        self._flow.settled = set(before)
        reached = self.run_block(node.finalbody) and reached
        self._flow.settled |= after
        return reached

    def _handled(self, node: ast.ExceptHandler) -> bool:
        if node.type is not None:
            self._test(node.type)
        if node.name is not None:
            self.scope.bind(node.name)
        reached = self.run_block(node.body)
        if node.name is not None:
            self.scope.delete(node.name)
        return reached

    def _match(self, node: ast.Match) -> bool:
        self._test(node.subject)
        paths = _Paths(self._flow)
        for case in node.cases:
            paths.follow(lambda case=case: self._case(case))  # type: ignore[misc]
        last = node.cases[-1]
        if (
            not (isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None)
            or last.guard
        ):
            paths.follow(lambda: True)
        return paths.join()

    def _case(self, case: ast.match_case) -> bool:
        self.visit(case.pattern)
        if case.guard is not None:
            self._test(case.guard)
        return self.run_block(case.body)

    def _test(self, node: ast.expr) -> None:
        """An expression that is evaluated in any case."""
        self.visit(node)
        self._flow.commit()

    @property
    def _flow(self) -> FlowScope:
        assert isinstance(self.scope, FlowScope)
        return self.scope


class _Paths:
    """Ways through a statement, each from the same state."""

    def __init__(self, scope: FlowScope) -> None:
        self._scope = scope
        self.before = set(scope.settled)
        self._ends: list[set[str]] = []

    def follow(self, path: Callable[[], bool]) -> None:
        """One more way; `path` tells whether its end can be reached."""
        self._scope.settled = set(self.before)
        if path():
            self._ends.append(self._scope.settled)

    def join(self) -> bool:
        """Go on with what is settled on every way; False if there is no way on."""
        if not self._ends:
            return False
        self._scope.settled = set.intersection(*self._ends)
        return True

    def forget(self) -> bool:
        """Go on as if there had been none of the ways: perhaps none was taken to its end."""
        self._scope.settled = self.before
        return True


_FLOWS: dict[type, Callable[[FlowScanner, Any], bool]] = {
    ast.If: FlowScanner._if,
    ast.While: FlowScanner._while,
    ast.For: FlowScanner._for_loop,
    ast.AsyncFor: FlowScanner._for_loop,
    ast.With: FlowScanner._with,
    ast.AsyncWith: FlowScanner._with,
    ast.Try: FlowScanner._try,
    getattr(ast, "TryStar", ast.Try): FlowScanner._try,
    ast.Match: FlowScanner._match,
    ast.Raise: FlowScanner._jump,
    ast.Break: FlowScanner._jump,
    ast.Continue: FlowScanner._jump,
}


# The top level of a chunk: its functions and classes wait until somebody mentions them.


class Defined(Struct, frozen=True):
    """A top-level definition as it was found."""

    node: DefinitionNode
    now: Reads  # what the statement read
    body: Body
    words: frozenset[str]  # all it mentions


class ChunkScanner(FlowScanner):
    """Scans statements that run in the session, one after the other."""

    def __init__(self, session: ModuleScope) -> None:
        """What is found goes to `session`."""
        super().__init__(session)
        self._session = session
        self._defining: DefinitionNode | None = None
        self._found: dict[str, Defined] = {}

    def scan(self, statements: Sequence[ast.stmt]) -> dict[str, Defined]:
        """The definitions that are all that their names are bound to."""
        for statement in statements:
            if isinstance(statement, DefinitionNode):
                self._top_level(statement)
            else:
                self.run_block((statement,))
        whole = self._session.finish()
        return {name: found for name, found in self._found.items() if name in whole}

    def place(self, node: DefinitionNode, body: Body) -> None:
        """A top-level definition waits; others are run as if called at once."""
        if node is not self._defining:
            super().place(node, body)
            return
        now, self._session.now = self._session.now, None
        if is_quiet(node):
            self._session.defer(node.name, body)
        else:
            self._session.run(body)
            self._session.bind(node.name)
        self._session.defined.add(node.name)
        self._found[node.name] = Defined(node, now or {}, body, frozenset(self.words))

    def _top_level(self, node: DefinitionNode) -> None:
        words, self.words = self.words, set()
        self._session.now = {}
        self._defining = node
        self.visit(node)
        self._session.commit()
        self._defining = None
        self.words |= words
