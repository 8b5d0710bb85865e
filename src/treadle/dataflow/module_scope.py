"""The session's names, as the top level of code uses and binds them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from treadle.dataflow.reads import Body, Imported, Reads, merge, note
from treadle.dataflow.scopes import FlowScope


class Pending(Struct):
    """A function or class that nobody has mentioned yet."""

    body: Body
    settled: frozenset[str]  # when it was defined


class ModuleScope(FlowScope):
    """The session's names, as the top level of a chunk uses and binds them."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        super().__init__(None)
        self.uses: Reads = {}
        self.now: Reads | None = None  # where to note what a statement reads, settled or not
        self.binds: set[str] = set()
        self.deletes: set[str] = set()
        self.defined: set[str] = set()  # names that a definition, and nothing else, binds
        self._bound_by_functions: set[str] = set()
        self.imports: list[Imported] = []  # of top-level statements
        self.inner_imports: list[Imported] = []  # of functions that may have run, and classes
        self.opaque: str | None = None
        self._mentioned: set[str] = set()
        self._pending: dict[str, Pending] = {}

    def read(self, name: str, attribute: str | None) -> None:
        """A look-up."""
        if self.now is not None:
            note(self.now, name, attribute)
        if name not in self.settled:
            note(self.uses, name, attribute)
        self._mention(name)

    def bind(self, name: str) -> None:
        """A binding."""
        self._forget(name)
        self.binds.add(name)
        self.settled.add(name)

    def bind_from_function(self, name: str) -> None:
        """`name` is bound by a function that declares it global: nobody knows when."""
        self.binds.add(name)
        self._bound_by_functions.add(name)

    def delete(self, name: str) -> None:
        """A deletion."""
        self._forget(name)
        self.deletes.add(name)
        self.settled.add(name)

    def walrus(self, name: str) -> None:
        """A `:=`."""
        self.perhaps(name)
        self.waiting.append(name)

    def perhaps(self, name: str) -> None:
        """A `:=` that may not be reached."""
        self._forget(name)
        self.binds.add(name)

    def run(self, body: Body) -> None:
        """Code with a scope of its own."""
        if self.now is not None:
            merge(self.now, body.free)
            merge(self.now, body.direct)
        self._activate(body, self.settled)

    def defer(self, name: str, body: Body) -> None:
        """`name` is bound to a function or class: `body` runs once somebody mentions it."""
        self.bind(name)
        if name in self._mentioned:
            self._activate(body, self.settled)
        else:
            self._pending[name] = Pending(body, frozenset(self.settled))

    def finish(self) -> set[str]:
        """The code has ended: the names that a definition, and nothing else, binds."""
        for name in self._bound_by_functions:
            self._forget(name)
        return self.defined

    def doubt(self, reason: str) -> None:
        """A reason for doubt."""
        self.opaque = self.opaque or reason

    def imported(self, names: list[Imported]) -> None:
        """An import statement."""
        self.imports += names

    def _mention(self, name: str) -> None:
        self._mentioned.add(name)
        if name in self._pending:
            self._activate(self._pending.pop(name).body, self.settled)

    def _forget(self, name: str) -> None:
        """`name` gets another value: others may have called the function until now."""
        self.defined.discard(name)
        if name in self._pending:
            pending = self._pending.pop(name)
            self._activate(pending.body, pending.settled)

    def _activate(self, body: Body, settled: Iterable[str]) -> None:
        reads = body.reads()
        for name in settled:
            if name in reads:
                self._mention(name)
                del reads[name]
        merge(self.uses, reads)
        self.opaque = self.opaque or body.opaque
        self.inner_imports += body.imports
        for name in reads:
            self._mention(name)
