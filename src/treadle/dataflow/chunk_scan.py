"""The top level of a chunk: its functions and classes wait until somebody mentions them."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from msgspec import Struct

from treadle.dataflow.flow import FlowScanner
from treadle.dataflow.module_scope import ModuleScope
from treadle.dataflow.nodes import DefinitionNode, is_quiet
from treadle.dataflow.reads import Body, Reads


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
