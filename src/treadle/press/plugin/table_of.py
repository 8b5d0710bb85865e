"""Which values are tables: frames, lists of records, and what shows itself as a table of HTML."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from treadle.press.plugin.column_tables import arrow_table, polars_table
from treadle.press.plugin.column_texts import field_texts, is_numeric, is_plain
from treadle.press.plugin.frame_tables import frame_table, series_table
from treadle.press.plugin.html_tables import table_of_html
from treadle.press.plugin.styled_tables import styled_table
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


def _of_pandas(value: object) -> Table | None:
    pandas = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "Series"):  # it is being imported
        return None
    if isinstance(value, pandas.Series):
        return series_table(value, pandas)
    if isinstance(value, pandas.DataFrame):
        return frame_table(value, pandas) if len(value.columns) else None
    own_latex = is_styler(value) and pandas.get_option("styler.render.repr") == "latex"
    return styled_table(value, pandas) if is_styler(value) and not own_latex else None


def _of_columns(value: Any) -> Table | None:  # noqa: ANN401
    """Of polars, of pyarrow, or of either in narwhals' cover."""
    polars, arrow, cover = map(sys.modules.get, ("polars", "pyarrow", "narwhals"))
    if cover is not None and isinstance(value, (cover.DataFrame, cover.Series)):
        return table_of(value.to_native())
    if polars is not None and isinstance(value, (polars.DataFrame, polars.Series)):
        return polars_table(value, polars)
    if arrow is not None and isinstance(value, (arrow.Table, arrow.RecordBatch)):
        return arrow_table(value)
    return None


def _of_html(value: Any) -> Table | None:  # noqa: ANN401
    """Of what a notebook shows as a table of HTML, and in no other way."""
    if not hasattr(type(value), "_repr_html_") or any(map(partial(hasattr, value), OTHERS)):
        return None
    html: object = None
    with suppress(Exception):  # as in a notebook, it is then shown as something else
        html = value._repr_html_()
    return table_of_html(html) if isinstance(html, str) and "<table" in html else None


def is_styler(value: object) -> bool:
    """Whether it is a pandas Styler, whose module is loaded where there is one."""
    module = sys.modules.get("pandas.io.formats.style")
    return module is not None and isinstance(value, module.Styler)


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
