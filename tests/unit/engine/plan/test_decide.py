"""Kept, left out, or run; and what the key of a cell is made of."""

from __future__ import annotations

from msgspec.structs import replace
from tests.unit.engine.plan.conftest import Contexts, Keeping, bound, made, session

from treadle.engine.cell import Cell
from treadle.engine.plan.context import Context
from treadle.engine.plan.decide import Decision, decide
from treadle.engine.plan.snapshot import Snapshot
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.trace import Failure, Trace


def first(context: Context, kept: Keeping | None = None) -> Decision:
    """What is decided about the first cell."""
    return decide(context.scanned[0], Snapshot.first(context), kept or Keeping())


def runs(decision: Decision) -> bool:
    return decision.trace is None and not decision.left_out


def key_with(context: Context, **traits) -> str:
    """The key of the first cell, were it like this."""
    (scanned, *_) = context.scanned
    other = replace(scanned, cell=replace(scanned.cell, **traits))
    return decide(other, Snapshot.first(context), Keeping()).key


def test_a_cell_is_kept_where_its_key_is(context: Contexts) -> None:
    kept = Keeping()
    assert runs(first(context("x = 1"), kept))
    kept.keep(context("x = 1"), made(bound("x")))
    assert first(context("x = 1"), kept).trace == made(bound("x"))
    assert not runs(first(context("x = 1  # the same"), kept))
    assert runs(first(context("x = 2"), kept))


def test_deciding_changes_nothing(context: Contexts) -> None:
    cells, kept = context("x = 1"), Keeping()
    snapshot = Snapshot.first(cells)
    before = replace(snapshot)
    found = decide(cells.scanned[0], snapshot, kept)
    assert found == decide(cells.scanned[0], snapshot, kept)
    assert snapshot == before
    assert kept.traces == {}


def test_an_option_that_nobody_knows_counts(context: Contexts) -> None:
    cells = context("x = 1")
    plain = first(cells).key
    assert key_with(cells, options={}) == plain
    new = key_with(cells, options={"invented_today": 1})
    assert plain != new != key_with(cells, options={"invented_today": 2})
    both = {"invented_today": 1, "dpi": 100}
    assert key_with(cells, options=both) == key_with(cells, options=dict(reversed(both.items())))


def test_of_the_rest_of_a_cell_only_what_can_change_what_it_gives(context: Contexts) -> None:
    cells = context("x = 1")
    plain = first(cells).key
    for field, value in {"seed": 1, "module": "m", "prompt": True, "source": "f"}.items():
        assert key_with(cells, **{field: value}) != plain, field
    for field, value in {"line": 3, "label": "b", "timeout": 1.0, "may_fail": True}.items():
        assert key_with(cells, **{field: value}) == plain, field


def test_every_field_of_a_cell_has_its_place() -> None:
    """A new one must be thought about: add it to a test above, or say here who heeds it."""
    in_key = {"code", "seed", "module", "prompt", "source", "options", "pieces", "names", "depends"}
    places_and_names = {"number", "label", "file", "line"}
    limits = {"timeout", "memory", "may_fail"}
    elsewhere = {"volatile"}  # nothing is looked for
    assert set(Cell.__struct_fields__) == in_key | places_and_names | limits | elsewhere


def test_declared_files_count_by_what_they_hold(context: Contexts, tmp_path) -> None:
    path = tmp_path / "data"

    def key(text: str) -> str:
        path.write_text(text)
        return key_with(context("x = 1", files=FileDigests()), depends=(str(path),))

    assert key("one") == key("one") != key("two")


def test_values_count_and_not_how_they_were_made(context: Contexts) -> None:
    def key(code: str, token: str) -> str:
        cells = context(code, "x")
        return decide(
            cells.scanned[1], session(cells, made(bound("x", token=token))), Keeping()
        ).key

    assert key("x = 2", "two") == key("x = 1 + 1", "two") != key("x = 2", "three")


def test_what_rests_on_a_failed_cell_is_left_out(context: Contexts) -> None:
    cells = context("x = 1 / 0", "x", "y = 1", "exec('x')")
    failed = Trace(failure=Failure("ZeroDivisionError", "", "r.pmd", 0))
    snapshot = session(cells, failed)
    found = [decide(scanned, snapshot, Keeping()) for scanned in cells.scanned[1:]]
    assert [decision.left_out for decision in found] == [True, False, True]
    assert [runs(decision) for decision in found] == [False, True, False]


def test_where_a_failure_is_wanted_nothing_is_left_out(context: Contexts) -> None:
    cells = context("x = 1 / 0", "x")
    failed = Trace(failure=Failure("ZeroDivisionError", "", "r.pmd", 0))
    scanned = cells.scanned[0]
    wanted = replace(scanned, cell=replace(scanned.cell, may_fail=True))
    snapshot = Snapshot.first(cells).after(wanted, "key", frozenset(), failed)
    assert runs(decide(cells.scanned[1], snapshot, Keeping()))


def test_when_the_worker_has_died_nothing_can_run(context: Contexts) -> None:
    cells = context("x = 1")
    died = Trace(failure=Failure("died", "", "r.pmd", 0, gone=True))
    assert session(cells, died).lost
