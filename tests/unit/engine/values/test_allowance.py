"""What looking at values costs where there is no time to keep them."""

from __future__ import annotations

import tracemalloc

import pytest

from treadle.engine.values import regions
from treadle.engine.values.allowance import Allowance

COUNTED = """asked = []
class Thing:
    def __reduce__(self):
        asked.append(1)
        return Thing, ()
x = {}
"""
COUNT = 30_000


class Steady(Allowance):
    """Time that does not run out: for whatever takes less, there always is some."""

    def has(self, seconds):
        return seconds < 0.08


@pytest.mark.parametrize(
    "made",
    [
        f"[Thing() for _ in range({COUNT})]",
        f"{{i: [Thing()] for i in range({COUNT})}}",
        f"tuple((Thing(), 'a') for _ in range({COUNT}))",
    ],
    ids=["list", "dictionary", "tuple"],
)
def test_a_new_value_is_looked_at_only_while_there_is_time_to_keep_it(session, made):
    session.run(COUNTED.format(made))
    (group,) = session.values.stored_groups(["x"], Steady(), new=["x"])
    assert group.unseen == ("x",)
    assert 0 < len(session.get("asked")) < COUNT / 2


def test_one_that_may_be_in_the_store_is_looked_at_while_there_is_time_for_that(session):
    session.run(COUNTED.format(f"[Thing() for _ in range({COUNT})]"))
    session.values.stored_groups(["x"], Steady())
    assert len(session.get("asked")) >= COUNT


def test_memory_is_not_hashed_where_there_is_no_time_to_write_it(session, monkeypatch):
    hashed = []

    def digest(*parts):
        hashed.append(parts)
        return "0" * 64

    monkeypatch.setattr(regions, "digest", digest)
    session.run("import numpy as np\nx = np.ones(5_000_000)")
    (group,) = session.values.stored_groups(["x"], Steady(), new=["x"])
    assert (group.unseen, hashed) == (("x",), [])


@pytest.mark.parametrize(
    "made", ["list(range(5_000_000))", "[[]] * 500_000", "dict.fromkeys(range(500_000), [])"]
)
def test_what_would_be_too_much_is_not_even_copied(session, made):
    session.run(f"x = {made}")
    tracemalloc.start()
    try:
        (group,) = session.values.stored_groups(["x"], Steady())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert group.unseen == ("x",)
    assert peak < 4_000_000  # a copy would take as much


def test_something_opaque_need_not_be_kept(session):
    session.run(COUNTED.format(f"[(i for i in ()), *(Thing() for _ in range({COUNT}))]"))
    (group,) = session.values.stored_groups(["x"], Steady(), new=["x"])
    assert "a generator" in group.trouble
    assert len(session.get("asked")) >= COUNT
