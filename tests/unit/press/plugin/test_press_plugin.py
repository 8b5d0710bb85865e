"""What brings its own LaTeX, comparisons, and what rests on the look of figures."""

import pytest
from tests.unit.displays import latex, plain

from treadle.press.plugin.press_plugin import LOOK


def test_values_that_bring_their_latex(run):
    code = "class L:\n    def _repr_latex_(self): return '$x$'\nL()"
    assert run(code).outputs == (latex("$x$"),)
    assert run("import sympy; sympy.Symbol('x') ** 2").outputs == (latex(r"$\displaystyle x^{2}$"),)


def test_at_a_prompt_values_are_shown_as_python_does(run):
    run("class M:\n    def __repr__(self): return 'M()'\n    def _repr_latex_(self): return '$x$'")
    assert run("M()", prompt=True).outputs[1:] == (plain("M()"),)
    assert run("M()").outputs == (latex("$x$"),)
    run("class N:\n    def _repr_latex_(self): return '$x$'")
    assert run("N()", prompt=True).outputs[1:] == (latex("$x$"),)  # its repr says nothing


@pytest.mark.parametrize("code", ["L = 3; L", "'text'", "int"])
def test_the_rest_is_plain(run, shown, code):
    assert shown(code) == repr(eval(code.partition("; ")[0].removeprefix("L = ")))


def test_comparisons_are_noted_with_the_cell_that_made_them(run):
    trace = run("from treadle.checks import equal\nequal(1, 1, against='one')")
    (noted,) = trace.notes["comparisons"]
    assert (noted["against"], noted["cases"], noted["tolerance"]) == ("one", 1, 0.0)
    assert run("1").notes == {}


def test_comparisons_of_a_loop_are_one(run):
    code = "from treadle.checks import equal\nfor n in range(3): equal(n, n, against='n')"
    (noted,) = run(code).notes["comparisons"]
    assert noted["cases"] == 3


def test_a_failed_cell_keeps_what_it_had_compared(run):
    trace = run("from treadle.checks import equal\nequal(1, 1, against='one')\n1 / 0")
    assert trace.failure.message == "ZeroDivisionError: division by zero"
    assert len(trace.notes["comparisons"]) == 1
    assert "treadle" not in trace.failure.traceback


BY_HAND = """import sys, treadle.checks

sys.audit('treadle.check', 'eq:a', 'a table', {})"""


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        ("1, 1e-9, float('inf')", "ValueError"),
        ("1, 1e-9, float('nan')", "ValueError"),
        ("1, float('inf'), 0.0", "ValueError"),
        ("1, -1.0, 0.0", "ValueError"),
        ("-1, 0.0, 0.0", "ValueError"),
        ("float('inf'), 0.0, 0.0", "TypeError"),
        ("'many', 0.0, 0.0", "TypeError"),
        ("1, 0.0, 'none'", "TypeError"),
        ("1, 0.0, None", "TypeError"),
        ("1, 0.0", "TypeError"),
    ],
)
def test_a_record_that_the_ledger_can_not_show_is_an_error_where_it_is_announced(
    run, numbers, kind
):
    trace = run(BY_HAND.format(numbers))
    assert trace.failure is not None
    assert trace.failure.message.startswith(f"{kind}: `treadle.check` is announced with a label")
    assert "a table" in trace.failure.message
    assert [frame.line for frame in trace.failure.frames] == [trace.failure.line] == [12]
    assert "comparisons" not in trace.notes


def test_a_record_announced_by_hand_is_noted(run):
    (noted,) = run(BY_HAND.format("2, None, 0")).notes["comparisons"]
    assert (noted["of"], noted["cases"], noted["tolerance"]) == ("eq:a", 2, None)


def test_the_look_is_one_of_the_facts() -> None:
    assert LOOK == "the look of figures"  # `treadle why` says that it changed
