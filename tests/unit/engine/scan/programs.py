"""Small random programs, and what they really do to the names of a session."""

from __future__ import annotations

import dis
import textwrap
from contextlib import suppress
from functools import cache
from types import CodeType
from typing import Any

from hypothesis import strategies as st

VARIABLES = ["a", "b", "c", "d", "e"]
FUNCTIONS = ["f", "g", "h"]
STEPS = 400

names = st.sampled_from(VARIABLES + FUNCTIONS)
targets = st.sampled_from([*VARIABLES, "f"])


@cache
def expressions() -> st.SearchStrategy[str]:
    leaves = st.one_of(names, names, st.sampled_from(["1", "'s'", "None"]))
    return st.recursive(leaves, _compound, max_leaves=5)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def made(template: str, *parts: Any) -> st.SearchStrategy[str]:
        return st.tuples(*parts).map(lambda found: template.format(*found))

    return st.one_of(
        made("{}({})", names, inner),
        made("{}({}, k={})", names, inner, inner),
        made("({} + {})", inner, inner),
        made("({} < {} < {})", inner, inner, inner),
        made("({} and {})", inner, inner),
        made("({} if {} else {})", inner, inner, inner),
        made("({} := {})", targets, inner),
        made("{}.attribute", names),
        made("{}['k']", names),
        made("(lambda {}=0, *r, k=0: {})", targets, inner),
        made("[{} for {} in {}]", inner, targets, names),
        made("[{} for {} in {} for {} in {} if {}]", inner, targets, names, targets, names, names),
        made("{{{}: {} for {} in {}}}", inner, inner, targets, names),
        made("list({} for {} in {})", inner, targets, names),
        made("({} for {} in {})", inner, targets, names),
        made('f"{{{}}}"', names),
    )


@cache
def blocks(depth: int) -> st.SearchStrategy[str]:
    return st.lists(statements(depth), min_size=1, max_size=3).map("\n".join)


@cache
def statements(depth: int) -> st.SearchStrategy[str]:
    def made(template: str, *parts: Any) -> st.SearchStrategy[str]:
        return st.tuples(*parts).map(lambda found: template.format(*found))

    simple = [
        made("{} = {}", targets, expressions()),
        made("{}, {} = {}", targets, targets, names),
        made("{} += {}", targets, expressions()),
        made("{}.attribute = {}", names, expressions()),
        made("{}[{}] = {}", names, expressions(), expressions()),
        made("del {}", targets),
        made("{}: {} = {}", targets, names, expressions()),
        made("assert {}, {}", names, names),
        made("import math as {}", targets),
        st.just("raise ValueError"),
        expressions(),
        expressions(),
    ]
    if depth == 0:
        return st.one_of(simple)
    block = blocks(depth - 1).map(lambda text: textwrap.indent(text, "  "))
    compound = [
        made("if {}:\n{}\nelse:\n{}", expressions(), block, block),
        made("if {}:\n{}", expressions(), block),
        made("for {} in {}:\n{}\nelse:\n{}", targets, names, block, block),
        made("for {} in {}:\n{}\n  break", targets, names, block),
        made("for {} in {}:\n  if {}: continue\n{}", targets, names, names, block),
        made("while {}:\n{}", names, block),
        made("with {} as {}:\n{}", names, targets, block),
        made("try:\n{}\nexcept Exception as {}:\n{}\nelse:\n{}", block, targets, block, block),
        made("try:\n{}\nexcept ValueError:\n  raise\nfinally:\n{}", block, block),
        made("match {}:\n  case [{}, *_]:\n  {}", names, targets, block.map(_indented)),
        made("match {}:\n  case {} if {}:\n  {}", names, targets, names, block.map(_indented)),
        _function(block),
        _function(block),
        made("@{}\ndef {}():\n{}", names, st.sampled_from(FUNCTIONS), block),
        made("class {}:\n{}", st.sampled_from(FUNCTIONS), block),
        made("class {}:\n  def {}(self, k=0, *r):\n  {}", targets, names, block.map(_indented)),
    ]
    return st.one_of(simple + compound)


def _indented(text: str) -> str:
    return textwrap.indent(text, "  ").lstrip()


@st.composite
def _function(draw: st.DrawFn, block: st.SearchStrategy[str]) -> str:
    name, default = draw(st.sampled_from(FUNCTIONS)), draw(names)
    declared = draw(st.sets(targets, max_size=1))
    lines = [f"  global {', '.join(declared)}"] if declared else []
    lines += [draw(block), f"  return {draw(names)}"]
    inner = "\n".join(lines)
    parameter = draw(st.sampled_from(sorted({"x", *VARIABLES} - declared)))
    return f"def {name}({parameter}={default}, *r, k=0):\n{inner}"


programs = st.lists(statements(2), min_size=2, max_size=6).map("\n".join)


class Stop(BaseException):
    """The program has run long enough."""


class Thing:
    """A value that can do everything, and notes where it came from when it does."""

    def __init__(self, name: str, log: Log) -> None:
        self.__dict__.update(name=name, log=log)

    def _used(self) -> Log:
        log: Log = self.__dict__["log"]
        log.reads.add(self.__dict__["name"])
        log.step()
        return log

    def __call__(self, *arguments: object, **named: object) -> object:
        log = self._used()
        for item in [*arguments, *named.values(), *log.kept]:
            if callable(item) and not isinstance(item, Thing):
                log.kept = [*log.kept[-2:], item]
                item()
        return arguments[0] if arguments else Thing("", log)

    def _made(self, *_: object) -> Thing:
        return Thing("", self._used())

    def __getattr__(self, name: str) -> Thing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._made()

    def __setattr__(self, name: str, value: object) -> None:
        self._used()

    def __setitem__(self, key: object, value: object) -> None:
        self._used()

    def __bool__(self) -> bool:
        return self._used().choice()

    def __iter__(self) -> Any:
        log = self._used()
        return iter([Thing("", log) for _ in range(2)])

    def __enter__(self) -> Thing:
        return self._made()

    def __exit__(self, *_: object) -> bool:
        return self._used().choice()

    __getitem__ = __add__ = __radd__ = __lt__ = __gt__ = _made
    __hash__ = object.__hash__


class Log(dict[str, Any]):
    """The names of a session, and which of them were read as they stood at the start."""

    def __init__(self, present: set[str], choices: list[bool]) -> None:
        self.reads: set[str] = set()
        self.deleted: set[str] = set()
        self.kept: list[Any] = []
        self._choices = choices
        self._steps = 0
        self.start = {name: Thing(name, self) for name in present}
        super().__init__(self.start)

    def step(self) -> None:
        self._steps += 1
        if self._steps > STEPS:
            raise Stop

    def choice(self) -> bool:
        return self._choices[self._steps % len(self._choices)]

    def __getitem__(self, name: str) -> Any:
        self.step()
        if name not in self:
            if name not in self.deleted:
                self.reads.add(name)
            raise KeyError(name)
        value = super().__getitem__(name)
        if value is self.start.get(name, self):
            self.reads.add(name)
        return value

    def __delitem__(self, name: str) -> None:
        if name in self and super().__getitem__(name) is self.start.get(name, self):
            self.reads.add(name)
        super().__delitem__(name)
        self.deleted.add(name)

    @property
    def bound(self) -> set[str]:
        now = {name: value for name, value in self.items() if not name.startswith("__")}
        return {name for name, value in now.items() if value is not self.start.get(name, self)}

    @property
    def missing(self) -> set[str]:
        return {name for name in self.start if name not in self}


def run(program: str, present: set[str], choices: list[bool]) -> Log:
    """What a program does, however it ends."""
    log = Log(present, choices)
    log["__builtins__"] = {**vars(__import__("builtins"))}
    log.step()
    code = compile(program, "program", "exec")
    log.deleted |= _deleted_unseen(code)
    with suppress(Exception, Stop):
        exec(code, log)
    return log


def _deleted_unseen(code: CodeType) -> set[str]:
    """The names that Python deletes without asking a subclass of dict: those of `global`."""
    own = {item.argval for item in dis.get_instructions(code) if item.opname == "DELETE_GLOBAL"}
    inner = (item for item in code.co_consts if isinstance(item, CodeType))
    return own.union(*map(_deleted_unseen, inner))
