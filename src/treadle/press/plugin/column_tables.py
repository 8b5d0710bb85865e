"""Tables of frames that have named columns and no labels of rows: polars' and pyarrow's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from treadle.press.plugin.column_digits import of_few_bits
from treadle.press.plugin.column_texts import field_texts, float_texts, is_numeric
from treadle.press.plugin.part_shown import BELOW, BESIDE, Part, ends, whole
from treadle.press.plugin.tables import Loss, Table

MOST, FEW = 60, 10  # rows: of more, so few are shown, as of a frame of pandas
SIZES = {"Float32": 4, "float": 4, "Float16": 2, "halffloat": 2}  # bytes, by the kind's name


def polars_table(frame: Any, polars: Any) -> Table | None:  # noqa: ANN401
    """`frame` may be a Series; what `polars.Config` was told of rows and decimals is heeded."""
    columns = [frame] if isinstance(frame, polars.Series) else frame.get_columns()
    told = polars.Config.state()
    most, most_beside = told.get("POLARS_FMT_MAX_ROWS"), told.get("POLARS_FMT_MAX_COLS")
    rows = _few(len(frame)) if most is None else _asked(len(frame), int(most))
    beside = whole(len(columns)) if most_beside is None else _asked(len(columns), int(most_beside))
    fields = [
        (column.name, _meant(_part(column, rows, "to_list"), str(column.dtype)))
        for column in (columns[number] for number in beside.numbers)
    ]
    losses = _losses(rows, "`.head()` has the first ones, `pl.Config.set_tbl_rows(-1)` all")
    table = _table(fields, rows, beside, told.get("set_float_precision"))
    return table and replace(table, losses=() if most else tuple(losses))


def arrow_table(value: Any) -> Table | None:  # noqa: ANN401
    """Of a pyarrow Table or RecordBatch."""
    rows = _few(value.num_rows)
    fields = [
        (name, _meant(_part(column, rows, "to_pylist"), str(column.type)))
        for name, column in zip(value.schema.names, value.columns, strict=True)
    ]
    losses = _losses(rows, "`.slice()` has those you choose, `.to_pandas()` heeds pandas' options")
    table = _table(fields, rows, whole(len(fields)), None)
    return table and replace(table, losses=tuple(losses))


def _few(count: int) -> Part:
    return ends(count, FEW) if count > MOST else whole(count)


def _asked(count: int, most: int) -> Part:
    return whole(count) if most < 0 else ends(count, most)


def _losses(rows: Part, hint: str) -> Iterator[Loss]:
    if rows.is_cut:
        shown = rows.first + rows.last
        yield Loss(f"{shown} of the table's {rows.whole} rows are shown", hint)


def _part(column: Any, rows: Part, listed: str) -> list[object]:  # noqa: ANN401
    """A column's values in the rows shown."""
    ends = (column.slice(0, rows.first), column.slice(rows.whole - rows.last, rows.last))
    return [value for end in ends for value in getattr(end, listed)()]


def _meant(values: list[object], kind: str) -> list[object]:
    size = SIZES.get(kind, 8)
    if size == 8:
        return values
    return [of_few_bits(value, size) if isinstance(value, float) else value for value in values]


def _table(
    fields: Sequence[tuple[str, list[object]]], rows: Part, beside: Part, decimals: int | None
) -> Table | None:
    if not fields:
        return None
    texts = [rows.marked(_texts(values, decimals), BELOW) for _, values in fields]
    align = ["r" if is_numeric(values) else "l" for _, values in fields]
    if beside.is_cut:
        texts.insert(beside.first, [BESIDE] * len(texts[0]))
    below = f"[{rows.whole} rows x {beside.whole} columns]"
    return Table(
        tuple(beside.marked([name for name, _ in fields], BESIDE)),
        tuple(zip(*texts, strict=True)),
        tuple(beside.marked(align, "c")),
        below=below if rows.is_cut or beside.is_cut else "",
        numbers=rows.row_numbers(texts[0], align[0]),
    )


def _texts(values: Sequence[object], decimals: int | None) -> list[str]:
    """A NaN is a number there, and nothing that is missing; what is missing is called null."""
    texts = field_texts(values) if decimals is None else float_texts(values, decimals)
    if any(value is None and text for value, text in zip(values, texts, strict=True)):
        texts = [
            "null" if value is None else text for value, text in zip(values, texts, strict=True)
        ]
    pairs = zip(values, texts, strict=True)
    return ["NaN" if isinstance(value, float) and value != value else text for value, text in pairs]
