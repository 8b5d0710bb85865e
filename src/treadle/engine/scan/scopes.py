"""Scopes: which names a walk over syntax has seen read, bound and deleted in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct, field

# By name, the first attributes it is read by; None where it is used as a whole.
Reads = dict[str, set[str] | None]
FrozenReads = Mapping[str, frozenset[str] | None]


def note(reads: Reads, name: str, attribute: str | None) -> None:
    """Add one read to `reads`: by an attribute, or (None) as a whole."""
    if attribute is None:
        reads[name] = None
    elif (known := reads.setdefault(name, set())) is not None:
        known.add(attribute)


def merge(reads: Reads, more: Mapping[str, set[str] | None]) -> None:
    """Add all of `more` to `reads`."""
    for name, attributes in more.items():
        if attributes is None:
            reads[name] = None
        elif (known := reads.setdefault(name, set())) is not None:
            known |= attributes


def frozen(reads: Reads) -> FrozenReads:
    """`reads`, never to change again."""
    return {name: used if used is None else frozenset(used) for name, used in reads.items()}


class ImportedName(NamedTuple):
    """A name that an import statement binds."""

    name: str  # "*" for a star import
    module: str  # dotted; leading dots where it is relative
    attribute: str | None  # the name in that module; None: the module itself


class Body(Struct):
    """What code does to its surroundings when it runs."""

    free: Reads = field(default_factory=dict)  # names looked up around it
    direct: Reads = field(default_factory=dict)  # names of the session, whatever lies around it
    opaque: str | None = None  # why its names can't be told
    imports: list[ImportedName] = field(default_factory=list)

    def absorb(self, other: Body) -> None:
        """Take over what code inside this one does."""
        merge(self.free, other.free)
        merge(self.direct, other.direct)
        self.opaque = self.opaque or other.opaque
        self.imports += other.imports

    def reads(self) -> Reads:
        """All of its names, for code with nothing but the session around it."""
        reads: Reads = {}
        merge(reads, self.free)
        merge(reads, self.direct)
        return reads


class Scope:
    """Where names are read, bound and deleted.

    At the top level and in class bodies, `settled` are the names bound or deleted by now, on
    every way that leads here. In a function they say nothing: there a name that is bound
    anywhere is local everywhere.
    """

    def __init__(self, session: SessionScope) -> None:
        """Nothing seen yet; `session` lies around everything."""
        self.session = session
        self.body = Body()
        self.globals: set[str] = set()
        self.settled: set[str] = set()
        self.waiting: list[str] = []  # surely bound by `:=` in the statement at hand

    def read(self, name: str, attribute: str | None) -> None:
        raise NotImplementedError

    def bind(self, name: str) -> None:
        raise NotImplementedError

    def bind_perhaps(self, name: str) -> None:
        """`name` is bound in the midst of an expression, if that part of it is evaluated."""
        self.bind(name)

    def delete(self, name: str) -> None:
        """`name` is deleted, which makes it a name of this scope as well."""
        self.bind_perhaps(name)
        if name in self.globals:
            self.session.deletes.add(name)

    def run(self, body: Body) -> None:
        """Code with a scope of its own runs here, or may from here on."""
        self.body.absorb(body)

    def run_later(self, body: Body) -> None:
        """The same for code that what this scope belongs to does not run by itself: a method."""
        self.run(body)

    def run_imports(self, names: list[ImportedName]) -> None:
        self.run(Body(imports=names))

    def mark_opaque(self, reason: str) -> None:
        """The names of this code can't be told."""
        self.run(Body(opaque=reason))

    def commit(self) -> None:
        """A statement's expressions are done: what `:=` bound in them is settled."""
        if self.waiting:
            self.settled.update(self.waiting)
            self.waiting.clear()


class FunctionScope(Scope):
    """A function: its own names are those it binds anywhere."""

    def __init__(self, session: SessionScope, bound: Iterable[str] = ()) -> None:
        super().__init__(session)
        self.bound = set(bound)
        self.nonlocals: set[str] = set()
        self.local_reads: Reads = {}  # known when it is closed

    def read(self, name: str, attribute: str | None) -> None:
        note(self.body.free, name, attribute)

    def bind(self, name: str) -> None:
        if name in self.globals:
            self.session.bind_from_inside(name)
            note(self.body.direct, name, None)
        else:
            self.bound.add(name)

    def close(self) -> Body:
        """What the function reads around it: its own names are known by now."""
        body = self.body
        for name in self.globals & body.free.keys():
            merge(body.direct, {name: body.free.pop(name)})
        for name in self.bound - self.nonlocals - self.globals:
            if name in body.free:
                self.local_reads[name] = body.free.pop(name)
        for name in self.nonlocals:
            body.free.setdefault(name, None)
        return body


class ComprehensionScope(FunctionScope):
    """A comprehension: what `:=` binds in it belongs to the scope around it."""

    def __init__(self, outer: Scope) -> None:
        super().__init__(outer.session)
        self._outer = outer

    def bind_perhaps(self, name: str) -> None:
        self._outer.bind_perhaps(name)


class ClassScope(Scope):
    """A class body: runs at once; its names are not seen by the functions in it."""

    def __init__(self, session: SessionScope) -> None:
        super().__init__(session)
        self._bound: set[str] = set()
        self._missed: Reads = {}  # read before the class body bound them
        self.methods = Body()

    def read(self, name: str, attribute: str | None) -> None:
        if name in self.globals:
            note(self.body.direct, name, None)
        elif name not in self.settled:
            note(self._missed, name, attribute)

    def bind(self, name: str) -> None:
        self.bind_perhaps(name)
        if name not in self.globals:
            self.settled.add(name)

    def bind_perhaps(self, name: str) -> None:
        if name in self.globals:
            self.session.bind_from_inside(name)
        else:
            self._bound.add(name)

    def delete(self, name: str) -> None:
        super().delete(name)
        self.settled.discard(name)  # it is looked up outside again

    def run_later(self, body: Body) -> None:
        self.methods.absorb(body)

    def close(self) -> Body:
        """What the class body reads around it. Names it binds it else finds in the session only."""
        for name, attributes in self._missed.items():
            place = self.body.direct if name in self._bound else self.body.free
            merge(place, {name: attributes})
        return self.body


class SessionScope(Scope):
    """The session's names, as the top level of code uses and binds them."""

    def __init__(self) -> None:
        super().__init__(self)
        self.uses: Reads = {}
        self.now: Reads | None = None  # where to note what a definition reads, settled or not
        self.binds: set[str] = set()
        self.deletes: set[str] = set()
        self.imports: list[ImportedName] = []  # of top-level statements; others are in `body`
        self._defined: set[str] = set()
        self._bound_inside: set[str] = set()
        self._mentioned: set[str] = set()
        # Definitions that nobody has mentioned yet, with what was settled when they were made.
        self._pending: dict[str, tuple[Body, frozenset[str]]] = {}

    def read(self, name: str, attribute: str | None) -> None:
        if self.now is not None:
            note(self.now, name, attribute)
        if name not in self.settled:
            note(self.uses, name, attribute)
        self._mention(name)

    def bind(self, name: str) -> None:
        self.bind_perhaps(name)
        self.settled.add(name)

    def bind_perhaps(self, name: str) -> None:
        self._forget(name)
        self.binds.add(name)

    def bind_from_inside(self, name: str) -> None:
        """`name` is bound by a function or class that declares it global: nobody knows when."""
        self.binds.add(name)
        self._bound_inside.add(name)

    def delete(self, name: str) -> None:
        self._forget(name)
        self.deletes.add(name)
        self.settled.add(name)  # what it then holds, or not, is this code's own doing

    def run(self, body: Body) -> None:
        if self.now is not None:
            merge(self.now, body.reads())
        self._activate(body, self.settled)

    def run_imports(self, names: list[ImportedName]) -> None:
        self.imports += names

    def define_at_top(self, name: str, body: Body, waits: bool) -> None:
        """`name` is bound by a top-level definition. If it `waits`, `body` runs once mentioned."""
        if not waits:
            self.run(body)
        self.bind(name)
        self._defined.add(name)
        if waits and name in self._mentioned:
            self._activate(body, self.settled)
        elif waits:
            self._pending[name] = body, frozenset(self.settled)

    def finish(self) -> set[str]:
        """The code has ended: the names that a top-level definition, and nothing else, binds."""
        for name in self._bound_inside:
            self._forget(name)
        return self._defined

    def _mention(self, name: str) -> None:
        self._mentioned.add(name)
        if name in self._pending:
            self._activate(self._pending.pop(name)[0], self.settled)

    def _forget(self, name: str) -> None:
        """`name` gets another value: others may have called the function until now."""
        self._defined.discard(name)
        if name in self._pending:
            self._activate(*self._pending.pop(name))

    def _activate(self, body: Body, settled: Iterable[str]) -> None:
        reads = body.reads()
        for name in settled:
            if name in reads:
                self._mention(name)
                del reads[name]
        merge(self.uses, reads)
        self.body.opaque = self.body.opaque or body.opaque
        self.body.imports += body.imports
        for name in reads:
            self._mention(name)
