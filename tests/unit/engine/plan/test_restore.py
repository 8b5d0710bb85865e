"""What is put in place before a cell runs, and which cells must run again for it."""

from __future__ import annotations

from pathlib import Path

from tests.unit.engine.plan.conftest import Contexts, bound, made, session

from treadle.engine.messages import Define, Load, Step
from treadle.engine.plan.dependencies import dependencies_of
from treadle.engine.plan.restore import Holdings, cells_to_rerun, step_of
from treadle.engine.plan.snapshot import Snapshot
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.trace import Binding, Observed, Trace


def again(snapshot: Snapshot, holdings: Holdings | None = None) -> frozenset[int]:
    """The cells to run again for the last one."""
    needs = dependencies_of(snapshot.context.scanned[-1], snapshot)
    return cells_to_rerun(snapshot, needs, holdings or Holdings())


def step(snapshot: Snapshot, holdings: Holdings | None = None) -> Step:
    """The last cell, to be run in a worker that holds this."""
    last = snapshot.context.scanned[-1]
    return step_of(last, dependencies_of(last, snapshot), snapshot, holdings or Holdings())


def test_what_can_not_be_stored_has_its_maker_run_again(context: Contexts) -> None:
    opaque = Trace(bindings=(Binding(("g",), "", trouble="an iterator"),))
    snapshot = session(context("g = iter([1])", "x = 1", "next(g), x"), opaque, made(bound("x")))
    assert again(snapshot) == {0}
    holdings = Holdings()
    holdings.ran(0, "key", opaque)
    assert again(snapshot, holdings) == frozenset()
    assert step(snapshot, holdings).restores == (Load("entry", ("x",), "token of ('x',)"),)


def test_definitions_are_executed_anew_and_values_loaded(context: Contexts) -> None:
    cells = context("def f(): ...", "x = 1", "f(x)")
    snapshot = session(cells, made(bound("f", entry="")), made(bound("x")))
    assert again(snapshot) == frozenset()
    token = "token of ('f',)"
    assert step(snapshot).restores == (
        Define("f", "def f(): ...", "r.pmd", 0, token),
        Load("entry", ("x",), "token of ('x',)"),
    )


def test_what_a_worker_holds_is_not_restored(context: Contexts) -> None:
    x = made(bound("x"))
    snapshot = session(context("x = 1", "y = 2", "x, y"), x, made(bound("y")))
    holdings = Holdings()
    holdings.ran(0, "key", x)
    assert step(snapshot, holdings).restores == (Load("entry", ("y",), "token of ('y',)"),)
    holdings.clear()
    assert len(step(snapshot, holdings).restores) == 2


def test_what_did_not_come_back_is_made_again(context: Contexts) -> None:
    snapshot = session(context("x = 1", "x"), made(bound("x")))
    holdings = Holdings()
    assert again(snapshot, holdings) == frozenset()
    holdings.lose(("x",), snapshot)
    assert again(snapshot, holdings) == {0}


def test_effects_on_the_process_are_had_again(context: Contexts) -> None:
    effect = Trace(observed=Observed(effects=(("the folder", "digest"),)))
    snapshot = session(context("import os", "os.chdir('x')", "print(1)"), made(), effect)
    assert again(snapshot) == {1}
    holdings = Holdings()
    holdings.performed.add(1)
    assert again(snapshot, holdings) == frozenset()


def test_a_file_that_is_not_as_it_was_left_is_written_again(
    context: Contexts, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    path.write_text("as it was left")
    wrote = Trace(observed=Observed(writes=((str(path), FileDigests().of(str(path))),)))
    codes = ("open('a', 'w')", "open('a')")
    assert again(session(context(*codes), wrote)) == frozenset()
    path.write_text("other")
    assert again(session(context(*codes), wrote)) == {0}
    path.unlink()
    assert again(session(context(*codes), wrote)) == {0}


def test_what_is_restored_comes_after_what_it_rests_on(context: Contexts) -> None:
    snapshot = session(
        context("class A: ...", "class B(A): ...", "b = B()", "b, A, B"),
        made(bound("A", entry="")),
        made(bound("B", entry="")),
        made(bound("b", refs=("__main__:B",))),
    )
    restores = step(snapshot).restores
    assert [getattr(item, "name", "") for item in restores] == ["A", "B", ""]
    assert restores[2] == Load("entry", ("b",), "token of ('b',)")


def test_what_rests_on_an_older_class_is_made_again(context: Contexts) -> None:
    codes = ("class A: ...", "a = A()", "class A:\n    x = 1", "a")
    traces = (
        made(bound("A", token="one", entry="")),
        made(bound("a", refs=("__main__:A",))),
        made(bound("A", token="two", entry="")),
    )
    assert again(session(context(*codes), *traces)) == {1}
    assert again(session(context(*codes), *traces[:2])) == frozenset()
