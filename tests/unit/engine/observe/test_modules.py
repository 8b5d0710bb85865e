"""Modules that are loaded, and what a step binds."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.observe.conftest import Observe

from treadle.engine.observe.modules import rebound


def test_modules_and_distributions(observe: Observe, folder: Path) -> None:
    package = folder / "code" / "package"
    package.mkdir()
    for name in ("__init__", "part"):
        (package / f"{name}.py").write_text("")
    (folder / "beside.py").write_text("")
    first, second = observe("import package.part, numpy", "import beside, yaml, PIL.Image, json")
    part = ("package.part", str(package / "part.py"))
    beside = ("beside", str(folder / "beside.py"))
    whole = ("package", str(package / "__init__.py"))
    assert first.imported == (whole, part)
    assert second.imported == (beside,)
    assert [name.partition("-")[0] for name in first.distributions] == ["numpy"]
    names = {name.partition("-")[0].lower() for name in second.distributions}
    assert {"numpy", "pillow", "pyyaml"} <= names


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
    bound, gone = rebound({name: id(value) for name, value in before.items()}, now)
    assert set(bound) == {
        name for name in now if name not in before or before[name] is not now[name]
    }
    assert set(gone) == set(before) - set(now)


def test_equal_values_are_not_the_same():
    x, y = 1.0, list[int]()
    assert rebound({"x": id(x), "y": id(y)}, {"x": 1, "y": []}) == (["x", "y"], [])
