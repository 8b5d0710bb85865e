from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.engine.scan.programs import programs

from treadle.app import units as module
from treadle.app.units import KeptAnalyses
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
REPORT = Path("report.pmd")


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


def keep(store, *codes, program="p"):
    kept = KeptAnalyses(store, REPORT, program)
    for code in codes:
        kept.of_chunk(code)
        kept.of_inline([code, "1"])
    kept.save()


@pytest.mark.parametrize("code", ODD)
def test_what_is_kept_is_what_would_be_found(store, uncalled, code):
    keep(store, code)
    expected = analyse(code), analyse_inline([code, "1"])
    uncalled()
    kept = KeptAnalyses(store, REPORT, "p")
    assert (kept.of_chunk(code), kept.of_inline([code, "1"])) == expected
    assert store.traces.damaged == []


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=st.lists(programs, max_size=4))
def test_any_program_is_kept_as_it_is(store, found):
    keep(store, *found)
    kept = KeptAnalyses(store, REPORT, "p")
    for code in found:
        assert kept.of_chunk(code) == analyse(code)
        assert kept.of_inline([code, "1"]) == analyse_inline([code, "1"])


def test_inline_code_is_no_chunk(store):
    keep(store, "x")
    kept = KeptAnalyses(store, REPORT, "p")
    assert kept.of_inline(["x"]) == analyse_inline(["x"])
    assert kept.of_inline(["x"]) != analyse("x")


def test_another_program_finds_out_for_itself(store, uncalled):
    keep(store, "x = 1")
    uncalled()
    with pytest.raises(NameError):
        KeptAnalyses(store, REPORT, "another").of_chunk("x = 1")


def test_only_what_the_last_build_asked_for_is_kept(store, uncalled):
    keep(store, "x = 1", "y = 2")
    keep(store, "y = 2")
    uncalled()
    kept = KeptAnalyses(store, REPORT, "p")
    assert kept.of_chunk("y = 2")
    with pytest.raises(NameError):
        kept.of_chunk("x = 1")


@pytest.mark.parametrize("damage", [[], {"chunk": 3}, "x"])
def test_a_record_that_makes_no_sense_is_not_believed(store, damage):
    keep(store, "x = 1")
    name = f"analyses\0{REPORT.resolve()}"
    codes = store.traces.load_document(name)["codes"]
    for bad in (damage, dict.fromkeys(codes, damage)):
        store.traces.save_document(name, {"program": "p", "codes": bad})
        assert KeptAnalyses(store, REPORT, "p").of_chunk("x = 1") == analyse("x = 1")
