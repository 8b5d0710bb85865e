"""Random values and random sharing: what comes back is the same graph of objects."""

import copy
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.engine.messages import Load

from .conftest import Session

atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(codec=None), max_size=6),
    st.binary(max_size=6),
    st.complex_numbers(allow_nan=False),
)
keys = st.one_of(st.integers(), st.text(max_size=4), st.tuples(st.integers(), st.text(max_size=2)))
plain = st.recursive(
    st.one_of(atoms, st.sets(keys, max_size=30), st.frozensets(keys, max_size=30)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=5),
        st.builds(bytearray, st.binary(max_size=4)),
    ),
    max_leaves=25,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all examples: what it holds is found by its content."""
    return tmp_path_factory.mktemp("store")


def again(one: Session, *names: str) -> None:
    groups = one.values.stored_groups(names)
    for group in groups:
        assert group.entry, group.trouble
        for name in group.names:
            del one.names[name]
    for group in groups:
        assert one.values.load(Load(group.entry, group.names, group.token))
    assert [g.token for g in one.values.tokens(names)] == [g.token for g in groups]


def order(value: Any) -> Any:
    """A value with the order of its sets and dictionaries written out, and signs of zeros."""
    if isinstance(value, (list, tuple)):
        return type(value), [order(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return type(value), [order(item) for item in value]
    if isinstance(value, dict):
        return [(order(key), order(item)) for key, item in value.items()]
    if isinstance(value, float):
        return math.copysign(1, value), value
    return type(value), value


@settings(max_examples=150, deadline=None)
@given(plain)
def test_plain_values_come_back_and_copies_have_the_same_token(store: Path, value: Any) -> None:
    one = Session(store)
    one.names["x"] = value
    before = one.values.token_of("x")
    (group,) = one.values.stored_groups(["x"])
    if not group.entry:
        assert "a set whose order can't be restored" in group.trouble
        return
    again(one, "x")
    assert order(one.names["x"]) == order(value)
    one.names["x"] = copy.deepcopy(one.names["x"])
    if order(one.names["x"]) == order(value) and not _has_set(value):
        assert one.values.token_of("x") == before


@settings(max_examples=150, deadline=None)
@given(plain, plain)
def test_tokens_agree_only_for_what_is_equal(store: Path, left: Any, right: Any) -> None:
    one = Session(store)
    one.names["x"] = left
    before = one.values.token_of("x")
    one.names["x"] = right
    if one.values.token_of("x") == before:
        assert order(left) == order(right)


def _has_set(value: Any) -> bool:
    if isinstance(value, (set, frozenset)):
        return True
    if isinstance(value, dict):
        return any(map(_has_set, value)) or any(map(_has_set, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_has_set, value))


CODE = """
class Box: pass
def empty(kind):
    if kind == 4:
        box = Box()
        return box
    return [[], {}, bytearray(), set()][kind]
def add(into, item, n):
    if isinstance(into, list): into.append(item)
    elif isinstance(into, dict): into[n] = item
    elif isinstance(into, Box): setattr(into, f"a{n}", item)
"""


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, 4, 4]), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=16),
    st.lists(st.integers(0, 7), min_size=1, max_size=5),
)
def test_random_sharing_comes_back(
    store: Path, kinds: list[int], edges: list[tuple[int, int, bool]], bound: list[int]
) -> None:
    one = Session(store)
    one.run(CODE)
    objects = [one.names["empty"](kind) for kind in kinds]
    for n, (into, item, wrapped) in enumerate(edges):
        target, value = objects[into % len(objects)], objects[item % len(objects)]
        one.names["add"](target, (n, value) if wrapped else value, n)
    names = [f"v{number}" for number in range(len(bound))]
    for name, which in zip(names, bound, strict=True):
        one.names[name] = objects[which % len(objects)]
    wanted = shape([one.names[name] for name in names])
    groups = one.values.stored_groups(names)
    assert connected(one, names) == sorted(group.names for group in groups)
    again(one, *names)
    assert shape([one.names[name] for name in names]) == wanted


def children(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    return list(vars(value).values()) if hasattr(value, "__dict__") else []


def shape(roots: list[Any]) -> list[Any]:
    """The graph of objects below `roots`: each by the number of its first meeting."""
    numbers: dict[int, int] = {}
    found: list[Any] = []

    def visit(value: Any) -> None:
        if isinstance(value, (int, str)):
            found.append(value)
        elif id(value) in numbers and not isinstance(value, tuple):
            found.append(("again", numbers[id(value)]))
        else:
            numbers[id(value)] = len(numbers)
            found.append((type(value).__name__, len(children(value))))
            for child in children(value):
                visit(child)

    for root in roots:
        visit(root)
    return found


def connected(one: Session, names: list[str]) -> list[tuple[str, ...]]:
    """Names that reach a common object which can change."""
    reached: list[tuple[set[str], set[int]]] = []
    for name in names:
        seen: set[int] = set()
        waiting = [one.names[name]]
        while waiting:
            value = waiting.pop()
            if id(value) not in seen and not isinstance(value, (int, str)):
                seen.add(id(value))
                waiting += children(value)
        group = {name}
        for other in [each for each in reached if each[1] & seen]:
            reached.remove(other)
            group |= other[0]
            seen |= other[1]
        reached.append((group, seen))
    return sorted(tuple(sorted(group)) for group, _ in reached)
