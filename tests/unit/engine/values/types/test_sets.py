"""Sets come back with the order in which they are gone through, or are not stored."""

import sys

import pytest
from tests.unit.engine.values.conftest import Session

KEPT = [
    "{8, 0}",  # these collide
    "{0, 8, 16}",
    "{16, 0, 8}",
    "set([40, 8, 0])",
    "frozenset([8, 0])",
    "set()",
    "set([1, 2, 3, 4, 5])",  # more room than a copy has
    "set({1, 2, 3, 4, 5})",
    "set(range(20)) | {32, 64}",
    "set([63, 31, 95, 1, 2, 3])",  # sent to the front from their own place at the end
    "set([31, 63, 95, 1, 2, 3])",
    "set(range(77))",
    "frozenset(range(307))",
    "{(i, j) for i in range(3) for j in range(2)}",
    "{-1, -2, 2**61}",
]


@pytest.mark.parametrize("made", KEPT)
def test_a_set_comes_back_in_its_order_and_goes_on_as_it_would(session: Session, made: str) -> None:
    session.run(f"x = {made}; y = {made}")
    session.again("x")
    x, y = session.get("x"), session.get("y")
    for size in (0, 9, 99, 999):
        assert list(x) == list(y)
        assert sys.getsizeof(x) == sys.getsizeof(y)
        x, y = x | set(range(size)), y | set(range(size))


def test_items_keep_what_they_share(session: Session) -> None:
    session.run("class C:\n    def __hash__(self): return 8\nx = {C(), C()}; y = [list(x), x]")
    session.again("x", "y")
    assert session.get("y[1] is x and y[0] == list(x)")


@pytest.mark.parametrize(
    "left",
    ["set(range(99))\nwhile len(x) > 3: x.pop()", "set(range(99)); x -= set(range(2, 99))"],
)
def test_a_set_that_has_more_room_than_can_be_given_is_not_stored(
    session: Session, left: str
) -> None:
    words = session.trouble(f"x = {left}")
    assert "a set whose order can't be restored" in words
    session.run("x.clear(); x.add(7)")
    session.again("x")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{0, 8}", "{8, 0}"),
        ("frozenset([0, 8])", "frozenset([8, 0])"),
        ("set([1, 2, 3, 4, 5])", "set({1, 2, 3, 4, 5})"),
    ],
)
def test_equal_sets_that_behave_otherwise_have_other_tokens(
    session: Session, one: str, other: str
) -> None:
    assert session.get(f"{one} == {other}")
    assert session.token(f"x = {one}") != session.token(f"x = {other}")
