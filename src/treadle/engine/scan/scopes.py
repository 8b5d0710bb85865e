"""The session's names, as the top level of code uses and binds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from msgspec import Struct, field

# What code reads, and what code that is not run at once reads when it is.

Reads = dict[str, set[str] | None]
FrozenReads = Mapping[str, frozenset[str] | None]


class Imported(NamedTuple):
    """A name that an import statement binds."""

    name: str  # "*" for a star import
    module: str  # dotted; leading dots where it is relative
    attribute: str | None  # the name in that module; None: the module itself


def note(reads: Reads, name: str, attribute: str | None) -> None:
    """Add one read: by an attribute, or (None) as a whole."""
    if attribute is None:
        reads[name] = None
    elif name not in reads:
        reads[name] = {attribute}
    else:
        known = reads[name]
        if known is not None:
            known.add(attribute)


def merge(reads: Reads, more: Mapping[str, set[str] | None]) -> None:
    """Add all of `more` to `reads`."""
    for name, attributes in more.items():
        if attributes is None or name not in reads:
            reads[name] = None if attributes is None else set(attributes)
        else:
            known = reads[name]
            if known is not None:
                known |= attributes


def frozen(reads: Reads) -> FrozenReads:
    """`reads`, never to change again."""
    return {
        name: None if attributes is None else frozenset(attributes)
        for name, attributes in reads.items()
    }


class Body(Struct):
    """What code does to its surroundings when it runs."""

    free: Reads = field(default_factory=dict)  # names looked up around it
    direct: Reads = field(default_factory=dict)  # names of the session, whatever lies around it
    opaque: str | None = None  # why its names can't be told
    imports: list[Imported] = field(default_factory=list)

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


# The scopes of a program: where its names are read, bound, deleted and declared.


class Session(Protocol):
    """The scope at the top, as code in functions and classes reaches it."""

    binds: set[str]
    deletes: set[str]

    def bind_from_function(self, name: str) -> None:
        """`name` is bound by a function that declares it global."""


class Scope:
    """What is common to scopes: where names are read, bound, deleted and declared."""

    def __init__(self, module: Session | None) -> None:
        """Nothing seen yet."""
        self.module: Session = module if module is not None else self  # type: ignore[assignment]
        self.globals: set[str] = set()

    def read(self, name: str, attribute: str | None) -> None:
        """`name` is read, by an attribute or (None) as a whole."""
        raise NotImplementedError

    def bind(self, name: str) -> None:
        """`name` is bound."""
        raise NotImplementedError

    def delete(self, name: str) -> None:
        """`name` is deleted."""
        self.bind(name)

    def walrus(self, name: str) -> None:
        """`name` is bound in the midst of an expression."""
        self.bind(name)

    def perhaps(self, name: str) -> None:
        """`name` may be bound, or not."""
        self.bind(name)

    def run(self, body: Body) -> None:
        """Code with a scope of its own runs here, or may from here on."""
        raise NotImplementedError

    def doubt(self, reason: str) -> None:
        """The names of this code can't be told."""
        raise NotImplementedError

    def imported(self, names: list[Imported]) -> None:
        """An import statement."""
        raise NotImplementedError

    def declare_nonlocal(self, names: list[str]) -> None:
        """A `nonlocal` statement: only functions can have one that matters."""


class FunctionScope(Scope):
    """A function: its own names are those it binds anywhere."""

    def __init__(self, module: Session, bound: Iterable[str] = ()) -> None:
        """Nothing seen yet."""
        super().__init__(module)
        self.bound = set(bound)
        self.nonlocals: set[str] = set()
        self.body = Body()

    def read(self, name: str, attribute: str | None) -> None:
        """A look-up."""
        note(self.body.free, name, attribute)

    def bind(self, name: str) -> None:
        """A binding."""
        if name in self.globals:
            self.module.bind_from_function(name)
            note(self.body.direct, name, None)
        else:
            self.bound.add(name)

    def delete(self, name: str) -> None:
        """A deletion."""
        self.bind(name)
        if name in self.globals:
            self.module.deletes.add(name)

    def run(self, body: Body) -> None:
        """Code with a scope of its own."""
        self.body.absorb(body)

    def doubt(self, reason: str) -> None:
        """A reason for doubt."""
        self.body.opaque = self.body.opaque or reason

    def imported(self, names: list[Imported]) -> None:
        """An import statement."""
        self.body.imports += names

    def declare_nonlocal(self, names: list[str]) -> None:
        """A `nonlocal` statement."""
        self.nonlocals.update(names)

    def close(self) -> Body:
        """What the function reads around it: its own names are known by now."""
        body = self.body
        for name in self.globals & body.free.keys():
            merge(body.direct, {name: body.free.pop(name)})
        for name in self.bound - self.nonlocals - self.globals:
            body.free.pop(name, None)
        for name in self.nonlocals:
            body.free.setdefault(name, None)
        return body


class ComprehensionScope(FunctionScope):
    """A comprehension: what `:=` binds in it belongs to the scope around it."""

    def __init__(self, outer: Scope) -> None:
        """Nothing seen yet."""
        super().__init__(outer.module)
        self._outer = outer

    def walrus(self, name: str) -> None:
        """A `:=`."""
        self._outer.perhaps(name)

    def perhaps(self, name: str) -> None:
        """A `:=` that may not be reached."""
        self._outer.perhaps(name)


class FlowScope(Scope):
    """Code run from top to bottom: `settled` are the names it has bound or deleted by now."""

    def __init__(self, module: Session | None) -> None:
        """Nothing seen yet."""
        super().__init__(module)
        self.settled: set[str] = set()
        self.waiting: list[str] = []  # bound by `:=` in the statement at hand

    def commit(self) -> None:
        """A statement's expressions are done: what `:=` bound in them is settled."""
        if self.waiting:
            self.settled.update(self.waiting)
            self.waiting.clear()


class ClassScope(FlowScope):
    """A class body: runs at once; its names are not seen by the functions in it."""

    def __init__(self, outer: Scope) -> None:
        """Nothing seen yet."""
        super().__init__(outer.module)
        self._outer: Scope = outer._outer if isinstance(outer, ClassScope) else outer
        self._bound: set[str] = set()
        self._missed: Reads = {}
        self.deferred = Body()  # its methods

    def read(self, name: str, attribute: str | None) -> None:
        """A look-up."""
        if name in self.globals:
            self.run(Body(direct={name: None}))
        elif name not in self.settled:
            note(self._missed, name, attribute)
            self._outer.read(name, attribute)

    def bind(self, name: str) -> None:
        """A binding."""
        if name in self.globals:
            self.module.bind_from_function(name)
        else:
            self._bound.add(name)
            self.settled.add(name)

    def delete(self, name: str) -> None:
        """A deletion."""
        if name in self.globals:
            self.module.bind_from_function(name)
            self.module.deletes.add(name)
        else:  # the name is looked up outside again
            self._bound.add(name)
            self.settled.discard(name)

    def walrus(self, name: str) -> None:
        """A `:=`."""
        self._bound.add(name)
        self.waiting.append(name)

    def perhaps(self, name: str) -> None:
        """A `:=` that may not be reached."""
        self._bound.add(name)

    def run(self, body: Body) -> None:
        """Code with a scope of its own."""
        self._outer.run(body)

    def doubt(self, reason: str) -> None:
        """A reason for doubt."""
        self._outer.doubt(reason)

    def imported(self, names: list[Imported]) -> None:
        """An import statement."""
        self.run(Body(imports=names))

    def close(self) -> Body:
        """Its methods. A name it binds itself is else looked up in the session only."""
        skipping = {name: self._missed[name] for name in self._bound & self._missed.keys()}
        if skipping:
            self.run(Body(direct=skipping))
        return self.deferred


# The session's names, as the top level of code uses and binds them.


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
