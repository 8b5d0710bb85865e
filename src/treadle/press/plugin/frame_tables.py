"""Tables from pandas: as it prints them, with its options, its levels and its formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec.structs import replace

from treadle.press.plugin.column_digits import DECIMALS, of_few_bits
from treadle.press.plugin.column_texts import field_texts, float_texts, is_numeric, label_texts
from treadle.press.plugin.levels import Side, apart, group_starts, head, printed_once, spanning
from treadle.press.plugin.part_shown import BELOW, BESIDE, Part, ends, whole
from treadle.press.plugin.tables import Loss, Table

# pandas' own `display.max_rows` and `max_colwidth`: who has set others knows what they leave out
_ROWS, _WIDTH = 60, 50


def series_table(series: Any, pandas: Any) -> Table:  # noqa: ANN401
    frame = series.to_frame("" if series.name is None else series.name)
    table = frame_table(frame, pandas)
    return replace(table, below=f"[{len(series)} rows]") if table.below else table


def frame_table(frame: Any, pandas: Any) -> Table:  # noqa: ANN401
    """The table of a frame that has columns. What pandas would leave out is left out, and told."""
    rows, beside = _rows(frame, pandas), _columns(frame, pandas)
    is_cut = rows.is_cut or beside.is_cut
    shown = frame.iloc[rows.numbers, beside.numbers] if is_cut else frame
    formats = _formats(frame)
    counts = _only_counts(frame, pandas)
    index = Side((), ()) if counts else _side(shown.index, rows, BELOW, formats)
    columns = _side(shown.columns, beside, BESIDE, {})
    sparse = pandas.get_option("display.multi_sparse")
    labels = printed_once(index.levels) if sparse else index.levels
    fields = _fields(shown, formats, frame.attrs.get("float_format"), pandas)
    texts = [*labels, *(rows.marked(column, BELOW) for column, _ in fields)]
    align = [*_label_aligns(shown.index, len(labels)), *(side for _, side in fields)]
    if beside.is_cut:
        at = len(labels) + beside.first
        texts.insert(at, [BESIDE] * len(texts[0]))
        align.insert(at, "c")
    above, header = head(
        index, columns, spanning(columns.levels) if sparse else apart(columns.levels), align
    )
    return Table(
        header,
        tuple(zip(*texts, strict=True)),
        tuple(align),
        above,
        max(len(labels), 1),
        group_starts(index.levels) if sparse else (),
        _dimensions(rows, beside, pandas),
        losses=tuple(_losses(rows, pandas)),
        numbers=rows.row_numbers(*fields[0]) if counts else (),
    )


def _rows(frame: Any, pandas: Any) -> Part:  # noqa: ANN401
    """The rows that pandas itself would show: few of a frame that is long."""
    most = pandas.get_option("display.max_rows")
    if not most or len(frame) <= most:
        return whole(len(frame))
    return ends(len(frame), min(pandas.get_option("display.min_rows") or most, most))


def _columns(frame: Any, pandas: Any) -> Part:  # noqa: ANN401
    """All columns, if the author does not ask for fewer: what pandas leaves out by itself depends
    on the width of a terminal."""
    most = pandas.get_option("display.max_columns")
    if not most or ("[default: 20]" in _described("display.max_columns", pandas) and most == 20):
        return whole(len(frame.columns))
    return ends(len(frame.columns), most)


def _formats(frame: Any) -> Mapping[Any, Any]:  # noqa: ANN401
    """How values are written, by columns and by names of the index. Raises TypeError."""
    own = frame.attrs.get("formats", {})
    if not isinstance(own, Mapping):
        raise TypeError(f"df.attrs['formats'] has a format for each column, which {own!r} has not")
    return own


def _side(index: Any, part: Part, mark: str, formats: Mapping[Any, Any]) -> Side:  # noqa: ANN401
    texts = (
        label_texts(labels, formats.get(name))
        for labels, name in zip(_levels(index), index.names, strict=True)
    )
    names = tuple("" if name is None else str(name) for name in index.names)
    return Side(names, tuple(tuple(part.marked(level, mark)) for level in texts))


def _only_counts(frame: Any, pandas: Any) -> bool:  # noqa: ANN401
    """Whether the index just counts the rows, and nothing else needs its place: names of columns
    stand above it."""
    index = frame.index
    is_plain = index.nlevels == 1 and index.name is None and not any(_named(frame.columns))
    return is_plain and bool(index.equals(pandas.RangeIndex(len(index))))


def _named(index: Any) -> Iterator[bool]:  # noqa: ANN401
    return (name is not None and str(name) != "" for name in index.names)


def _label_aligns(index: Any, count: int) -> Iterator[str]:  # noqa: ANN401
    return ("r" if is_numeric(level) else "l" for level in islice(_levels(index), count))


def _levels(index: Any) -> Iterator[list[Any]]:  # noqa: ANN401
    """The labels of each level. pandas takes a number for the name of a level, if one has it."""
    unnamed = index.set_names([None] * index.nlevels)
    return (unnamed.get_level_values(level).tolist() for level in range(index.nlevels))


def _fields(
    shown: Any,  # noqa: ANN401
    formats: Mapping[Any, Any],
    float_format: Any,  # noqa: ANN401
    pandas: Any,  # noqa: ANN401
) -> list[tuple[list[str], str]]:
    """The texts of each column, and its alignment. How floats are written without a format of
    their column is said by `df.attrs["float_format"]`, pandas' `display.float_format` or its
    `display.precision`. Raises ValueError."""
    default = float_format or pandas.get_option("display.float_format")
    precision = pandas.get_option("display.precision")
    decimals = None if precision == DECIMALS else precision
    fields = []
    for number, label in enumerate(shown.columns):
        values = _values(shown.iloc[:, number], pandas)
        if (form := _format_of(label, formats)) is None and default:
            texts = float_texts(values, default)
        else:
            texts = field_texts(values, form, decimals)
        if form is None:
            texts = _no_wider(texts, pandas)
        fields.append((texts, "r" if is_numeric(values) else "l"))
    return fields


def _no_wider(texts: list[str], pandas: Any) -> list[str]:  # noqa: ANN401
    """The texts as pandas cuts them, if the author has asked for it: unasked, nothing is cut."""
    most = pandas.get_option("display.max_colwidth")
    if not most or most == _WIDTH:
        return texts
    return [text if len(text) < most else f"{text[: most - 4]}..." for text in texts]


def _format_of(label: Any, formats: Mapping[Any, Any]) -> Any:  # noqa: ANN401
    """That of a column; where labels have levels, also of the innermost that has one."""
    levels = reversed(label) if isinstance(label, tuple) else ()
    return next((formats[key] for key in (label, *levels) if key in formats), None)


def _values(column: Any, pandas: Any) -> list[object]:  # noqa: ANN401
    """A column's values, as they were meant."""
    values = column.tolist()
    if getattr(column.dtype, "kind", "") != "f":
        return values  # type: ignore[no-any-return]
    size = getattr(column.dtype, "itemsize", 8)
    least = pandas.get_option("display.chop_threshold") or 0
    return [
        (0.0 if abs(value) < least else of_few_bits(value, size))
        if isinstance(value, float)
        else value
        for value in values
    ]


def _dimensions(rows: Part, columns: Part, pandas: Any) -> str:  # noqa: ANN401
    asked = pandas.get_option("display.show_dimensions")
    if asked is True or (asked == "truncate" and (rows.is_cut or columns.is_cut)):
        return f"[{rows.whole} rows x {columns.whole} columns]"
    return ""


def _losses(rows: Part, pandas: Any) -> Iterator[Loss]:  # noqa: ANN401
    if rows.is_cut and pandas.get_option("display.max_rows") == _ROWS:
        yield Loss(
            f"{rows.first + rows.last} of the table's {rows.whole} rows are shown",
            "`pd.options.display.max_rows = None` shows all, `.head()` the first ones",
        )


def _described(option: str, pandas: Any) -> str:  # noqa: ANN401
    return str(pandas.describe_option(option, _print_desc=False))
