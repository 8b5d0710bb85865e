"""Which values are tables: those of pandas, and lists of records."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from treadle.press.plugin.column_texts import field_texts, is_numeric, is_plain
from treadle.press.plugin.frame_tables import frame_table, series_table
from treadle.press.plugin.tables import Table


def table_of(value: object) -> Table | None:
    """The table that `value` is; None for anything else.

    A library that the author's code has not imported made none of its values.
    """
    pandas = sys.modules.get("pandas")
    if pandas is not None and hasattr(pandas, "Series"):
        if isinstance(value, pandas.Series):
            return series_table(value, pandas)
        if isinstance(value, pandas.DataFrame):
            return frame_table(value, pandas) if len(value.columns) else None
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
    names = tuple(dict.fromkeys(name for record in records for name in record))
    columns = [[record.get(name) for record in records] for name in names]
    texts = map(field_texts, columns)
    align = tuple("r" if is_numeric(column) else "l" for column in columns)
    return Table(names, tuple(zip(*texts, strict=True)), align)
