"""What scanning gives, kept from one build to the next; and what imports ask for."""

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.engine.scan.programs import programs

from treadle.engine.cell import Cell, InlinePiece
from treadle.engine.plan import scans as module
from treadle.engine.plan.scans import SIDE_EFFECT_FREE, KnownScans, is_submodule, packages_of
from treadle.engine.scan.code import analyse, analyse_inline
from treadle.engine.store.store import Store

ODD = (
    "from a.b import *\nfrom __future__ import annotations\n",
    "class A(B):\n    '''Doc.'''\n    def f(self):\n        global x\n        x = y.z\n",
    "@cache\ndef f(a=b):\n    import y\n    return eval(y)\n",
    "d['key'] = exec('1')\ndel e\n",
    "s = '\\ud800'  # half a pair: \ud800\n",
    "not python",
    "",
)
NAME = "report.pmd"

_WATCHING = """
import sys
import os
seen = []
def audit(event, arguments):
    if event in ("os.listdir", "os.scandir"):  # the import system's own, of its folders
        if sys._getframe(1).f_globals["__name__"] != "importlib._bootstrap_external":
            if "importlib" not in sys._getframe(1).f_code.co_filename:
                seen.append((event, arguments))
    elif event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so")):
        seen.append((event, arguments))
class Watched(type(os.environ)):
    def __getitem__(self, name):
        seen.append(("environment", name))
        return super().__getitem__(name)
    def __contains__(self, name):
        seen.append(("environment", name))
        return super().__contains__(name)
    def __iter__(self):
        seen.append(("environment", "*"))
        return super().__iter__()
os.environ.__class__ = Watched
settings = (list(sys.path), dict(vars(__import__("builtins"))), sys.displayhook, sys.excepthook)
sys.addaudithook(audit)
for name in sys.argv[1:]:
    __import__(name)
assert settings == (sys.path, vars(__import__("builtins")), sys.displayhook, sys.excepthook)
print(seen)
"""


@pytest.fixture
def store(tmp_path):
    return Store.with_key(tmp_path / "store", bytes(32))


@pytest.fixture
def uncalled(monkeypatch):
    """From here on, nothing is analysed."""

    def start():
        monkeypatch.delattr(module, "analyse")
        monkeypatch.delattr(module, "analyse_inline")

    return start


def cell(code):
    return Cell(0, "a", code, NAME)


def inline(*codes):
    pieces = tuple(InlinePiece(code, True, 1) for code in codes)
    return Cell(0, "text", "\n".join(codes), NAME, pieces=pieces)


def keep(store, *codes, program="p"):
    known = KnownScans(store, NAME, program)
    for code in codes:
        known.of(cell(code))
        known.of(inline(code, "1"))
    known.save()


@pytest.mark.parametrize("code", ODD)
def test_what_is_kept_is_what_would_be_found(store, uncalled, code):
    keep(store, code)
    expected = analyse(code), analyse_inline([code, "1"])
    uncalled()
    known = KnownScans(store, NAME, "p")
    assert (known.of(cell(code)), known.of(inline(code, "1"))) == expected
    assert store.traces.damaged == []


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=st.lists(programs, max_size=4))
def test_any_program_is_kept_as_it_is(store, found):
    keep(store, *found)
    known = KnownScans(store, NAME, "p")
    for code in found:
        assert known.of(cell(code)) == analyse(code)
        assert known.of(inline(code, "1")) == analyse_inline([code, "1"])


def test_inline_code_is_no_chunk(store):
    keep(store, "x")
    known = KnownScans(store, NAME, "p")
    assert known.of(inline("x")) == analyse_inline(["x"])
    assert known.of(inline("x")) != analyse("x")


def test_another_program_finds_out_for_itself(store, uncalled):
    keep(store, "x = 1")
    uncalled()
    with pytest.raises(NameError):
        KnownScans(store, NAME, "another").of(cell("x = 1"))


def test_only_what_the_last_build_asked_for_is_kept(store, uncalled):
    keep(store, "x = 1", "y = 2")
    keep(store, "y = 2")
    uncalled()
    known = KnownScans(store, NAME, "p")
    assert known.of(cell("y = 2"))
    with pytest.raises(NameError):
        known.of(cell("x = 1"))


def test_a_build_that_fails_makes_nothing_known_new(store):
    keep(store, "x = 1")
    known = KnownScans(store, NAME, "p")
    known.of(cell("x = "))
    known.save_with_earlier()
    known = KnownScans(store, NAME, "p")
    known.of(cell("x = 1"))
    assert not known.has_new_code()
    known.of(cell("x = 2"))
    assert known.has_new_code()


@pytest.mark.parametrize("damage", [[], {"chunk": 3}, "x"])
def test_a_record_that_makes_no_sense_is_not_believed(store, damage):
    keep(store, "x = 1")
    name = f"scans\0{NAME}"
    codes = store.traces.load_record(name)["codes"]
    for bad in (damage, dict.fromkeys(codes, damage)):
        store.traces.save_record(name, {"program": "p", "codes": bad})
        assert KnownScans(store, NAME, "p").of(cell("x = 1")) == analyse("x = 1")


def test_none_of_them_asks_or_tells_anything():
    command = [sys.executable, "-I", "-c", _WATCHING, *sorted(SIDE_EFFECT_FREE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_packages_of():
    assert list(packages_of("a.b.c")) == ["a.b", "a"]
    assert list(packages_of("a")) == []


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("html.parser", True),
        ("xml.etree.ElementTree", True),
        ("html.escape", False),  # a function
        ("math.sqrt", False),  # of a module that is no package
        ("nothing_at_all.part", False),
        ("html", False),
    ],
)
def test_is_submodule(name, answer):
    assert is_submodule(name) is answer
