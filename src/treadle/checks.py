"""Comparisons for chunks with `checks=`, and for tests: each holds, or raises an AssertionError.

Plain Python: it needs nothing of the rest of Treadle, and no build. In a build, what was compared
stands in the document's ledger: for that each comparison is announced by `sys.audit`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

# Label, what it was compared with, cases, tolerance (None: a bound), largest deviation.
EVENT = "treadle.check"


def agree(ours: Any, reference: Any, *, against: str, tolerance: float, of: str = "") -> None:
    """Numbers that agree: their largest deviation is at most `tolerance`.

    Takes numbers, arrays and tensors of one shape. `of` is the label, where the chunk checks
    several; `against` says in words what `reference` is. Integers that have to be the same are
    for `equal`.
    """
    if not 0 < tolerance < float("inf"):
        raise ValueError(f"a tolerance is a number above 0, not {tolerance!r}")
    found = deviation(ours, reference)
    _require(found == found, f"{_about(of)}{_not_numbers(ours, reference, against)}")
    _require(
        found <= tolerance,
        f"{_about(of)}a deviation of {found:.2g} from {against}, {tolerance:g} is allowed",
    )
    sys.audit(EVENT, of, against, _array(ours).size, tolerance, found)


def deviation(ours: Any, reference: Any) -> float:
    """The largest |ours - reference| / max(1, |reference|) of numbers, arrays or tensors of one
    shape: relative to the reference, and absolute where that is below one."""
    import numpy as np

    left, right = _array(ours), _array(reference)
    _require(left.shape == right.shape, f"shapes {left.shape} and {right.shape} differ")
    _require(left.size, "there is nothing to compare")
    with np.errstate(invalid="ignore"):  # infinite on both sides: NaN, which agrees with nothing
        return float(np.max(np.abs(left - right) / np.maximum(1, np.abs(right))))


def at_most(lower: Any, upper: Any, *, against: str, of: str = "") -> None:
    """Numbers of which none exceeds the one it is compared with; of one shape, or one bound."""
    import numpy as np

    left, right = _array(lower), _array(upper)
    _require(left.size, f"{_about(of)}there is nothing to compare")
    same = right.ndim == 0 or left.shape == right.shape
    _require(same, f"{_about(of)}shapes {left.shape} and {right.shape} differ")
    numbers = not np.isnan(left).any() and not np.isnan(right).any()
    _require(numbers, f"{_about(of)}{_not_numbers(lower, upper, against)}")
    over = left > right
    most = np.max(left[over] - np.broadcast_to(right, left.shape)[over], initial=0)
    _require(not over.any(), f"{_about(of)}exceeds {against} by {most:.2g}")
    sys.audit(EVENT, of, against, left.size, None, 0.0)


def equal(ours: Any, reference: Any, *, against: str, of: str = "") -> None:
    """Counts, shapes or names that are the same; lists and arrays are compared item by item."""
    if isinstance(ours, list) != isinstance(reference, list):  # a list and a tuple of the same
        ours, reference = (list(x) if isinstance(x, tuple) else x for x in (ours, reference))
    left, right = _items(ours), _items(reference)
    _require(left, f"{_about(of)}there is nothing to compare")
    _require(len(left) == len(right), f"{_about(of)}{len(left)} items, {len(right)} of {against}")
    for mine, other in zip(left, right, strict=True):
        _require(mine == other, f"{_about(of)}{mine!r}, not {other!r} ({against})")
    sys.audit(EVENT, of, against, len(left), 0.0, 0.0)


def identical(left: Any, right: Any, *, against: str = "SymPy", of: str = "") -> None:
    """Two SymPy expressions, or matrices, that are the same for all values of their symbols."""
    import sympy as sp
    from sympy.core.relational import Relational

    if isinstance(left, Relational) or isinstance(right, Relational):
        raise TypeError("an equation is two expressions here: identical(its left, its right side)")
    rest = sp.sympify(left) - sp.sympify(right)
    parts = list(rest) if isinstance(rest, sp.MatrixBase) else [rest]
    for part in parts:
        left_over = sp.simplify(sp.expand(sp.expand_log(part)))
        _require(left_over == 0, f"{_about(of)}the two sides differ by {left_over}")
    sys.audit(EVENT, of, against, len(parts), 0.0, 0.0)


def parameter_count(model: Any) -> int:
    """The number of trainable parameters of a PyTorch model; a shared one counts once."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def layer_shapes(model: Any, *inputs: Any) -> list[tuple[str, tuple[int, ...]]]:
    """The class and the output's shape, without the batch, of each layer without layers of its
    own, in the order in which PyTorch calls them (forward hooks)."""
    found: list[tuple[str, tuple[int, ...]]] = []

    def note(layer: Any, _: Sequence[Any], output: Any) -> None:
        first = output[0] if isinstance(output, tuple) else output
        found.append((type(layer).__name__, tuple(first.shape[1:])))

    leaves = [layer for layer in model.modules() if not any(layer.children())]
    handles = [layer.register_forward_hook(note) for layer in leaves]
    try:
        model(*inputs)
    finally:
        for handle in handles:
            handle.remove()
    return found


def _array(numbers: Any) -> Any:
    """As an array of double precision."""
    import numpy as np

    if hasattr(numbers, "detach"):
        numbers = numbers.detach().cpu().numpy()
    array = np.asarray(numbers)
    if array.dtype.kind == "c":
        raise TypeError("complex numbers: compare their real and imaginary parts")
    return array.astype(float)


def _not_numbers(ours: Any, reference: Any, against: str) -> str:
    import numpy as np

    for side, where in ((ours, "among ours"), (reference, f"in {against}")):
        if np.isnan(_array(side)).any():
            return f"NaN {where}"
    return f"the same place is infinite among ours and in {against}"


def _items(things: Any) -> list[Any]:
    if hasattr(things, "tolist"):
        things = things.tolist()
    return things if isinstance(things, list) else [things]


def _require(holds: object, otherwise: str) -> None:
    """An `assert` that `python -O` does not leave out."""
    if not holds:
        raise AssertionError(otherwise)


def _about(label: str) -> str:
    return f"{label}: " if label else ""
