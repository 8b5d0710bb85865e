"""Tables from a pandas DataFrame or Series, or from a list of records."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from numbers import Integral, Real
from typing import Any

from msgspec import Struct

TABLE = "application/vnd.treadle.table+json"


class Table(Struct, frozen=True):
    """A DataFrame or a list of records: its fields as text, one alignment a column."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...]  # "l" or "r"


_DIGITS = 4  # significant digits of the largest number of a column

_ELLIPSIS = "⋮"

ValueFormat = str | int | Callable[[Any], str]


def is_plain(value: object) -> bool:
    """Whether a value fits into a field: a text, a number, a truth value, nothing."""
    return value is None or isinstance(value, str | Real) or _scalar(value) is not value


def is_numeric(column: Sequence[object]) -> bool:
    values = [_scalar(value) for value in column]
    present = [value for value in values if not is_missing(value)]
    return bool(present) and all(
        isinstance(value, Real) and not isinstance(value, bool) for value in present
    )


def is_missing(value: object) -> bool:
    """None, NaN, pandas' NA and NaT: shown as an empty field."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def format_column(column: Sequence[object], form: ValueFormat | None = None) -> list[str]:
    """The texts of a column's fields; `form` says how floats are written (`"{:.2f}"`, `"%.2f"`,
    a number of decimals, a function)."""
    values = [_scalar(value) for value in _days(column)]
    write = _writer(form) if form is not None else _common_writer(values)
    return [_field(value, write) for value in values]


def _field(value: object, write: Callable[[float], str]) -> str:
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


def _writer(form: ValueFormat) -> Callable[[float], str]:
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


def table_of(value: object) -> Table | None:
    """The table that `value` is; None for anything else."""
    pandas = sys.modules.get("pandas")  # imported by the user's code or not at all
    if pandas is not None and hasattr(pandas, "Series"):
        if isinstance(value, pandas.Series):
            return _of_frame(value.to_frame(value.name if value.name is not None else ""), pandas)
        if isinstance(value, pandas.DataFrame):
            table = _of_frame(value, pandas)
            return table if table.header else None
    return _of_records(value) if is_records(value) else None  # type: ignore[arg-type]


def is_records(value: object) -> bool:
    """Whether it is a list of dictionaries from names to plain values."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(record, dict) and record for record in value)
        and all(isinstance(name, str) for record in value for name in record)
        and all(is_plain(field) for record in value for field in record.values())
    )


def _of_records(records: Sequence[Mapping[str, object]]) -> Table:
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [[record.get(name) for record in records] for name in names]
    return _table(names, [format_column(column) for column in columns], columns)


def _of_frame(frame: Any, pandas: Any) -> Table:  # noqa: ANN401
    index = _index_names(frame, pandas)
    header = [*index, *map(_label, frame.columns)]
    shown, cut = _head_and_tail(frame, pandas)
    columns = [shown.index.get_level_values(level).tolist() for level in range(len(index))]
    columns += [shown.iloc[:, position].tolist() for position in range(len(frame.columns))]
    formats = [None] * len(index) + _formats(frame, pandas)
    texts = [format_column(column, form) for column, form in zip(columns, formats, strict=True)]
    if cut:
        for column in texts:
            column.insert(cut, _ELLIPSIS)
    return _table(header, texts, columns)


def _head_and_tail(frame: Any, pandas: Any) -> tuple[Any, int]:  # noqa: ANN401
    """The rows that pandas itself would show, and after how many of them it leaves some out."""
    most = pandas.get_option("display.max_rows")
    if not most or len(frame) <= most:
        return frame, 0
    half = max(1, (pandas.get_option("display.min_rows") or most) // 2)
    return pandas.concat([frame.head(half), frame.tail(half)]), half


def _index_names(frame: Any, pandas: Any) -> list[str]:  # noqa: ANN401
    """The names of the index's levels; none if it only counts the rows."""
    index = frame.index
    if index.nlevels == 1 and index.name is None and index.equals(pandas.RangeIndex(len(index))):
        return []
    return ["" if name is None else str(name) for name in index.names]


def _formats(frame: Any, pandas: Any) -> list[Any]:  # noqa: ANN401
    """How floats are written: `df.attrs["formats"][column]`, `df.attrs["float_format"]`,
    pandas' `display.float_format`, or None for as many digits as the column needs."""
    default = frame.attrs.get("float_format") or pandas.get_option("display.float_format")
    own = frame.attrs.get("formats", {})
    return [own.get(label, default) for label in frame.columns]


def _label(label: object) -> str:
    """A column's label; the levels of a MultiIndex in one line."""
    if isinstance(label, tuple):
        return " ".join(str(part) for part in label if str(part))
    return str(label)


def _table(
    header: Sequence[str], texts: Sequence[Sequence[str]], columns: Sequence[Sequence[object]]
) -> Table:
    align = tuple("r" if is_numeric(column) else "l" for column in columns)
    return Table(tuple(header), tuple(zip(*texts, strict=True)), align)
