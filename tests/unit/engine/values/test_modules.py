"""Modules, the project's own code, and objects that live in modules."""

import sys
from types import ModuleType

import pytest

from treadle.engine.messages import Load

from .conftest import Session

OWN = """
settings = {"a": 1}
def helper(a=[]): return a
def make():
    n = []
    return lambda: n
class Thing:
    pass
anonymous = lambda: settings
"""


@pytest.fixture
def own(session: Session, monkeypatch: pytest.MonkeyPatch) -> Session:
    module = ModuleType("ownmod")
    module.__file__ = "ownmod.py"
    exec(compile(OWN, "ownmod.py", "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, "ownmod", module)
    session.own.add("ownmod")
    return session


@pytest.mark.parametrize(
    ("code", "refs"),
    [
        ("x = ownmod", ("ownmod:*",)),
        ("x = [ownmod.helper]", ("ownmod:helper",)),
        ("x = ownmod.Thing()", ("ownmod:Thing",)),
        ("x = ownmod.Thing", ("ownmod:Thing",)),
        ("x = ownmod.make()", ("ownmod:make", "ownmod:n")[:1]),
        ("x = ownmod.anonymous", ("ownmod:*", "ownmod:settings")),
        ("x = ownmod.settings", ("ownmod:settings",)),
        ("def x():\n    import ownmod", ("ownmod:*",)),
    ],
)
def test_the_projects_code_is_named(own: Session, code: str, refs: tuple[str, ...]) -> None:
    own.run(f"import ownmod\n{code}")
    group = own.group("x")
    assert group.refs == refs
    assert group.token
    if code.startswith("x"):
        own.again("x")


def test_a_closure_of_the_projects_comes_back(own: Session) -> None:
    own.run("import ownmod\nx = ownmod.make(); y = x()")
    own.again("x", "y")
    own.run("y.append(1)")
    assert own.get("x()") == [1]


def test_an_object_of_a_module_comes_back_as_that_object(own: Session) -> None:
    own.run("from ownmod import settings as x\nx['a'] = 2")
    group = own.group("x")
    own.run("del x")
    assert own.values.load(Load(group.entry, group.names, group.token))
    assert own.get("x") is sys.modules["ownmod"].settings


def test_an_object_of_a_module_that_is_not_as_it_was_is_not_bound(own: Session) -> None:
    own.run("from ownmod import settings\nx = [settings]")
    group = own.group("x")
    own.run("del x; settings['a'] = 3")
    assert not own.values.load(Load(group.entry, group.names, group.token))
    assert "x" not in own.names


def test_submodules_that_were_imported_are_part_of_a_module(session: Session) -> None:
    session.run("import xml.dom.minidom\nx = xml")
    before = session.values.token_of("x")
    session.values.imported_modules.add("xml.dom.minidom")
    assert session.values.token_of("x") != before
    session.again("x")


@pytest.mark.parametrize(
    "name", ["random.random", "random._inst", "os.environ", "sys.path", "random.shuffle"]
)
def test_what_belongs_to_the_process_stays_what_it_is(session: Session, name: str) -> None:
    session.run(f"import random, os, sys\nx = {name}\ny = x")
    session.again("x")
    assert session.get("x is y") or session.get("x == y")


def test_params_are_taken_by_value(session: Session) -> None:
    from treadle.engine.worker.params import Params

    session.names["x"] = Params({"a": [1], "b": {"c": 2}})
    before = session.values.token_of("x")
    session.names["x"] = Params({"a": [1], "b": {"c": 2}})
    assert session.values.token_of("x") == before
    session.again("x")
    assert session.get("x.b.c == 2")
    session.names["x"] = Params({"a": [1], "b": {"c": 3}})
    assert session.values.token_of("x") != before
