"""Numbers that may stand for objects: these are gathered once a look, and then let go."""

from __future__ import annotations

import gc
import weakref

import pytest

from treadle.engine.values.allowance import Allowance
from treadle.engine.values.identities import Identities

from .conftest import Session


class Thing:
    pass


class Names:
    """A session's values, which count how often they were asked for."""

    def __init__(self) -> None:
        self.held: list[object] = [Thing(), [Thing()]]
        self.asked = 0

    def values(self) -> list[object]:
        self.asked += 1
        return self.held


def test_a_look_gathers_the_objects_once_however_many_numbers_there_are():
    names = Names()
    identities = Identities(names.values, lambda: (), asked=True)
    with identities.gathered(Allowance()):
        assert names.asked == 0  # where there are no such numbers, nobody asks
        assert not any(identities.may_be_one(30_000_000 + n) for n in range(1000))
        assert all(identities.is_one(id(each)) for each in names.held)
        assert identities.object_of(id(names.held[0])) is names.held[0]
        assert names.asked == 1


def test_the_objects_are_held_on_to_for_a_look():
    names = Names()
    identities = Identities(names.values, lambda: (), asked=True)
    gone = weakref.ref(names.held[0])
    with identities.gathered(Allowance()):
        assert identities.is_one(id(names.held[0]))
    names.held.clear()
    gc.collect()
    assert gone() is None


def test_nothing_is_gathered_where_no_code_has_asked():
    names = Names()
    identities = Identities(names.values, lambda: (), asked=False)
    with identities.gathered(Allowance()):
        assert not identities.may_be_one(id(names.held[0]))
    assert names.asked == 0


@pytest.mark.parametrize("least", [True, False])
def test_where_there_is_no_time_any_number_may_be_one(*, least: bool):
    many: list[object] = [[n] for n in range(1000 if least else 100_000)]
    identities = Identities(lambda: [many], lambda: (), asked=True)
    with identities.gathered(Allowance(0.0)):
        assert identities.may_be_one(30_000_000) is not least


def test_numbers_of_many_names_come_back_as_those_of_the_copies(session: Session):
    session.values.ask_for_identities()
    session.run("x = [[n] for n in range(100)]\ny = {id(each) for each in x}\nz = 30_000_000")
    session.again("x", "y", "z")
    assert session.get("y == {id(each) for each in x} and z == 30_000_000")
