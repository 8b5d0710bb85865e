"""What a place held, known without holding on to it."""

from __future__ import annotations

import threading
import weakref

import pytest

from treadle.engine.observe.module_places import Place
from treadle.engine.observe.weakly_held import Gone, is_still, recalled, remembered


class Thing:
    pass


def test_who_drops_it_sees_it_go():
    thing = Thing()
    reference, known = weakref.ref(thing), remembered(thing)
    assert is_still(known, thing)
    assert recalled(known) is thing
    del thing
    assert reference() is None
    assert recalled(known) == Gone(given=True)  # of a class of no library's


def test_another_one_in_its_place_is_another_one():
    thing = Thing()
    known = remembered(thing)
    del thing
    assert not is_still(known, Thing())  # which may have the identity of the first


def test_nothing_in_the_place_of_what_is_gone_is_another_value():
    known = remembered(Thing())
    assert not is_still(known, None)
    assert is_still(remembered(None), None)


@pytest.mark.parametrize("now", [None, 0, Thing()])
def test_a_place_tells_that_who_it_held_is_gone_whatever_it_holds_now(now):
    holder = Thing()
    holder.__dict__["hook"] = lambda: 1
    place = Place("holder", holder, vars)
    holder.__dict__["hook"] = now
    assert not place.is_same()
    assert place.changed() == [("hook", Gone(given=True), now)]


def test_a_place_in_what_is_gone_is_not_in_the_nothing_that_came_instead():
    holder = Thing()
    holder.__dict__["hook"] = Thing()
    outer = Place("holder", holder, vars)
    inner = Place("hook", holder.__dict__["hook"], vars, outer, "hook")
    holder.__dict__["hook"] = None
    assert isinstance(inner.owner, Gone)
    assert inner.changed() == []


@pytest.mark.parametrize(
    ("items", "given"), [([Thing()], True), ({"a": Thing()}, True), ([], False)]
)
def test_of_a_list_that_is_gone_it_is_known_whether_it_held_what_was_given(items, given):
    assert recalled(remembered(items)) == Gone(given)


def test_the_end_of_what_a_library_made_is_nobodys_doing():
    known = remembered(threading.Event())
    assert recalled(known) == Gone(given=False)


def test_a_place_whose_holder_is_gone_has_not_changed():
    holder = Thing()
    holder.__dict__["n"] = 1
    place = Place("holder", holder, vars)
    del holder
    assert place.changed() == []
    assert not place.is_same()


def test_a_list_that_was_replaced_goes_as_well():
    holder = Thing()
    holder.__dict__["things"] = [Thing()]
    reference = weakref.ref(holder.__dict__["things"][0])
    outer = Place("holder", holder, vars)
    inner = Place(
        "things", holder.__dict__["things"], lambda items: dict(enumerate(items)), outer, "things"
    )
    assert inner.owner is holder.__dict__["things"]
    old = [holder.__dict__["things"]]
    holder.__dict__["things"] = []
    assert isinstance(inner.owner, Gone)
    assert [key for key, *_ in outer.changed()] == ["things"]
    del old
    assert reference() is None
