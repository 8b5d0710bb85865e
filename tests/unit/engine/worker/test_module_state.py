"""What the project's modules keep: compared after each step, for as long as there is time."""

from __future__ import annotations

import sys
import threading
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import PRESUMED
from treadle.engine.values.allowance import Allowance
from treadle.engine.values.types.locks_and_locals import LIVE
from treadle.engine.values.values import Values
from treadle.engine.worker.module_state import ModuleState

NO_TIME = Allowance(0.0)
TABLE = "the contents of `helper.TABLE`"


Thing: Any = type("Thing", (), {"__module__": "__main__"})  # as a chunk would define it


@pytest.fixture
def helper(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("helper")
    module.__dict__.update(TABLE=[{"n": n} for n in range(100_000)], few=[1])
    monkeypatch.setitem(sys.modules, "helper", module)
    return module


@pytest.fixture
def state(tmp_path: Path) -> ModuleState:
    def values_of(names):
        blobs = Blobs(str(tmp_path))
        return Values(names, blobs, lambda name: name == "helper", live=LIVE)

    return ModuleState({"Thing": Thing}, values_of, lambda name: name == "helper")


def effects(state, allowance, uses=()):
    return dict(state.effects(allowance, lambda module, name: (module, name) in uses))


def test_what_there_is_no_time_for_who_may_use_it_has_changed(helper, state):
    state.imported(helper)
    assert effects(state, NO_TIME) == {}
    assert effects(state, NO_TIME, [("helper", "TABLE")]) == {TABLE: PRESUMED}


def test_where_there_is_time_it_is_compared(helper, state):
    state.imported(helper)
    assert effects(state, Allowance(), [("helper", "TABLE")]) == {TABLE: PRESUMED}  # from now on
    assert effects(state, Allowance(), [("helper", "TABLE")]) == {}
    helper.TABLE.append(1)
    assert [*effects(state, Allowance())] == [TABLE]


def test_the_small_ones_are_always_looked_at(helper, state):
    state.imported(helper)
    effects(state, Allowance(0.2, 0.0))
    helper.few.append(2)
    assert [*effects(state, Allowance(0.2, 0.0))] == ["the contents of `helper.few`"]


def test_an_object_of_the_sessions_is_looked_into(helper, state):
    del helper.TABLE
    helper.few = Thing()
    state.imported(helper)
    helper.few.n = 3
    assert [*effects(state, Allowance())] == ["the contents of `helper.few`"]


def test_what_cannot_be_looked_into_is_told_by_the_run_that_made_it(helper, state):
    helper.few = iter([1])
    state.imported(helper)
    assert all(token for _, token in state.contents())


def test_what_was_imported_before_a_step_is_not_its_doing(helper, state):
    state.imported(helper)
    state.begin()
    assert state.contents() == ()


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [threading.Lock(), value]])
@pytest.mark.parametrize(
    ("make", "change"),
    [
        (threading.Lock, lambda lock: lock.acquire()),
        (threading.RLock, lambda lock: lock.acquire()),
        (threading.Event, lambda event: event.set()),
        (threading.Condition, lambda condition: setattr(condition, "n", 1)),
        (threading.local, lambda local: setattr(local, "n", 1)),
        (lambda: ContextVar("n", default=0), lambda variable: variable.set(1)),
    ],
)
def test_what_cannot_be_copied_is_told_by_how_it_stands(helper, state, make, change, wrap):
    value = make()
    helper.few = wrap(value)
    state.imported(helper)
    effects(state, Allowance())
    assert effects(state, Allowance(), [("helper", "few")]) == {}
    change(value)
    assert [*effects(state, Allowance())] == ["the contents of `helper.few`"]
    assert effects(state, Allowance()) == {}


KEEPING = """
import functools, math
def counted(f):
    n = 0
    @functools.wraps(f)
    def wrapper():
        nonlocal n
        n += 1
    return wrapper
def loud(f):
    return functools.wraps(f)(lambda: f())
@loud
@counted
def work(): pass
def other(): pass
class Counter:
    n = 0
    def add(self): self.n += 1
add = Counter().add
class Typed:
    def __init__(self): self.values = []
    def __get__(self, owner, kind): return self
class Thing:
    typed = Typed()
    count = Counter().add
    part = functools.partialmethod(other, [])
    @property
    def a(self): pass
    @classmethod
    def b(cls): pass
    @staticmethod
    def c(acc=[]): pass
    def d(self): super().__init__()
"""


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("work()", "work.f"),
        ("add()", "add"),
        ("Thing.count()", "Thing.count"),
        ("Thing.__dict__['typed'].values.append(1)", "Thing.typed"),
        ("vars(Thing)['part'].args[0].append(1)", "Thing.part"),
        ("Thing.a = property(lambda self: 1)", "Thing.a.fget"),
        ("Thing.a.fget.calls = 1", "Thing.a.fget.calls"),
        ("Thing.b = classmethod(lambda cls: 1)", "Thing.b"),
        ("Thing.c = staticmethod(other)", "Thing.c"),
        ("Thing.c().append(1)", "Thing.c.__defaults__"),
        ("Thing.d = other", "Thing.d"),
        ("math = functools", "math"),
        ("work = other", "work"),
        ("other.__code__ = counted.__code__", "other.__code__"),
        ("other.hook = lambda: 1", "other.hook"),
    ],
)
def test_whatever_a_module_keeps_is_compared(helper, state, code: str, what: str):
    helper.__dict__.clear()
    helper.__dict__["__name__"] = "helper"
    exec(KEEPING.replace("acc=[]): pass", "acc=[]): return acc"), helper.__dict__)
    state.imported(helper)
    assert effects(state, Allowance()) == {}
    exec(code, helper.__dict__)
    assert f"the contents of `helper.{what}`" in effects(state, Allowance())
    assert effects(state, Allowance()) == {}
