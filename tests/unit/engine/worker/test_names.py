from hypothesis import given
from hypothesis import strategies as st

from treadle.engine.worker.memory import rebound

NAMES = st.sampled_from("abcdefgh")
CHANGES = st.lists(st.tuples(NAMES, st.sampled_from(["bind", "again", "unbind"])), max_size=8)


@given(st.lists(NAMES, unique=True), CHANGES)
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
    bound, gone = rebound(before, now)
    assert set(bound) == {
        name for name in now if name not in before or before[name] is not now[name]
    }
    assert set(gone) == set(before) - set(now)


def test_equal_values_are_not_the_same():
    assert rebound({"x": 1.0, "y": []}, {"x": 1, "y": []}) == (["x", "y"], [])
