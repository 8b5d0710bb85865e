"""Which numbers in libraries count, and where they are put."""

from __future__ import annotations

import sys
from itertools import count
from types import ModuleType
from typing import Any

import pytest

from treadle.engine.observe.counters import Counters


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that counts in five ways."""
    module = ModuleType("counting")

    class Named:
        _count = 3
        size = 8

    class Holder:
        def __init__(self) -> None:
            self.value_count = 5

    Named.__module__ = Holder.__module__ = "counting"
    names = {"next_id": 1, "Named": Named, "ID_COUNTER": Holder(), "_uid": count(7), "width": 80}
    vars(module).update(names)
    monkeypatch.setitem(sys.modules, "counting", module)
    return module


def test_those_that_moved_are_told_with_where_they_stood(library: Any) -> None:
    counters = Counters(lambda _: False)
    counters.begin({"counting:next_id": 4})
    assert library.next_id == 4
    library.next_id += 1
    library.Named._count += 1
    library.ID_COUNTER.value_count += 1
    next(library._uid)
    library.width += 1
    library.Named.size += 1
    assert sorted(counters.finish(), key=str) == [
        ("counting:ID_COUNTER.value_count", None, 6),
        ("counting:Named._count", None, 4),
        ("counting:_uid", None, 8),
        ("counting:next_id", 4, 5),
    ]


def test_a_step_that_begins_earlier_finds_them_where_they_stood(library: Any) -> None:
    counters = Counters(lambda _: False)
    counters.begin({})
    next(library._uid)
    library.Named._count = 9
    counters.begin({"counting:Named._count": 8})
    assert (next(library._uid), library.Named._count) == (7, 8)
    assert [place for place, *_ in counters.finish()] == ["counting:_uid"]


def test_modules_of_the_project_are_not_looked_at(library: Any) -> None:
    counters = Counters(lambda name: name == "counting")
    counters.begin({})
    library.next_id += 1
    assert counters.finish() == ()
