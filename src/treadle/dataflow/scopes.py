"""The scopes of a program: where its names are read, bound, deleted and declared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from treadle.dataflow.reads import Body, Imported, Reads, merge, note


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
