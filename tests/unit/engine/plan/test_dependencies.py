"""What cells can reach, and what of that is in their keys."""

from __future__ import annotations

from tests.unit.engine.plan.conftest import Contexts, Keeping, bound, made, session

from treadle.engine.plan.context import Context
from treadle.engine.plan.decide import decide
from treadle.engine.plan.dependencies import Dependencies, dependencies_of
from treadle.engine.plan.snapshot import Snapshot
from treadle.engine.trace import Binding, Observed, Trace

HELPERS = """
LIMIT = 3

def used(x):
    return inner(x)

def inner(x):
    return x + LIMIT

def unrelated():
    return 0
"""


def of_last(context: Context, *traces: Trace) -> Dependencies:
    """What the last cell can reach after these."""
    return dependencies_of(context.scanned[-1], session(context, *traces))


def test_functions_lead_to_what_they_use(context: Contexts) -> None:
    cells = context(
        "def f():\n    return g() + base\n",
        "def g():\n    return 1\n",
        "base = 1; other = 2",
        "f()",
    )
    needs = of_last(
        cells,
        made(bound("f", refs=("__main__:g", "__main__:base"), entry="")),
        made(bound("g", entry="")),
        made(bound("base"), bound("other")),
    )
    assert set(needs.names) == {"f", "g", "base"}


def test_what_was_put_on_a_function_counts_beside_what_its_statement_uses(
    context: Contexts,
) -> None:
    cells = context("def f():\n    return helpers.used(1)\n", "import helpers", "f()")
    imported = made(bound("helpers", refs=("helpers:*",)))
    refs = ("__main__:helpers",)
    plain = of_last(cells, made(bound("f", refs=refs, own=refs, entry="")), imported)
    assert plain.names["helpers"] == frozenset({"used"})
    assert not plain.whole
    put = of_last(cells, made(bound("f", refs=refs, entry="")), imported)
    assert put.names["helpers"] is None
    assert not put.whole
    more = ("__main__:*", *refs)
    scope = of_last(cells, made(bound("f", refs=more, own=refs, entry="")), imported)
    assert scope.whole


def test_objects_lead_to_their_classes_and_to_what_shares_with_them(context: Contexts) -> None:
    cells = context(
        "class K:\n    def m(self): return size\n", "a = K()\nb = [a]", "size = 1", "a.m()"
    )
    needs = of_last(
        cells,
        made(bound("K", refs=("__main__:size",), entry="")),
        made(bound("a", "b", refs=("__main__:K",))),
        made(bound("size")),
    )
    assert set(needs.names) == {"a", "b", "K", "size"}


def test_of_the_projects_modules_only_what_is_used(context: Contexts) -> None:
    cells = context("import helpers", "helpers.used(1)", modules={"helpers": HELPERS})
    by_attribute = of_last(cells, made(bound("helpers", refs=("helpers:*",)))).symbols
    assert {"helpers:used", "helpers:inner", "helpers:LIMIT"} <= set(by_attribute)
    assert "helpers:unrelated" not in by_attribute
    cells = context("from helpers import inner\ninner(1)", modules={"helpers": HELPERS})
    by_import = of_last(cells).symbols
    assert {"helpers:inner", "helpers:LIMIT"} <= set(by_import)
    assert "helpers:used" not in by_import


def test_exec_may_reach_everything(context: Contexts) -> None:
    cells = context("a = hidden = 1", "exec(text)", modules={"helpers": HELPERS})
    observed = Observed(imported=(("helpers", f"{cells.surroundings.code_path}/helpers.py"),))
    needs = of_last(cells, Trace(bindings=(bound("a"), bound("hidden")), observed=observed))
    assert needs.whole
    assert set(needs.names) == {"params", "a", "hidden"}
    assert "helpers:unrelated" in needs.symbols


def test_functions_of_others_may_call_what_the_cell_defines(context: Contexts) -> None:
    cells = context(
        "def main():\n    return helper()\n", "z = 1", "def helper():\n    return z\nmain()"
    )
    main = made(bound("main", refs=("__main__:helper",), entry=""))
    assert set(of_last(cells, main, made(bound("z"))).names) == {"main", "z"}


def key(context: Context, at: int, *traces: Trace) -> str:
    """The key of a cell after these."""
    return decide(context.scanned[at], session(context, *traces), Keeping()).key


def test_a_parameter_counts_only_where_it_is_used(context: Contexts) -> None:
    def of(at: int, **params: int) -> str:
        return key(context("print(params.a)", "print(params)", params=params), at)

    assert of(0, a=1, b=2) == of(0, a=1, b=3) != of(0, a=2, b=2)
    assert of(1, a=1, b=2) != of(1, a=1, b=3)


def test_whether_a_module_is_loaded_counts_unless_its_import_can_not_be_noticed(
    context: Contexts,
) -> None:
    codes = (
        "import random\nimport numpy",
        "import random",
        "import numpy",
        "import sys\nprint('random' in sys.modules); import random",
    )
    cells = context(*codes)
    loaded = made()
    assert key(cells, 1) == key(cells, 1, loaded)
    assert key(cells, 2) != key(cells, 2, loaded)
    assert key(cells, 3) != key(cells, 3, loaded)  # it may look
    cells = context(*codes, modules={"random": ""})  # a module of the project has that name
    file = f"{cells.surroundings.code_path}/random.py"
    assert key(cells, 1) == key(cells, 1)
    assert key(cells, 1) != key(cells, 1, loaded)
    own = Trace(observed=Observed(imported=(("random", file),)))
    assert key(context("", *codes, modules={"random": ""}), 2) != key(
        context("", *codes, modules={"random": ""}), 2, own
    )


def test_opaque_values_are_told_apart_by_what_made_them(context: Contexts) -> None:
    cells = context("g = iter([])")
    opaque = made(Binding(("g",), ""))
    one, two = (session(cells, opaque, key=key).names["g"].token for key in ("one", "two"))
    assert one != two


def test_the_first_session_holds_the_parameters_alone(context: Contexts) -> None:
    assert set(Snapshot.first(context("x = 1")).names) == {"params"}
