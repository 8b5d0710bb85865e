"""The comparisons that chunks and tests may use: what holds, what does not, what is announced."""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
import torch
from torch import nn

from treadle import checks

Heard = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def heard() -> Heard:
    found: Heard = []

    def hear(name: str, arguments: tuple[object, ...]) -> None:
        if name == checks.EVENT:
            found.append(arguments)

    sys.addaudithook(hear)
    return found


def test_numbers_that_agree(heard: Heard) -> None:
    heard.clear()
    ours = torch.tensor([1.0, 100.0], dtype=torch.float64)
    reference = np.array([1.0, 101.0])
    worst = checks.deviation(ours, reference)
    assert worst == pytest.approx(1 / 101)
    checks.agree(ours, reference, against="by hand", tolerance=0.01, of="eq:a")
    assert heard == [("eq:a", "by hand", 2, 0.01, worst)]


@pytest.mark.parametrize(
    "compare",
    [
        lambda: checks.agree(1.1, 1.0, against="x", tolerance=0.01),
        lambda: checks.agree(float("nan"), 1.0, against="x", tolerance=1e9),
        lambda: checks.agree([1.0, 2.0], 1.0, against="x", tolerance=1e9),
        lambda: checks.agree([], [], against="x", tolerance=1),
        lambda: checks.at_most([1, 3], [2, 2], against="x"),
        lambda: checks.at_most([float("nan")], [2.0], against="x"),
        lambda: checks.equal([1, 2], [1, 3], against="x"),
        lambda: checks.equal([], [], against="x"),
        lambda: checks.equal(np.array([1, 2]), np.array([1, 3]), against="x"),
        lambda: checks.identical(sp.Matrix([1, 2]), sp.Matrix([1, 3])),
        lambda: checks.identical(2, 3),
        lambda: checks.equal([1, 2], [1], against="x"),
        lambda: checks.equal((1, 2), (1, 2, 3), against="x"),
        lambda: checks.identical(sp.Symbol("x") ** 2, sp.Symbol("x")),
    ],
)
def test_what_does_not_hold_is_an_error_and_is_not_announced(
    heard: Heard, compare: Callable[[], object]
) -> None:
    heard.clear()
    with pytest.raises(AssertionError):
        compare()
    assert not heard


@pytest.mark.parametrize("tolerance", [0, -1, float("inf"), float("nan")])
def test_a_tolerance_is_a_number_above_zero(tolerance: float) -> None:
    with pytest.raises(ValueError, match="a tolerance is"):
        checks.agree(1.0, 1.0, against="x", tolerance=tolerance)


def test_complex_numbers_are_not_cut() -> None:
    with pytest.raises(TypeError, match="complex"):
        checks.agree(1 + 2j, 1 + 5j, against="x", tolerance=0.1)


def test_a_tuple_is_a_list_of_the_same() -> None:
    checks.equal([3, 2], torch.zeros(3, 2).shape, against="the shape")
    checks.equal((1, 2), [1, 2], against="a list")
    with pytest.raises(AssertionError, match="3, not 2"):
        checks.equal([3], (2,), against="the shape")


def test_what_is_no_number_is_named() -> None:
    nan, inf = float("nan"), float("inf")
    with pytest.raises(AssertionError, match="NaN among ours"):
        checks.agree([nan], [1.0], against="x", tolerance=1)
    with pytest.raises(AssertionError, match="NaN in the model"):
        checks.at_most([1.0], [nan], against="the model")
    with pytest.raises(AssertionError, match="infinite among ours and in x"):
        checks.agree([inf], [inf], against="x", tolerance=1)


@pytest.mark.parametrize("upper", [np.ones((1, 3)), np.ones(4), []])
def test_a_bound_has_one_shape_or_is_one_number(upper: object) -> None:
    with pytest.raises(AssertionError, match=r"shapes \(3, 1\) and .* differ"):
        checks.at_most(np.zeros((3, 1)), upper, against="x")


def test_an_equation_s_two_sides_are_two_arguments() -> None:
    x = sp.Symbol("x")
    with pytest.raises(TypeError, match="two expressions"):
        checks.identical(sp.Eq(x, x**2), sp.Eq(x, x**2))


def test_an_error_names_the_label_and_the_size() -> None:
    with pytest.raises(AssertionError, match=r"eq:a: a deviation of 0\.5 from NumPy, 0\.01"):
        checks.agree(1.5, 1.0, against="NumPy", tolerance=0.01, of="eq:a")


def test_what_is_the_same_holds(heard: Heard) -> None:
    heard.clear()
    x = sp.Symbol("x", positive=True)
    checks.identical(sp.log(x**2), 2 * sp.log(x))
    checks.identical(sp.Matrix([x, x]) + sp.Matrix([x, x]), 2 * sp.Matrix([x, x]))
    checks.equal([(1, 2), (3,)], [(1, 2), (3,)], against="the trace")
    checks.at_most([1, 2], [2, 2], against="the bound")
    checks.at_most([1, 2], float("inf"), against="another")
    assert [item[1:] for item in heard] == [
        ("SymPy", 1, 0, 0),
        ("SymPy", 2, 0, 0),
        ("the trace", 2, 0, 0),
        ("the bound", 2, None, 0),
        ("another", 2, None, 0),
    ]


def test_a_model_s_shapes_and_parameters() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    shapes = checks.layer_shapes(model, torch.zeros(5, 3))
    assert shapes == [("Linear", (4,)), ("ReLU", (4,)), ("Linear", (2,))]
    assert checks.parameter_count(model) == 3 * 4 + 4 + 4 * 2 + 2
    assert not model[0]._forward_hooks
