"""What another process gets of the session, sent and received in this one."""

from __future__ import annotations

import ast
import pickle
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from treadle.engine.messages import CellSource
from treadle.engine.worker.child_main import ChildMain, fetch
from treadle.engine.worker.run_code import Compiler
from treadle.engine.worker.sent_definitions import Definitions, name_in

Send = Callable[[str], Any]


class Session:
    """Code that has run, and a process that is sent what it defined."""

    def __init__(self, main: ModuleType, patch: pytest.MonkeyPatch) -> None:
        self.names = main.__dict__
        self.child = ChildMain()
        self._patch = patch
        self._main = main
        self._sources: list[CellSource] = []
        compiler = Compiler()
        self.definitions = Definitions(
            self.names,
            lambda: self._sources,
            lambda source: compiler.parse(source.code, source.file, source.line),
            compiler.compile_again,
        )

    def run(self, code: str) -> None:
        source = CellSource(len(self._sources), "doc.pmd", 10 * len(self._sources) + 1, code)
        self._sources.append(source)
        self._patch.setitem(sys.modules, "__main__", self._main)
        tree = ast.parse("\n" * (source.line - 1) + code)
        exec(compile(tree, "doc.pmd", "exec"), self.names)

    def sent(self, name: str) -> Any:
        """What the process has by that name."""
        place = self.definitions.place_of(name)
        self._patch.setitem(sys.modules, "__main__", self.child)
        return fetch(name, *place)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    return Session(ModuleType("__main__"), monkeypatch)


def test_a_function_comes_with_all_that_it_names(session: Session) -> None:
    session.run("import math\nscale = [2]\ndef inner(x): return x * scale[0]")
    session.run("def outer(x): return inner(x) + math.floor(1.5)")
    function = session.sent("outer")
    assert function(3) == 7
    assert function.__globals__ is session.child.__dict__
    assert "unrelated" not in session.child.__dict__


def test_a_value_is_not_asked_by_code_of_its_own(session: Session) -> None:
    session.run("class Config(dict):\n    __getattr__ = dict.__getitem__")
    session.run("config = Config(rate=1)\ndef rate(): return config.rate")
    assert session.sent("rate")() == 1
    assert name_in(session.names, session.names["config"]) == ""


def test_nothing_comes_that_is_not_named(session: Session) -> None:
    session.run("large = [0] * 1000\ndef small(x): return x.large")
    session.sent("small")
    assert "large" not in session.child.__dict__


def test_functions_that_call_each_other(session: Session) -> None:
    session.run(
        "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n > 0 and even(n - 1)"
    )
    assert session.sent("even")(10)


def test_what_a_class_rests_on_is_there_before_it(session: Session) -> None:
    session.run("SIZE = 3\ndef marked(c):\n    c.mark = SIZE\n    return c")
    session.run("class Base:\n    size = SIZE\n    def other(self): return Derived()")
    session.run("@marked\nclass Derived(Base):\n    def made(self): return Base()")
    derived = session.sent("Derived")
    assert (derived.size, derived.mark) == (3, 3)
    assert type(derived().other()) is derived
    assert derived.__mro__[1] is session.child.__dict__["Base"]


def test_the_last_statement_that_made_a_class_counts(session: Session) -> None:
    session.run("class A:\n    def m(self): return 1")
    session.run("class A:\n    def m(self): return 2")
    assert session.sent("A")().m() == 2


def test_what_was_set_of_a_class_comes_along(session: Session) -> None:
    session.run("class A:\n    n = 1\ndef added(self): return self.n + 1\nA.n = 5\nA.added = added")
    assert session.sent("A")().added() == 6


BASE = """
class Base:
    registry = {}
    def __init_subclass__(cls, **kw): Base.registry[cls.__name__] = cls
"""
REGISTRY = """
ALL = {}
class Base:
    def __init_subclass__(cls, **kw): ALL[cls.__name__] = cls
"""
DECORATED = """
ALL = {}
def known(cls):
    ALL[cls.__name__] = cls
    return cls
class Base: pass
@known
"""


@pytest.mark.parametrize("before", [BASE, REGISTRY, DECORATED])
@pytest.mark.parametrize("uses", ["Base, Child", "Child, Base", "Child", "ALL, Base, Child"])
def test_classes_that_are_listed_as_they_are_made(session: Session, before: str, uses: str) -> None:
    where = "Base.registry" if before is BASE else "ALL"
    session.run(f"{before}class Child(Base): pass\nclass Last(Child): pass")
    session.run(f"def use():\n    ({uses},)\n    return {where}".replace("ALL,", f"{where},"))
    names = session.child.__dict__
    found = session.sent("use")()
    assert found["Child"] is names["Child"]
    assert names["Child"].__mro__[1] is names["Base"]


@pytest.mark.parametrize(("empty", "put"), [("[]", "append"), ("set()", "add")])
def test_lists_and_sets_of_classes(session: Session, empty: str, put: str) -> None:
    session.run(f"ALL = {empty}\ndef known(cls): ALL.{put}(cls); return cls")
    session.run("@known\nclass A: pass\n@known\nclass B(A): pass\ndef use(): return B, ALL")
    last, found = session.sent("use")()
    assert len(found) == 2
    assert last in found


def test_classes_that_hold_each_other(session: Session) -> None:
    session.run("class A: other = None\nclass B:\n    other = A\nA.other = B\nA.many = [A, B]")
    for name in ("A", "B"):
        found = session.sent(name)
        assert found.other.other is found
    assert session.child.__dict__["A"].many == [session.sent("A"), session.sent("B")]


def test_a_value_that_holds_what_is_being_made_comes_after_it(session: Session) -> None:
    session.run("def known(cls, late=False):\n    return PAIR if late else cls")
    session.run("@known\nclass C: pass\nPAIR = (C, 1)\ndef use(): return known(C, late=True)")
    assert session.sent("C") is session.child.__dict__["C"]
    assert session.sent("use")() == (session.child.__dict__["C"], 1)


def test_a_closure_keeps_what_it_holds(session: Session) -> None:
    session.run(
        "def make(n):\n    def count(k): return n if k == 0 else count(k - 1)\n    return count"
    )
    session.run("five = make(5)\ndef use(): return five(3)")
    assert session.sent("use")() == 5


def test_a_replaced_function_is_sent_anew(session: Session) -> None:
    session.run("def f(): return 1")
    assert session.sent("f")() == 1
    session.run("def f(): return 2")
    assert session.sent("f")() == 2


def test_a_function_that_was_missing_is_sent_when_it_is_there(session: Session) -> None:
    session.run("def f(): return g()")
    with pytest.raises(NameError):
        session.sent("f")()
    session.run("def g(): return 3")
    assert session.sent("f")() == 3


def test_what_the_process_has_bound_itself_stays(session: Session) -> None:
    session.run("shared = 1\ndef f(): return shared")
    session.child.__dict__["shared"] = 7
    assert session.sent("f")() == 7


def test_values_stay_as_they_were_first_sent(session: Session) -> None:
    session.run("n = 1\ndef f(): return n")
    assert session.sent("f")() == 1
    session.run("n = 2")
    session.definitions.forget()  # as for a new process
    assert session.sent("f")() == 1


def test_what_can_not_be_sent_is_left_out_with_the_reason(session: Session) -> None:
    session.run("import threading\nlock = threading.Lock()\ndef f(): return lock")
    with pytest.raises(NameError):
        session.sent("f")()
    assert "cannot pickle" in session.definitions.unsent["lock"]


def test_a_class_whose_statement_is_nowhere_is_an_error_here(session: Session) -> None:
    session.run("exec('class A: pass')")
    with pytest.raises(pickle.PicklingError, match="the statement that made `A` is not in the"):
        session.sent("A")


@pytest.mark.parametrize("name", ["made", "entries", "take", "bind", "_made", "scope"])
def test_no_name_is_taken_by_the_process(session: Session, name: str) -> None:
    session.run(f"def {name}(): return 'mine'")
    assert session.sent(name)() == "mine"


def test_names_of_the_session(session: Session) -> None:
    session.run("class A:\n    def m(self): pass\n    class B: pass\nf = lambda: 1\nf2 = A.m")
    names = session.names
    assert name_in(names, names["A"].m) == "A.m"
    assert name_in(names, names["A"].B) == "A.B"
    assert name_in(names, names["f"]) == ""  # its own name says nothing
    assert name_in(names, len) == ""
