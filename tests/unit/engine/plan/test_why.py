"""What a build would do, foretold cell by cell, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.engine.plan.conftest import Contexts, Keeping, bound, made

from treadle.engine.plan.context import Context
from treadle.engine.plan.snapshot import UNKNOWN
from treadle.engine.plan.why import (
    Foreseen,
    History,
    foresee,
    reasons,
    save_history,
    shortened,
)
from treadle.engine.store.store import Store
from treadle.engine.trace import Binding, Observed, Trace

PLACES = [f"chunk `{name}` at line {10 * number}" for number, name in enumerate("abcd")]
BASE = {"program": "p", "code": "c", "options": "o", "seed": "1", "name x": "t", "params n": "3"}


class Builds:
    """Builds in which nothing is run: what a cell gives is given."""

    def __init__(self, folder: Path) -> None:
        self._store = Store.with_key(folder, bytes(32))
        self._kept = Keeping()

    def build(self, context: Context, *traces: Trace) -> None:
        decisions = self._kept.keep(context, *traces)
        save_history(self._store, "doc", context, decisions, traces)

    def run_with(self, context: Context, *traces: Trace) -> None:
        """As a build of another document's would have: the history stays."""
        self._kept.keep(context, *traces)

    def foresee(self, context: Context) -> list[Foreseen]:
        return foresee(context, self._kept, History(self._store, "doc"), PLACES)


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    return Builds(tmp_path / "store")


def test_at_first_everything_runs(builds: Builds, context: Contexts) -> None:
    new = Foreseen(False, reasons=("it has not run yet",))
    assert builds.foresee(context("x = 1", "y = 2")) == [new, new]


def test_afterwards_everything_is_kept(builds: Builds, context: Contexts) -> None:
    cells = context("x = 1", "x")
    builds.build(cells, made(bound("x")), made())
    assert builds.foresee(cells) == [
        Foreseen(True, trace=made(bound("x"))),
        Foreseen(True, trace=made()),
    ]


def test_what_rests_on_a_change_runs_if_that_comes_out_different(
    builds: Builds, context: Contexts
) -> None:
    builds.build(context("x = 1", "x", "y = 1"), made(bound("x")), made(), made(bound("y")))
    assert builds.foresee(context("x = 2", "x", "y = 1")) == [
        Foreseen(False, reasons=("its code changed",)),
        Foreseen(False, certain=False, reasons=("`x` is computed anew by chunk `a` at line 0",)),
        Foreseen(True, trace=made(bound("y"))),
    ]


def test_a_kept_cell_runs_for_what_can_not_be_stored(builds: Builds, context: Contexts) -> None:
    opaque = made(Binding(("g",), "", trouble="an iterator can't be stored"))
    builds.build(context("g = iter([1])", "next(g)"), opaque, made())
    maker, user = builds.foresee(context("g = iter([1])", "next(g), 1"))
    assert user == Foreseen(False, reasons=("its code changed",))
    words = "b at line 10 has to run and needs it: an iterator can't be stored"
    assert maker.reasons == (words,)
    assert (maker.kept, maker.certain) == (False, True)


def test_what_a_maker_needs_runs_too(builds: Builds, context: Contexts) -> None:
    """A figure, its title, the figure: none of them can be stored."""
    codes = ("fig = [object()]", "fig.append(1)", "fig")
    first, second = (
        made(Binding(("fig",), token, trouble="`fig` is a figure")) for token in ("1", "2")
    )
    builds.build(context(*codes), first, second, made())
    figure, title, user = builds.foresee(context(*codes[:2], "fig, 2"))
    assert user.reasons == ("its code changed",)
    assert title.reasons == ("c at line 20 has to run and needs it: `fig` is a figure",)
    assert figure.reasons == ("b at line 10 has to run and needs it: `fig` is a figure",)
    assert figure.certain


def test_who_certainly_runs_makes_its_makers_run_certainly(
    builds: Builds, context: Contexts
) -> None:
    codes = ("x = 1", "g = iter([1])", "next(g), x", "next(g)")
    opaque = made(Binding(("g",), "", trouble="an iterator can't be stored"))
    builds.build(context(*codes), made(bound("x")), opaque, made(), made())
    changed = context("x = 2", *codes[1:3], "next(g), 1")
    assert builds.foresee(changed)[1] == Foreseen(
        False, reasons=("d at line 30 has to run and needs it: an iterator can't be stored",)
    )


def test_who_wrote_a_file_that_is_gone_runs(
    builds: Builds, context: Contexts, tmp_path: Path
) -> None:
    path = str(tmp_path / "out.txt")
    wrote = Trace(observed=Observed(writes=((path, "as it left it"),)))
    builds.build(context("save()", "x"), wrote, made())
    writer, other = builds.foresee(context("save()", "x"))
    assert writer == Foreseen(False, reasons=(f"it writes `{path}`, which changed or is gone",))
    assert other.kept


def test_a_value_that_came_out_different(builds: Builds, context: Contexts) -> None:
    builds.build(context("x = 1", "x"), made(bound("x")), made())
    builds.run_with(context("x = 2"), made(bound("x", token="two")))
    kept, other = builds.foresee(context("x = 2", "x"))
    assert kept.kept
    assert other == Foreseen(False, reasons=("`x` changed: made by chunk `a` at line 0",))


def test_cells_that_were_moved_are_known_by_name_or_code(builds: Builds, context: Contexts) -> None:
    builds.build(context("x = 1", "y = 2"), made(bound("x")), made(bound("y")))
    moved, _ = builds.foresee(context("y = 2; z = 3", "y = 2"))
    assert moved.reasons == ("its code changed",)


def told(old, new):
    kept = {name: shortened(value) for name, value in old.items()}
    return list(reasons(kept, new, lambda name: f"the maker of {name}"))


def test_nothing_changed():
    assert told(BASE, BASE) == []


def test_each_part_has_its_words():
    assert told(BASE, {**BASE, "code": "d"}) == ["its code changed"]
    assert told(BASE, {**BASE, "name x": "u"}) == ["`x` changed: the maker of x"]
    assert told(BASE, {**BASE, "params n": "4"}) == ["the parameter `n` changed"]
    assert told(BASE, {**BASE, "name y": "t"}) == ["it now uses `y`: the maker of y"]
    assert told({**BASE, "name y": "t"}, BASE) == ["`y` is no longer there, or no longer used"]
    symbol = "symbol helpers:f"
    assert told({**BASE, symbol: "1"}, {**BASE, symbol: "2"}) == ["`f` in module helpers changed"]
    assert told({**BASE, "module": ""}, {**BASE, "module": "m"}) == [
        "it belongs to another module now"
    ]
    module = "module lib"  # from a folder that a chunk put on the path
    assert told({**BASE, module: "1"}, {**BASE, module: "2"}) == ["the module lib changed"]
    assert told(BASE, {**BASE, module: "1"}) == ["it now uses the module lib"]
    assert told({**BASE, module: "1"}, BASE) == ["it no longer uses lib"]
    assert told(BASE, {**BASE, "older a K": ""}) == ["`a` rests on an older `K` now"]
    effect = "process numpy's print options"
    assert told({**BASE, effect: "1"}, {**BASE, effect: "2"}) == ["numpy's print options changed"]


def test_another_program_explains_it_all():
    [only] = told(BASE, {**BASE, "program": "q", "code": "d", "name x": "u"})
    assert only.startswith("Python")


def test_what_is_not_computed_yet_explains_the_rest():
    found = told(BASE, {**BASE, "name x": f"{UNKNOWN}3", "symbol helpers:f": "2"})
    assert found == ["`x` is computed anew by the maker of x"]
