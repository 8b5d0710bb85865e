"""The cells of a table as text: numbers of a column with equally many decimals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, time
from numbers import Integral, Real
from typing import Any

_DIGITS = 4  # significant digits of the largest number of a column

Format = str | int | Callable[[Any], str]


def is_plain(value: object) -> bool:
    """Whether a value fits into a cell: a text, a number, a truth value, nothing."""
    return value is None or isinstance(value, str | Real) or _scalar(value) is not value


def is_numeric(column: Sequence[object]) -> bool:
    """Whether a column holds numbers and gaps only."""
    values = [_scalar(value) for value in column]
    present = [value for value in values if not is_missing(value)]
    return bool(present) and all(
        isinstance(value, Real) and not isinstance(value, bool) for value in present
    )


def is_missing(value: object) -> bool:
    """None, NaN, pandas' NA and NaT: shown as an empty cell."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def format_column(column: Sequence[object], form: Format | None = None) -> list[str]:
    """The texts of a column's cells; `form` says how floats are written (`"{:.2f}"`, `"%.2f"`,
    a number of decimals, a function)."""
    values = [_scalar(value) for value in _days(column)]
    write = _writer(form) if form is not None else _common_writer(values)
    return [_cell(value, write) for value in values]


def _cell(value: object, write: Callable[[float], str]) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, Real) and not isinstance(value, Integral):
        return write(float(value))
    return str(value)


def _days(column: Sequence[object]) -> Sequence[object]:
    """A column of moments that are all midnight as the days they begin."""
    if any(_moment(value) and not _is_midnight(value) for value in column):
        return column
    return [str(value)[:10] if _moment(value) else value for value in column]


def _moment(value: object) -> bool:
    return isinstance(value, datetime) and not is_missing(value)


def _is_midnight(value: Any) -> bool:  # noqa: ANN401
    return value.time() == time() and value.tzinfo is None


def _scalar(value: Any) -> object:  # noqa: ANN401
    """The Python number in a NumPy or torch scalar."""
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", 1) == 0 else value


def _writer(form: Format) -> Callable[[float], str]:
    if callable(form):
        return form
    if isinstance(form, int):
        return lambda value: f"{value:.{form}f}"
    return form.format if "{" in form else lambda value: form % value


def _common_writer(values: Sequence[object]) -> Callable[[float], str]:
    """Fixed point with as many decimals as the column needs; else four significant digits."""
    sizes = [
        abs(float(value))
        for value in values
        if isinstance(value, Real)
        and not isinstance(value, Integral)
        and math.isfinite(value)
        and value != 0
    ]
    if not sizes:
        return lambda value: f"{value:.1f}"
    decimals = min(max(_DIGITS - 1 - math.floor(math.log10(max(sizes))), 1), 8)
    if max(sizes) >= 1e7 or min(sizes) < 0.5 * 10**-decimals:
        return lambda value: f"{value:.{_DIGITS}g}"
    while decimals > 1 and all(f"{size:.{decimals}f}".endswith("0") for size in sizes):
        decimals -= 1
    return lambda value: f"{value:.{decimals}f}"
