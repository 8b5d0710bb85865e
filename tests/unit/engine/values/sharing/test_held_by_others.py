"""What was not looked at is put together with all that it may share something with, and no more."""

from __future__ import annotations

import pytest

from treadle.engine.values.allowance import Allowance, ShareError, keeping_share

HELD = [
    "s = [1]; x.append(s)",
    "s = [[1]]; x.append(s[0])",
    "s = {'a': {}}; x.append(s['a'])",
    "class K: pass\ns = K(); s.a = [1]; x.append(s.a)",
    "class K: pass\ns = K(); x.append(vars(s))",
    "import weakref\nclass K: pass\ns = K(); x.append(weakref.ref(s))",
    "import numpy as np\ns = np.zeros(3); x.append(s)",
    "import numpy as np\ns = np.zeros(3); x.append(s[1:])",
    "import numpy as np\ns = np.zeros(3); x.append(s); s = s[1:]",
    "import numpy as np\ns = [np.zeros(3)]; x.append(memoryview(s[0]))",
    "s = (1, [2]); x.append(s[1])",
    "s = iter(()); x.append(1)",
    "def s(a=[]): ...\nx.append(s.__defaults__[0])",
    "class s:\n    items = []\nx.append(s.items)",
    "def made():\n    n = []\n    return lambda: n\ns = made(); x.append(s())",
    "from collections import deque\ns = deque([[]]); x.append(s[0])",
    "from functools import partial\ns = partial(print, []); x.append(s.args[0])",
    "import numpy as np\na = [1]; s = np.array([a, 2], object); x.append(a); del a",
    "import pandas as pd\ns = pd.DataFrame({'a': [1.0]}); x.append(s['a'])",
    "s = {1: [1]}.values(); x.append([*s][0])",
    "import types\ns = types.SimpleNamespace(a=[]); x.append(s.a)",
]
TORCH = [
    "s = torch.ones(3); x.append(s)",
    "s = torch.ones(3); x.append(s.detach())",
    "s = torch.ones(3); x.append(s[1:])",
    "s = torch.ones(3)[1:]; x.append(s._base)",
    "s = torch.ones(3); x.append(s.numpy())",
    "a = np.ones(3); s = torch.from_numpy(a); x.append(a); del a",
    "s = torch.ones(3); x.append(s.untyped_storage())",
    "p = torch.nn.Parameter(torch.ones(3)); p.sum().backward(); s = p.grad; x.append(p); del p",
    "s = torch.nn.Linear(2, 2); x.append(s.weight)",
    "s = torch.nn.Linear(2, 2); s(torch.ones(1, 2)).sum().backward(); x.append(s.weight.grad)",
]
ALONE = [
    "s = [1]",
    "s = [[1], {'a': [2]}]",
    "class K: pass\ns = K(); s.a = [1]; s.b = s",
    "import numpy as np\ns = np.zeros(3)",
    "import numpy as np\ns = [np.zeros(3)[1:]]",
    "import pandas as pd\ns = pd.DataFrame({'a': [1.0, 2.0]})",
    "s = (1, [2])",
    "s = 5; x.append(s)",
    "def s(a=[]): ...",
    "import math\ns = math\nx.append(s)",
]
TORCH_ALONE = [
    "s = torch.ones(3)",
    "s = torch.ones(3)[1:]",
    "s = torch.nn.Linear(2, 2)",
    "s = torch.nn.Linear(2, 2); s(torch.ones(1, 2)).sum().backward()",
    "m = torch.nn.Linear(2, 2); s = [m, torch.optim.Adam(m.parameters())]; del m",
]


def _groups(session, code):
    session.run("x = [[]]; n = 1")
    session.run(code)
    groups = session.values.stored_groups(["n", "s", "x"], apart={"x"})
    assert [group.unseen for group in groups if "x" in group.names] == [("x",)]
    return [group.names for group in groups if group.names != ("n",)]


@pytest.mark.parametrize("code", HELD)
def test_it_is_put_together_with_what_it_may_hold(session, code):
    assert _groups(session, code) == [("s", "x")]


@pytest.mark.parametrize("code", ALONE)
def test_and_with_nothing_else(session, code):
    assert _groups(session, code) == [("s",), ("x",)]


@pytest.mark.parametrize("code", TORCH)
def test_so_it_is_with_tensors_that_it_may_hold(session, code):
    session.run("import numpy as np, torch")
    assert _groups(session, code) == [("s", "x")]


@pytest.mark.parametrize("code", TORCH_ALONE)
def test_and_with_no_other_tensors(session, code):
    session.run("import numpy as np, torch")
    assert _groups(session, code) == [("s",), ("x",)]


def test_something_opaque_that_holds_too_much_may_hold_anything(session):
    session.run("import threading\nx = [[i] for i in range(300_000)]; s = x[-1]; lone = [1]")
    session.run("t = threading.Thread(args=(x,)); del x")
    assert session.together("lone", "s", "t") == [("lone",), ("s", "t")]


def test_a_note_of_the_names_is_not_of_the_session(session):
    session.run("x = [[]]; s = [1]")
    noted = [session.names["s"]]
    (group, _) = session.values.stored_groups(["s", "x"], apart={"x"}, elsewhere=noted)
    assert group.names == ("s",)


def test_libraries_are_not_gone_through_where_nothing_else_can_share_it(session, monkeypatch):
    session.run("import json\nfrom json import JSONDecoder\nx = [[1]]; n = 5")
    asked: list[object] = []
    monkeypatch.setattr(session.values._world.process_objects, "identities", asked.append)
    groups = session.values.stored_groups(["JSONDecoder", "json", "n", "x"], apart={"x"})
    assert [group.names for group in groups] == [("JSONDecoder",), ("json",), ("n",), ("x",)]
    assert not asked


def test_two_that_were_not_looked_at_belong_together(session):
    session.run("x = [[]]; y = [[]]; s = 'a'")
    groups = session.values.stored_groups(["s", "x", "y"], apart={"s", "x", "y"})
    assert [group.names for group in groups] == [("s",), ("x", "y")]


def test_a_large_one_leaves_time_for_the_small_ones(session):
    session.run("a = [[i] for i in range(1_000_000)]; b = [[i] for i in range(900)]")
    groups = session.values.stored_groups(["a", "b"], Allowance(0.2, 0.1))
    assert [(bool(group.entry), group.unseen) for group in groups] == [(False, ("a",)), (True, ())]


def test_without_any_time_only_what_has_no_parts_is_kept(session):
    session.run("a = []; b = 5; c = 'c'\ndef d(): ...")
    groups = session.values.stored_groups(["a", "b", "c", "d"], Allowance(0.0, 100.0))
    assert [group.names[0] for group in groups if not group.token] == ["a"]


def test_the_share_is_a_number():
    assert keeping_share({}) == 0.2
    assert keeping_share({"TREADLE_KEEPING": "0"}) == 0
    for wrong in ("much", "-1", "nan"):
        with pytest.raises(ShareError, match="a number like"):
            keeping_share({"TREADLE_KEEPING": wrong})
