"""Which values are tables: frames, lists of records, and what shows itself as a table of HTML."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from treadle.press.plugin.column_texts import field_texts, is_numeric, is_plain
from treadle.press.plugin.library_classes import ANYTHING, attribute, is_a, is_instance
from treadle.press.plugin.part_shown import whole
from treadle.press.plugin.tables import Table

# Ways in which an object may show itself besides HTML
OTHERS = ("_repr_latex_", "_repr_mimebundle_", "_repr_svg_", "_repr_png_", "_repr_jpeg_")


def table_of(value: object) -> Table | None:
    """The table that `value` is; None for anything else.

    A library that the author's code has not imported made none of its values.
    """
    return (
        _of_pandas(value)
        or _of_columns(value)
        or (_of_records(value) if is_records(value) else _of_html(value))  # type: ignore[arg-type]
    )


def _of_pandas(value: Any) -> Table | None:  # noqa: ANN401
    if is_a(value, "pandas", "Series", "DataFrame"):
        from treadle.press.plugin.frame_tables import frame_table, series_table

        pandas = sys.modules["pandas"]
        if is_a(value, "pandas", "Series"):
            return series_table(value, pandas)
        return frame_table(value, pandas) if len(value.columns) else None
    if is_a(value, "pandas.io.formats.style", "Styler"):
        from treadle.press.plugin.styled_tables import styled_table

        return styled_table(value, sys.modules["pandas"])
    return None


def _of_columns(value: Any) -> Table | None:  # noqa: ANN401
    """Of polars, of pyarrow, or of either in narwhals' cover."""
    if is_a(value, "narwhals", "DataFrame", "Series"):
        return table_of(value.to_native())
    if is_a(value, "polars", "DataFrame", "Series"):
        from treadle.press.plugin.column_tables import polars_table

        return polars_table(value, sys.modules["polars"])
    if is_a(value, "pyarrow", "Table", "RecordBatch"):
        from treadle.press.plugin.column_tables import arrow_table

        return arrow_table(value)
    return None


def _of_html(value: Any) -> Table | None:  # noqa: ANN401
    """Of what a notebook shows as a table of HTML, and in no other way."""
    shows_otherwise = any(attribute(value, name) is not None for name in OTHERS)
    if attribute(type(value), "_repr_html_") is None or shows_otherwise:
        return None
    html: object = None
    with suppress(*ANYTHING):  # as in a notebook, it is then shown as something else
        html = value._repr_html_()
    if not isinstance(html, str) or "<table" not in html:
        return None
    from treadle.press.plugin.html_tables import table_of_html  # 4 ms, for few values

    return table_of_html(html)


def is_records(value: Any) -> bool:  # noqa: ANN401
    """Whether it is a list of dictionaries from names to plain values."""
    return (
        is_instance(value, list)
        and len(value) > 0
        and all(is_instance(record, dict) and record for record in value)
        and all(is_instance(name, str) for record in value for name in record)
        and all(is_plain(field) for record in value for field in record.values())
    )


def _of_records(records: Sequence[Mapping[str, object]]) -> Table:
    names = tuple(dict.fromkeys(name for record in records for name in record))
    columns = [[record.get(name) for record in records] for name in names]
    texts = [*map(field_texts, columns)]
    align = tuple("r" if is_numeric(column) else "l" for column in columns)
    counts = whole(len(records)).row_numbers(texts[0], align[0])
    return Table(names, tuple(zip(*texts, strict=True)), align, numbers=counts)
