"""What units can reach, and what must run again for them."""

from treadle.engine.cell import Unit
from treadle.engine.plan.dependencies import Reacher
from treadle.engine.plan.key import GIVEN, PARAMS, Surroundings, components, key_of
from treadle.engine.plan.restore import Demander, Live
from treadle.engine.plan.snapshot import Held, State
from treadle.engine.scan.code import analyse
from treadle.engine.scan.modules import Modules
from treadle.engine.trace import Group, Observed

HELPERS = """
LIMIT = 3

def used(x):
    return inner(x)

def inner(x):
    return x + LIMIT

def unrelated():
    return 0
"""


def unit(number, code, **traits):
    analysed = analyse(code)
    return Unit(number, number, f"chunk {number}", 10 * number, analysed, code, "", 0, **traits)


def units(*codes):
    return [unit(number, code) for number, code in enumerate(codes)]


def modules(**sources):
    return Modules(["/p"], lambda path: sources.get(path.removeprefix("/p/").removesuffix(".py")))


def held(maker, *names, token="", refs=(), entry="entry"):
    group = Group(names, token or f"token of {names}", refs, entry)
    return dict.fromkeys(names, Held(group, maker, bool(entry)))


def test_functions_lead_to_what_they_use():
    made = units("def f():\n    return g() + base\n", "def g():\n    return 1\n", "base = 1", "f()")
    names = {
        **held(0, "f", refs=("__main__:g", "__main__:base"), entry=""),
        **held(1, "g", entry=""),
        **held(2, "base"),
        **held(2, "other"),
    }
    reach = Reacher(made, modules()).reach(made[3], State(names))
    assert set(reach.names) == {"f", "g", "base"}


def test_objects_lead_to_their_classes_and_to_what_shares_with_them():
    made = units(
        "class K:\n    def m(self): return size\n", "a = K()\nb = [a]", "size = 1", "a.m()"
    )
    names = {
        **held(0, "K", refs=("__main__:size",), entry=""),
        **held(1, "a", "b", refs=("__main__:K",)),
        **held(2, "size"),
    }
    reach = Reacher(made, modules()).reach(made[3], State(names))
    assert set(reach.names) == {"a", "b", "K", "size"}


def test_of_the_projects_modules_only_what_is_used():
    made = units("import helpers", "helpers.used(1)", "from helpers import inner\ninner(1)")
    state = State(held(0, "helpers", refs=("helpers:*",)))
    reacher = Reacher(made, modules(helpers=HELPERS))
    by_attribute = reacher.reach(made[1], state).symbols
    assert {"helpers:used", "helpers:inner", "helpers:LIMIT"} <= set(by_attribute)
    assert "helpers:unrelated" not in by_attribute
    by_import = reacher.reach(made[2], State()).symbols
    assert {"helpers:inner", "helpers:LIMIT"} <= set(by_import)
    assert "helpers:used" not in by_import


def test_exec_may_reach_everything():
    made = units("a = 1", "exec(text)")
    state = State({**held(0, "a"), **held(0, "hidden")}, modules={"helpers": "/p/helpers.py"})
    reach = Reacher(made, modules(helpers=HELPERS)).reach(made[1], state)
    assert reach.whole
    assert set(reach.names) == {"a", "hidden"}
    assert "helpers:unrelated" in reach.symbols


def test_functions_of_others_may_call_what_the_unit_defines():
    made = units(
        "def main():\n    return helper()\n", "z = 1", "def helper():\n    return z\nmain()"
    )
    names = {**held(0, "main", refs=("__main__:helper",), entry=""), **held(1, "z")}
    reach = Reacher(made, modules()).reach(made[2], State(names))
    assert set(reach.names) == {"main", "z"}


def test_a_parameter_counts_only_where_it_is_used():
    made = units("print(params.a)", "print(params)")
    state = State({PARAMS: Held(Group((PARAMS,), PARAMS), GIVEN, stored=False)})

    def key(at, **params):
        reach = Reacher(made, modules()).reach(made[at], state)
        given = Surroundings("program", "text", params, str, bool, bool, str)
        return key_of(components(made[at], reach, state, given))

    assert key(0, a=1, b=2) == key(0, a=1, b=3) != key(0, a=2, b=2)
    assert key(1, a=1, b=2) != key(1, a=1, b=3)


def test_whether_a_module_is_loaded_counts_unless_its_import_can_not_be_noticed():
    made = units(
        "import random", "import numpy", "import sys\nprint('random' in sys.modules); import random"
    )
    own = {"random": "/p/random.py"}

    def key(at, *, found=(), **state):
        held = State(**state)
        reach = Reacher(made, modules()).reach(made[at], held)
        given = Surroundings("program", "text", {}, str, found.__contains__, bool, str)
        return key_of(components(made[at], reach, held, given))

    loaded = (("random", False), ("numpy", False))
    assert key(0) == key(0, imports=loaded)
    assert key(1) != key(1, imports=loaded)
    assert key(2) != key(2, imports=loaded)  # it may look
    project = {"found": ("random",)}  # a module of the project has that name
    assert key(0, **project) != key(0, imports=loaded, **project)
    assert key(0, **project) != key(0, modules=own, **project)


def again(made, state, names, live=None, files=None):
    digests = files or {}
    demander = Demander(made, lambda path: digests.get(path, ""))
    return demander.again(state, names, live or Live())


def test_what_can_not_be_stored_has_its_maker_run_again():
    made = units("g = iter([1])", "x = 1", "next(g)")
    opaque = Held(Group(("g",), "opaque:key:g", trouble="an iterator"), 0, stored=False)
    state = State({"g": opaque, **held(1, "x")})
    assert again(made, state, ["g", "x"]) == {0}
    live = Live()
    live.now(["g"], opaque.group.token)
    assert again(made, state, ["g", "x"], live) == frozenset()


def test_definitions_are_executed_anew_and_values_loaded():
    made = units("def f(): ...", "x = 1")
    state = State({**held(0, "f", entry=""), **held(1, "x")})
    assert again(made, state, ["f", "x"]) == frozenset()


def test_effects_on_the_process_are_had_again():
    made = units("import os", "os.chdir('x')", "print(1)")
    state = State().having_observed(1, "key", Observed(effects=(("the folder", "digest"),)))
    assert again(made, state, []) == {1}
    live = Live()
    live.performed.add(1)
    assert again(made, state, [], live) == frozenset()


def test_a_file_that_is_not_as_it_was_left_is_written_again():
    made = units("open('a', 'w')", "open('a')")
    state = State().having_observed(0, "key", Observed(writes=(("/d/a", "digest"),)))
    assert again(made, state, [], files={"/d/a": "digest"}) == frozenset()
    assert again(made, state, [], files={"/d/a": "other"}) == {0}


def test_what_is_restored_comes_after_what_it_rests_on():
    made = units("class A: ...", "class B(A): ...", "b = B()")
    state = State(
        {
            **held(2, "b", refs=("__main__:B",)),
            **held(1, "B", entry=""),
            **held(0, "A", entry=""),
        }
    )
    missing = Demander(made, lambda _: "").missing(state, ["b", "A", "B"], Live())
    assert [item.names for item in missing] == [("A",), ("B",), ("b",)]


def test_opaque_values_are_told_apart_by_what_made_them():
    state = State().after(0, "key one", (Group(("g",), ""),), ())
    other = State().after(0, "key two", (Group(("g",), ""),), ())
    assert state.names["g"].group.token != other.names["g"].group.token
