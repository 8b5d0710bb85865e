"""Tables from a pandas DataFrame or Series, or from a list of records."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from treadle.execution.result import Table
from treadle.execution.worker import cells

_ELLIPSIS = "⋮"


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
        and all(cells.is_plain(cell) for record in value for cell in record.values())
    )


def _of_records(records: Sequence[Mapping[str, object]]) -> Table:
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [[record.get(name) for record in records] for name in names]
    return _table(names, [cells.format_column(column) for column in columns], columns)


def _of_frame(frame: Any, pandas: Any) -> Table:  # noqa: ANN401
    header, index = _index_columns(frame, pandas)
    shown, cut = _head_and_tail(frame, pandas)
    columns = [shown.index.get_level_values(level).tolist() for level in index]
    for position, label in enumerate(frame.columns):
        header.append(_label(label))
        columns.append(shown.iloc[:, position].tolist())
    formats = _formats(frame, pandas, len(header) - len(frame.columns))
    texts = [
        cells.format_column(column, form) for column, form in zip(columns, formats, strict=True)
    ]
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


def _index_columns(frame: Any, pandas: Any) -> tuple[list[str], list[int]]:  # noqa: ANN401
    """Names and levels of the index, none if it only counts the rows."""
    index = frame.index
    if index.nlevels == 1 and index.name is None and index.equals(pandas.RangeIndex(len(index))):
        return [], []
    names = ["" if name is None else str(name) for name in index.names]
    return names, list(range(index.nlevels))


def _formats(frame: Any, pandas: Any, index_columns: int) -> list[Any]:  # noqa: ANN401
    """How floats are written: `df.attrs["formats"][column]`, `df.attrs["float_format"]`,
    pandas' `display.float_format`, or None for as many digits as the column needs."""
    default = frame.attrs.get("float_format") or pandas.get_option("display.float_format")
    own = frame.attrs.get("formats", {})
    return [None] * index_columns + [own.get(label, default) for label in frame.columns]


def _label(label: object) -> str:
    """A column's label; the levels of a MultiIndex in one line."""
    if isinstance(label, tuple):
        return " ".join(str(part) for part in label if str(part))
    return str(label)


def _table(
    header: Sequence[str], texts: Sequence[Sequence[str]], columns: Sequence[Sequence[object]]
) -> Table:
    align = tuple("r" if cells.is_numeric(column) else "l" for column in columns)
    return Table(tuple(header), tuple(zip(*texts, strict=True)), align)
