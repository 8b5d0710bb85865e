"""What names share: who is in a group, and that it is shared again after a restore."""

from collections.abc import Callable

import pytest
from tests.unit.engine.values.conftest import Session


@pytest.mark.parametrize(
    ("code", "groups"),
    [
        ("x = [1, [2]]; y = x[1]", [("x", "y")]),
        ("x = [1]; y = x", [("x", "y")]),
        ("x = [1]; y = [x]; z = (x,)", [("x", "y", "z")]),
        ("x = [1]; y = [1]", [("x",), ("y",)]),
        ("s = 'ab' * 9; x = [s]; y = {s: s}; z = s", [("x",), ("y",), ("z",)]),
        ("t = (1, (2, 'a')); x = [t]; y = [t]; z = t", [("x",), ("y",), ("z",)]),
        ("t = ([],); x = t; y = t", [("x", "y")]),
        ("import decimal; x = decimal.Decimal(1); y = x; z = [x]", [("x",), ("y",), ("z",)]),
        ("import math; x = math; y = math.sin; z = [math, y]", [("x",), ("y",), ("z",)]),
        ("def f(): pass\nx = [f]; y = f", [("x",), ("y",)]),
        ("class C: pass\nx = C(); y = C(); z = C", [("x",), ("y",), ("z",)]),
        ("x = []\ndef y(a=x): pass\nz = [y]", [("x", "y"), ("z",)]),
        ("x = []\nclass y:\n    a = x\nz = y()", [("x", "y"), ("z",)]),
        ("x = []\ny = lambda a=x: a\nz = lambda: x", [("x", "y"), ("z",)]),
        (
            "def make():\n    n = []\n    return lambda: n, lambda: n.append(1)\n"
            "x, y = make()\nz = x()",
            [("x", "y", "z")],
        ),
        ("x = []; y = (i for i in x); z = iter([x])", [("x", "y", "z")]),
        ("class C: pass\nx = C(); y = vars(x); z = x.__init__", [("x", "y", "z")]),
        ("import sys; x = sys.path; y = [sys.path]; z = sys.stdout", [("x",), ("y",), ("z",)]),
        (
            "import enum\nclass E(enum.Enum):\n    A = []\nx = E.A; y = x; z = [x]",
            [("x", "y", "z")],
        ),
    ],
)
def test_groups_are_who_shares_what_can_change(
    session: Session, code: str, groups: list[tuple[str, ...]]
) -> None:
    session.run(code)
    assert session.together(*(name for names in groups for name in names)) == groups


def test_a_group_that_holds_something_opaque_is_opaque(session: Session) -> None:
    session.run("def f(): pass\nx = [f]; y = [x, iter('ab')]; z = [x]")
    (group,) = session.values.stored_groups(["x", "y", "z"])
    assert group.names == ("x", "y", "z")
    assert (group.token, group.entry) == ("", "")
    assert group.trouble == "`y` holds a str_ascii_iterator, which can't be stored" or (
        "`y` holds a str_iterator" in group.trouble
    )
    assert group.refs == ("__main__:f",)


@pytest.mark.parametrize(
    ("code", "change", "seen"),
    [
        ("x = [1, [2]]; y = x[1]", "y.append(3)", "x == [1, [2, 3]]"),
        ("x = {'a': []}; y = (x, x['a'])", "x['a'].append(1)", "y[1] == [1] and y[0] is x"),
        ("x = [1]; x.append(x); y = [x]", "x[0] = 2", "y[0][1][1][0] == 2"),
        ("x = ([],); x[0].append(x); y = x[0]", "y.append(1)", "x[0][0] is x and x[0][1] == 1"),
        ("x = bytearray(b'ab'); y = [x]", "x[0] = 99", "y == [b'cb']"),
        ("x = {1, 2}; y = [x, x]", "x.add(3)", "y == [{1, 2, 3}] * 2 and y[0] is y[1] is x"),
        (
            "def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n"
            "    def get(): return n\n    return up, get\nx, y = make()",
            "x(); x()",
            "y() == 2",
        ),
        ("y = []\nx = lambda v, to=y: to.append(v)", "x(3)", "y == [3]"),
        ("y = []\ndef x(v, to=y): to.append(v)", "x(3)", "y == [3]"),
        ("class C:\n    def m(self): self.a = 1\ny = C(); x = y.m", "x()", "y.a == 1"),
        ("import functools; y = []; x = functools.partial(y.append, 5)", "x()", "y == [5]"),
        (
            "def make():\n    def f(n): return n and f(n - 1) + 1\n    f.me = f\n    return f\n"
            "x = make(); y = x",
            "x.seen = 1",
            "x(3) == 3 and y.me is y and y.seen == 1 and x is y",
        ),
        (
            "import collections; x = collections.defaultdict(list); y = [x]",
            "x['a'].append(1)",
            "y[0]['a'] == [1]",
        ),
        ("x = set(range(500)); y = [x, list(x)]", "pass", "list(y[0]) == y[1]"),
        (
            "x = set(range(500)); y = [x]; x -= set(list(x)[::3])\n"
            "z = set(x)\nfor i in range(30): z.add(-i)",
            "x.update(-i for i in range(30))",
            "x == z and y[0] is x",
        ),
        ("x = frozenset(range(99)); y = [[], x]", "y[0].append(1)", "y[1] == x"),
    ],
)
def test_what_was_shared_is_shared_after_a_restore(
    session: Session, code: str, change: str, seen: str
) -> None:
    session.run(code)
    session.again("x", "y")
    session.run(change)
    assert session.get(seen)


def test_an_instance_comes_back_as_one_of_the_class_there_is(session: Session) -> None:
    session.run("class C:\n    def __init__(self): self.a = [1]\nx = C()")
    (group,) = session.values.stored_groups(["x"])
    session.run("class C:\n    def more(self): return self.a + [2]")
    from treadle.engine.messages import Load

    assert session.values.load(Load(group.entry, group.names, group.token))
    assert session.get("type(x) is C and x.more() == [1, 2]")


def test_restored_functions_see_the_session(session: Session) -> None:
    session.run("k = 1\ndef helper(): return k\nx = lambda: (k, helper())")
    session.again("x")
    session.run("k = 5")
    assert session.get("x()") == (5, 5)
    session.run("def helper(): return 'new'")
    assert session.get("x()") == (5, "new")


def test_a_part_of_a_group_can_be_bound(session: Session) -> None:
    from treadle.engine.messages import Load

    session.run("x = [1]; y = [x]")
    (group,) = session.values.stored_groups(["x", "y"])
    session.run("del x; y = 3")
    assert session.values.load(Load(group.entry, ("x",), group.token))
    assert session.get("x == [1] and y == 3")


@pytest.mark.parametrize("spoil", ["missing", "altered", "class", "name"])
def test_what_does_not_load_binds_nothing(session: Session, spoil: str) -> None:
    from treadle.engine.messages import Load

    session.run("class C: pass\nx = C()\ny = [x, 5000 * 'large']")
    (group,) = session.values.stored_groups(["x", "y"])
    entry = session.blobs._path(group.entry)
    names = group.names
    if spoil == "missing":
        names, entry = ("x", "y"), ""
    elif spoil == "altered":
        with open(entry, "r+b") as file:  # noqa: PTH123
            file.seek(-3, 2)
            file.write(b"\0")
    elif spoil == "class":
        session.run("del C")
    else:
        names = ("x", "z")
    session.run("del x, y")
    token = "0" * 64 if spoil == "missing" else group.entry
    assert not session.values.load(Load(token, names, group.token))
    assert "x" not in session.names
    assert "y" not in session.names


@pytest.mark.parametrize(
    "code",
    [
        "class C:\n    def __setstate__(self, s): self.a = 2\nx = C(); x.a = 1",
        "class C(list):\n    def __reduce__(self): return C, (list(self),)\nx = C(); x.append(x)",
        "class C:\n    def __init__(self): self.a = [1]\n    def __reduce__(self): return C, ()\n"
        "x = C(); x.a.append(1)",
    ],
)
def test_what_pickle_would_lose_is_not_stored(session: Session, code: str) -> None:
    assert "`x`" in session.trouble(code)


@pytest.mark.parametrize(
    "code",
    [
        "class C:\n    def __getstate__(self): return {}\nx = C(); x.a = 1",
        "class C:\n    def __reduce__(self): return C, ()\nx = C(); x.a = 1",
        "class C:\n    def __reduce__(self): return C, (), None, None, None, setattr\n"
        "x = C(); x.a = 1",
        "import random; x = random.Random(3); x.a = 1",
        "import pandas as pd; x = pd.DataFrame({'b': [1]}); x.a = 1",
        "import pandas as pd; x = pd.Index(['b']); x.a = 1",
    ],
)
def test_attributes_that_pickle_would_lose_come_back(session: Session, code: str) -> None:
    session.run(code)
    session.again("x")
    assert session.get("x.a") == 1


def test_an_object_and_its_own_dictionary_are_not_stored(session: Session) -> None:
    session.run("class C: pass\nx = C(); y = vars(x)")
    (group,) = session.values.stored_groups(["x", "y"])
    assert group.names == ("x", "y")
    assert group.trouble == "`x`, `y` do not come back from the store as before"


def test_equal_values_are_stored_once_and_found_again(session: Session) -> None:
    session.run("x = [[1], {2}]")
    first = session.group("x").entry
    session.run("x = [[1], {2}]")
    assert session.group("x").entry == first


def test_state_of_a_class_is_not_lost_beside_the_class(session: Session) -> None:
    session.run("shared = []\nclass C:\n    a = shared")
    (group,) = session.values.stored_groups(["C", "shared"])
    assert group.names == ("C", "shared")
    assert group.token
    assert not group.entry
    assert group.trouble == "the class `C` shares something with other names"


def test_a_definition_needs_no_entry(session: Session) -> None:
    session.run("def f(): pass\nclass C: pass")
    for group in session.values.stored_groups(["f", "C"]):
        assert group.token
        assert (group.entry, group.trouble) == ("", "")


@pytest.mark.parametrize(
    "code",
    [
        "import collections; x = collections.namedtuple('x', 'a b', defaults=[1])\n"
        "y = x(1); z = [x(3, 4), x]",
        "import enum; x = enum.Enum('x', 'A B'); y = x.A; z = {x.B: x}",
        "import enum; x = enum.IntFlag('x', 'A B'); y = x.A; z = [x.B]",
        "import enum\nclass x(str, enum.Enum):\n    A = 'a'\ny = x.A; z = [x]",
        "import typing; x = typing.TypeVar('x', bound=int); y = [x]; z = typing.List[x]",
        "import typing; x = typing.NewType('x', int); y = [x]; z = {x: 1}",
    ],
)
def test_types_made_by_a_call_are_stored(session: Session, code: str) -> None:
    session.run(code + "\nold = repr(y), repr(z)")
    assert session.together("x", "y", "z") == [("x",), ("y",), ("z",)]
    session.again("x", "y", "z")
    assert session.get("(repr(y), repr(z)) == old or ' at 0x' in old[0]")


def test_annotations_do_not_link_functions(session: Session) -> None:
    session.run(
        "import typing\nT = typing.TypeVar('T')\nclass C: pass\n"
        "def f(a: T, b: typing.List['C'], c: C) -> list[int]: pass\n"
        "def g(a: T, b: typing.List['C'], c: typing.Callable[[T], int]) -> list[int]: pass"
    )
    assert session.together("T", "f", "g") == [("T",), ("f",), ("g",)]


@pytest.mark.parametrize("spoil", [lambda name: name[:-4], lambda name: name[:60] + name[64:]])
def test_a_small_value_whose_entry_is_spoilt_binds_nothing(
    session: Session, spoil: Callable[[str], str]
) -> None:
    from treadle.engine.messages import Load

    session.run("x = [1, 2]")
    (group,) = session.values.stored_groups(["x"])
    session.run("del x")
    assert session.values.blobs_of(group.entry) == ()
    assert not session.values.load(Load(spoil(group.entry), group.names, group.token))
    assert "x" not in session.names
    assert session.values.load(Load(group.entry, group.names, group.token))
    assert session.get("x == [1, 2]")
