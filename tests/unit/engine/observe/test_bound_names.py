"""What names were bound to, told without holding on to it."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.engine.observe.bound_names import Bound

Reached = Collection[str] | None


def begun(names: Mapping[str, object], reached: Reached) -> Bound:
    bound = Bound()
    bound.begin(names, reached)
    return bound


NAMES = st.sampled_from("abcdefgh")
REBINDINGS = st.lists(st.tuples(NAMES, st.sampled_from(["bind", "again", "unbind"])), max_size=8)


@given(st.lists(NAMES, unique=True), REBINDINGS)
def test_what_is_bound_and_unbound_between_two_looks(names, changes):
    before: dict[str, object] = {name: [] for name in names}
    now = dict(before)
    for name, change in changes:
        if change == "bind":
            now[name] = []
        elif change == "again" and name in now:  # the same value, in another place
            now[name] = now.pop(name)
        else:
            now.pop(name, None)
    bound, gone = begun(before, ()).changes(now)
    assert set(bound) == {
        name for name in now if name not in before or before[name] is not now[name]
    }
    assert set(gone) == set(before) - set(now)


@pytest.mark.parametrize("reached", [None, ("x", "y"), ()])
def test_equal_values_are_not_the_same(reached):
    names: dict[str, object] = {"x": 1.0, "y": []}
    bound = begun(names, reached)
    now: dict[str, object] = {"x": 1, "y": []}
    assert bound.changes(now) == (["x", "y"], [])


class Thing:
    pass


def test_what_a_step_can_reach_goes_when_it_drops_it():
    names: dict[str, object] = {"x": Thing(), "n": 10**30}
    before = sys.getrefcount(names["n"])
    known = weakref.ref(names["x"])
    bound = begun(names, ("x", "n"))
    after = sys.getrefcount(names["n"])
    assert after == before
    assert not any(each is names[name] for each in bound.held() for name in names)
    del names["x"]
    assert known() is None


def test_between_steps_nothing_is_taken_for_changed_and_what_is_let_go_goes():
    names: dict[str, object] = {"x": Thing(), "y": Thing()}
    known = weakref.ref(names["x"])
    bound = begun(names, ("y",))
    names["z"] = names["y"]
    del names["y"]
    assert bound.changes(names) == (["z"], ["y"])
    bound.end(names, ["z"], ["y"])
    bound.begin(names, ())
    assert bound.changes(names) == ([], [])
    bound.end(names, (), ())
    bound.let_go()
    del names["x"]
    assert known() is None
    bound.begin(names, ("x",))
    assert bound.changes(names) == ([], [])


def test_a_name_bound_anew_between_two_steps_is_the_next_ones():
    names: dict[str, object] = {"x": Thing()}  # a thread may do so
    bound = begun(names, ("x",))
    bound.changes(names)
    bound.end(names, (), ())
    names["x"] = Thing()
    bound.begin(names, ())
    assert bound.changes(names) == (["x"], [])


def test_of_what_it_cannot_reach_an_identity_is_sure():
    names: dict[str, object] = {"x": Thing()}
    bound = begun(names, ())
    del names["x"]
    names["x"] = Thing()  # else it would have the same identity
    assert bound.changes(names) == (["x"], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (0.0, -0.0),
        (1, True),
        (1, 1.0),
        (-1, -2),
        ("a" * 2000, "a" * 1999 + "b"),
        ("a" * 2000, b"a" * 2000),
        (2**61 - 1, 0),
        (range(3), range(4)),
    ],
)
def test_constants_are_told_apart_by_what_they_are(old, new):
    bound = begun({"x": old}, ("x",))
    assert bound.is_same_constant("x", type(old)(old) if old != range(3) else range(3))
    assert not bound.is_same_constant("x", new)


def test_no_other_value_is_a_constant():
    items, nan = [1], float("nan")
    bound = begun({"x": items, "y": nan}, None)
    assert not bound.is_same_constant("x", items)
    assert not bound.is_same_constant("y", nan)
    assert not bound.is_same_constant("z", None)
