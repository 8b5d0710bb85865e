"""From the table of any frame each of its cells can be read, as exactly as pandas prints it."""

import math
from itertools import accumulate

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.press.plugin.column_digits import SOME, number_texts
from treadle.press.plugin.table_of import table_of

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6)
NUMBERS = st.floats() | st.integers(-(10**6), 10**6).map(lambda n: n / 1000)
MOMENTS = st.datetimes(pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 1, 1))
KINDS = {
    "float": NUMBERS,
    "int": st.integers(-(2**63), 2**63 - 1),
    "text": WORDS | st.none(),
    "moment": MOMENTS | st.just(pd.NaT),
    "day": MOMENTS.map(lambda moment: moment.replace(hour=0, minute=0, second=0, microsecond=0)),
    "bool": st.booleans(),
}
LABELS = st.sampled_from(["a", "b", "", math.nan])


@st.composite
def indexes(draw, size):
    """Labels for so many rows or columns: counted, of one level, of two."""
    kind = draw(st.sampled_from(["counted", "one", "two"]))
    if kind == "counted":
        return pd.RangeIndex(size)
    levels = [
        draw(st.lists(LABELS, min_size=size, max_size=size)) for _ in range(1 + (kind == "two"))
    ]
    names = draw(st.lists(st.sampled_from(["n", None]), min_size=len(levels), max_size=len(levels)))
    if kind == "one":
        return pd.Index(levels[0], dtype=object, name=names[0])
    return pd.MultiIndex.from_arrays(levels, names=names)


@st.composite
def frames(draw):
    rows = draw(st.integers(1, 5))
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4))
    columns = {
        number: pd.Series(draw(st.lists(KINDS[kind], min_size=rows, max_size=rows)))
        for number, kind in enumerate(kinds)
    }
    frame = pd.DataFrame(columns)
    frame.index = draw(indexes(rows))
    frame.columns = draw(indexes(len(kinds)))
    return frame


def printed(column):
    """A column's fields as pandas prints them: of texts, it can't be told where they end."""
    return [line.strip() for line in column.to_string(index=False, header=False).split("\n")]


def is_same_number(text, shown):
    """Whether the number is the one that pandas shows, to the digits that it shows."""
    if shown in {"NaN", "inf", "-inf"}:
        return (text or "NaN") in {shown, ""} or text == shown
    digits = len(shown.partition("e")[0].partition(".")[2])
    return f"{float(text):.{digits}{'e' if 'e' in shown else 'f'}}" == shown


def name_of(value):
    """How a label is printed: pandas has one word for all that is missing."""
    return "NaN" if isinstance(value, float) and math.isnan(value) else str(value)


def filled(labels):
    """A level of labels, with those that are printed once for several rows."""
    return list(accumulate(labels, lambda above, label: label or above))


def check_fields(column, texts):
    if column.dtype.kind == "f":
        pairs = zip(texts, printed(column), strict=True)
        assert all(is_same_number(text, shown) for text, shown in pairs)
        return
    missing = [bool(gone) for gone in column.isna()]
    blank = ["" if not gone else text for text, gone in zip(texts, missing, strict=True)]
    has_empty = any(not str(value).strip() for value in column)
    assert [text != "" for text in blank] == [gone and has_empty for gone in missing]
    for value, text, gone in zip(column, texts, missing, strict=True):
        if not gone and column.dtype.kind == "M":
            assert pd.Timestamp(text) == value
        elif not gone:
            assert text == str(value)


@settings(max_examples=150, deadline=None)
@given(frames())
def test_each_cell_can_be_read_from_the_table(frame):
    table = table_of(frame)
    assert table is not None
    counted = frame.index.equals(pd.RangeIndex(len(frame))) and frame.index.nlevels == 1
    labels = 0 if counted and not any(frame.columns.names) else frame.index.nlevels
    columns = [*zip(*table.rows, strict=True)]
    assert len(columns) == labels + len(frame.columns)
    for number, texts in enumerate(columns[labels:]):
        check_fields(frame.iloc[:, number], texts)


@settings(max_examples=150, deadline=None)
@given(frames())
def test_each_label_can_be_read_from_the_table(frame):
    table = table_of(frame)
    assert table is not None
    count = len(table.align) - len(frame.columns)
    rows = [
        [text for heading in row for text in [heading.text] * heading.columns]
        for row in table.above
    ]
    rows = [row[count:] for row in [*rows, list(table.header)]]
    for level, row in zip(range(frame.columns.nlevels), rows, strict=False):
        assert row == [name_of(label) for label in frame.columns.get_level_values(level)]
    for level in range(count and frame.index.nlevels):
        shown = [row[level] for row in table.rows]
        wanted = [name_of(label) for label in frame.index.get_level_values(level)]
        if level < frame.index.nlevels - 1 and "" not in wanted:
            shown = filled(shown)
        assert shown == wanted or "" in wanted


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(allow_nan=False), max_size=6))
def test_numbers_that_differ_look_different(numbers):
    texts = number_texts(numbers)
    assert len(set(texts)) >= len({f"{number:.{SOME}g}" for number in numbers})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.decimals(-(10**7), 10**7, places=4).map(float), max_size=6))
def test_what_was_typed_is_printed_whole(numbers):
    assert [float(text) for text in number_texts(numbers)] == numbers
