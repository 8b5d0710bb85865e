"""The size of a store, as each build leaves it to the next."""

import time

import pytest

from treadle.engine.store.tally import Tally

LARGE = 10**12


@pytest.fixture
def known(root):
    """A store that a build has counted."""
    build = Tally(root)
    build.begin()
    build.count(1000)
    build.end()
    return root


def begun(root):
    build = Tally(root)
    build.begin()
    return build


def test_nobody_knows_it_before_it_is_counted(root):
    assert not begun(root).is_within(LARGE)


def test_a_build_adds_what_it_writes(known):
    build = begun(known)
    build.add(500)
    assert (build.is_within(1500), build.is_within(1499)) == (True, False)
    build.end()
    assert (begun(known).is_within(1500), begun(known).is_within(1500)) == (True, False)


def test_after_a_build_that_was_killed_it_is_unknown(known):
    begun(known).add(500)
    assert not begun(known).is_within(LARGE)


@pytest.mark.parametrize("first", [0, 1])
def test_two_builds_at_once_leave_it_unknown(known, first):
    builds = [begun(known), begun(known)]
    for build in builds:
        build.count(1000)
    builds[first].end()
    builds[1 - first].end()
    assert not begun(known).is_within(LARGE)


def test_so_does_one_that_is_killed_beside_another(known):
    one, _ = begun(known), begun(known)
    one.count(1000)
    one.end()
    assert not begun(known).is_within(LARGE)


def test_after_a_day_it_is_counted_anew(known, monkeypatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 90_000)
    assert not begun(known).is_within(LARGE)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_was_set_is_not_relied_upon(known, days):
    (known / "stats/size").write_text(f"1000 {int(time.time()) - days * 90_000}")
    assert not begun(known).is_within(LARGE)


@pytest.mark.parametrize("text", ["", "1000", "1000 x", "-5 1000", "1 2 3", "\0"])
def test_what_is_no_size_is_not_believed(known, text):
    (known / "stats/size").write_text(text)
    assert not begun(known).is_within(LARGE)


def test_where_nothing_can_be_written_it_is_unknown(known):
    (known / "stats/size").unlink()
    (known / "stats").rmdir()
    (known / "stats").write_text("")
    build = begun(known)
    build.count(1000)
    build.end()
    assert not begun(known).is_within(LARGE)
