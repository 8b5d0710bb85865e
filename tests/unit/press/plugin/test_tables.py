"""Tables from DataFrames, Series and records."""

import textwrap

import pytest
from msgspec.json import decode
from tests.unit import displays
from tests.unit.displays import plain

from treadle.press.plugin.tables import TABLE, Heading, Table


@pytest.fixture
def table(run):
    """The table that a cell shows."""

    def table(code: str) -> Table:
        trace = run("import pandas as pd, numpy as np\n" + textwrap.dedent(code))
        assert trace.failure is None, trace.failure
        (output,) = trace.outputs
        assert list(output.data) == [TABLE]
        return decode(output.data[TABLE], type=Table)

    return table


def test_a_frame(table):
    code = """
        pd.DataFrame({"model": ["PCA", "CNN"], "n": [30, 576], "MSE": [0.0177, 0.0021],
                      "ok": [True, False]})
    """
    assert table(code) == Table(
        ("model", "n", "MSE", "ok"),
        (("PCA", "30", "0.0177", "True"), ("CNN", "576", "0.0021", "False")),
        ("l", "r", "r", "l"),
    )


def test_levels_that_are_called_by_numbers(table):
    found = table("pd.DataFrame({1: ['x', 'y'], 0: [1, 2], 'v': [5, 6]}).set_index([1, 0])")
    assert found.header == ("1", "0", "v")
    assert found.rows == (("x", "1", "5"), ("y", "2", "6"))


def test_days_have_no_time_of_day(table):
    code = """
        pd.DataFrame({"day": pd.to_datetime(["2020-01-01", None]),
                      "time": pd.to_datetime(["2020-01-01 00:00", "2020-01-02 12:30"])})
    """
    assert table(code).rows == (
        ("2020-01-01", "2020-01-01 00:00:00"),
        ("", "2020-01-02 12:30:00"),
    )


@pytest.mark.parametrize("frame", ["pd.DataFrame()", "pd.DataFrame(index=range(2))"])
def test_a_frame_without_columns_is_a_text(shown, frame):
    assert shown(f"import pandas as pd\n{frame}").startswith("Empty DataFrame")


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("pd.DataFrame({'x': [1.5, 2.5]})", ("0", "1")),
        ("pd.DataFrame({'n': ['a', 'b'], 'x': [1, 2]})", ()),  # names say which row it is
        ("pd.DataFrame({'n': ['a', 'a'], 'x': [1, 2]})", ("0", "1")),
        ("pd.DataFrame({'x': [1, 2]}, index=['a', 'b'])", ()),
    ],
)
def test_rows_that_no_column_tells_apart_have_numbers(table, code, numbers):
    assert table(code).numbers == numbers


def test_numbers_of_rows_of_which_some_are_left_out(table):
    found = table("pd.DataFrame({'x': range(100)})")
    assert found.numbers == ("0", "1", "2", "3", "4", "\u22ee", "95", "96", "97", "98", "99")


def test_records_need_no_pandas(run):
    result = run("[{'a': 1, 'b': 0.25}, {'a': 22, 'c': None}]")
    assert result.outputs == (
        displays.table(
            ("a", "b", "c"), (("1", "0.25", ""), ("22", "", "")), ("r", "r", "l"), ("0", "1")
        ),
    )


@pytest.mark.parametrize("code", ["[]", "[1]", "[{}]", "[{1: 2}]", "[{'a': [1]}]", "{'a': 1}"])
def test_what_is_no_list_of_records(run, code):
    assert run(code).outputs == (plain(code),)


def test_an_index_with_a_meaning_is_shown(table):
    frame = table("pd.DataFrame({'x': [1.5, 2.0]}, index=pd.Index(['a', 'b'], name='key'))")
    assert frame == Table(("key", "x"), (("a", "1.5"), ("b", "2.0")), ("l", "r"))


def test_a_filtered_counting_index_is_shown(table):
    assert table("d = pd.DataFrame({'x': [1, 2, 3]}); d[d.x > 1]").rows == (("1", "2"), ("2", "3"))


def test_levels_of_columns_have_headings_over_them(table):
    code = """
        pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "min"), ("a", "max")]),
                     index=pd.MultiIndex.from_tuples([("x", 1)], names=["k", "l"]))
    """
    assert table(code) == Table(
        ("k", "l", "min", "max"),
        (("x", "1", "1", "2"),),
        ("l", "r", "r", "r"),
        above=((Heading("", 2), Heading("a", 2)),),
        labels=2,
    )


def test_labels_of_rows_are_printed_once_a_group(table):
    code = """
        rows = pd.MultiIndex.from_product([["n", "s"], ["a", "b"], [1, 2]], names=["w", "k", "i"])
        frame = pd.DataFrame({"x": range(8)}, index=rows)
        frame
    """
    found = table(code)
    assert found.header == ("w", "k", "i", "x")
    assert found.rows[:5] == (
        ("n", "a", "1", "0"),
        ("", "", "2", "1"),
        ("", "b", "1", "2"),
        ("", "", "2", "3"),
        ("s", "a", "1", "4"),
    )
    assert (found.labels, found.parts) == (3, (0, 4))
    option = "with pd.option_context('display.multi_sparse', False): display(frame)"
    apart = table(textwrap.dedent(code).replace("\nframe\n", f"\n{option}\n"))
    assert apart.rows[1] == ("n", "a", "2", "1")
    assert apart.parts == ()


def test_names_of_columns_stand_before_them(table):
    """And keep an index that only counts, as the head has no other place for them."""
    code = """
        columns = pd.MultiIndex.from_product([["p", "q"], ["x", "y"]], names=["set", "what"])
        pd.DataFrame([[1, 2, 3, 4]], columns=columns)
    """
    assert table(code) == Table(
        ("what", "x", "y", "x", "y"),
        (("0", "1", "2", "3", "4"),),
        ("r", "r", "r", "r", "r"),
        above=((Heading("set", 1, "l"), Heading("p", 2), Heading("q", 2)),),
    )


def test_names_of_rows_and_columns_have_rows_of_their_own(table):
    found = table("pd.crosstab(pd.Series(['a', 'b'], name='x'), pd.Series([3, 4], name='y'))")
    assert found.above == ((Heading("y", 1, "l"), Heading("3", 1, "r"), Heading("4", 1, "r")),)
    assert found.header == ("x", "", "")


def test_a_pivot_table_with_margins(table):
    code = """
        d = pd.DataFrame({"w": ["n", "n", "s"], "k": ["a", "b", "a"], "i": [1, 2, 1],
                          "v": [1, 2, 3]})
        d.pivot_table(index="w", columns=["k", "i"], values="v", aggfunc="sum", margins=True,
                      fill_value=0)
    """
    found = table(code)
    names = [[(heading.text, heading.columns) for heading in row] for row in found.above]
    assert names == [
        [("k", 1), ("a", 1), ("b", 1), ("All", 1)],
        [("i", 1), ("1", 1), ("2", 1), ("", 1)],
    ]
    assert found.header == ("w", "", "", "")
    assert found.rows == (("n", "1", "2", "3"), ("s", "3", "0", "3"), ("All", "4", "2", "6"))


def test_labels_of_neighbours_under_different_headings_stay_apart(table):
    code = """
        columns = pd.MultiIndex.from_tuples([("a", "x", 1), ("b", "x", 1), ("b", "x", 2)])
        pd.DataFrame([[1, 2, 3]], columns=columns)
    """
    assert table(code).above == (
        (Heading("a", 1, "r"), Heading("b", 2)),
        (Heading("x", 1, "r"), Heading("x", 2)),
    )


def test_missing_labels_are_named(table):
    """An empty one would be that of the row above."""
    code = """
        rows = pd.MultiIndex.from_tuples([("a", 1), (np.nan, 2), (np.nan, np.nan)])
        pd.DataFrame({"x": [1, 2, 3]}, index=rows)
    """
    assert [row[:2] for row in table(code).rows] == [("a", "1.0"), ("NaN", "2.0"), ("", "NaN")]


def test_gaps_are_empty(table):
    rows = table("pd.DataFrame({'x': [1.5, np.nan], 'y': ['a', None], 'z': [pd.NA, pd.NaT]})").rows
    assert rows == (("1.5", "a", ""), ("", "", ""))


def test_a_series(table):
    assert table("pd.Series([1, 2], name='n', index=['a', 'b'])") == Table(
        ("", "n"), (("a", "1"), ("b", "2")), ("l", "r")
    )


@pytest.mark.parametrize(
    ("floats", "texts"),
    [
        ("0.0177, 0.0161", ("0.0177", "0.0161")),
        ("0.000123456789, 12345.6789", ("0.000123456789", "12345.678900000000")),
        ("1.23456789e-7, 0.1, 98765.4321", ("1.23456789e-07", "0.1", "98765.4321")),
        ("1700000000.123456, 1700000001.5", ("1700000000.123456", "1700000001.5")),
        ("1700000000.25, 17e8 / 3, 1.5", ("1700000000.25", "566666666.666667", "1.5")),
        ("1 / 3, 1 / 3 + 1e-16", ("0.333333", "0.333333")),
        ("0.123456, 12.5", ("0.123456", "12.500000")),
        ("1.0, 2.0", ("1.0", "2.0")),
        ("0.0177, 0.00001", ("0.01770", "0.00001")),
        ("1e-9, 1.0", ("1e-09", "1")),
        ("1e9, 2.5", ("1e+09", "2.5")),
        ("float('inf'), -1.5", ("inf", "-1.5")),
        ("0.0, 0.0", ("0.0", "0.0")),
        ("99999.5, 1.25", ("99999.50", "1.25")),
        ("19.99, 1234.5, 100000.25", ("19.99", "1234.50", "100000.25")),
        ("99.951, 99.949, 0.004", ("99.951", "99.949", "0.004")),
        ("2020.0, 2021.0", ("2020.0", "2021.0")),
        ("1 / 7, 0.1 + 0.2", ("0.142857", "0.300000")),
        ("0.1 + 0.2, 0.3", ("0.3", "0.3")),
        ("1.25e-5, 0.5", ("0.0000125", "0.5000000")),
        ("3.14159265, -0.0", ("3.14159265", "-0.00000000")),
        ("1e-9, 0.03123, 250.0", ("1e-09", "0.03123", "250")),
        ("1 / 3e7, 1e3 / 7", ("3.333333e-08", "142.8571")),
        ("1234567890.0, 19.99", ("1234567890", "19.99")),
        ("123456789.99, 2 / 3", ("123456789.99", "0.6666667")),
        ("1e300, 1e-300", ("1e+300", "1e-300")),
        ("1 + 1 / 3e7, 1 + 1 / 3e8", ("1.00000003", "1.00000000")),
    ],
)
def test_numbers_of_a_column_have_equally_many_decimals(table, floats, texts):
    assert tuple(row[0] for row in table(f"pd.DataFrame({{'x': [{floats}]}})").rows) == texts


def test_numbers_of_few_bits_are_those_that_were_meant(table):
    code = """
        pd.DataFrame({"f": pd.Series([0.1, 1234.567], dtype="float32"),
                      "h": pd.Series([0.1, 2.5], dtype="float16"),
                      "n": pd.Series([0.1, None], dtype="Float32")})
    """
    assert table(code).rows == (("0.100", "0.1", "0.1"), ("1234.567", "2.5", ""))


def test_the_precision_asked_for_is_kept_exactly(table):
    code = """
        with pd.option_context("display.precision", 3):
            display(pd.DataFrame({"a": [0.049, 1.23456], "b": [0.0004, 2.5], "c": [1.00001, 1.0]}))
    """
    assert table(code).rows == (("0.049", "0.0004", "1.0"), ("1.235", "2.5", "1.0"))


def test_the_least_that_counts(table):
    code = """
        with pd.option_context("display.chop_threshold", 1e-3):
            display(pd.DataFrame({"a": [0.0001, 1.5]}))
    """
    assert table(code).rows == (("0.0",), ("1.5",))


def test_a_column_s_format_is_for_all_its_values(table):
    code = """
        frame = pd.DataFrame({"n": [1234567, 2], "day": pd.to_datetime(["2020-01-02", None]),
                              "word": ["a", "b"], "few": [0.5, "–"], "ok": [True, False]})
        frame.attrs["formats"] = {"n": "{:,}", "day": "{:%d.%m.%y}", "word": str.upper,
                                  "few": "{:.2f}", "ok": {True: "yes", False: "no"}.get}
        frame
    """
    assert table(code).rows == (
        ("1,234,567", "02.01.20", "A", "0.50", "yes"),
        ("2", "", "B", "–", "no"),
    )


@pytest.mark.parametrize(
    ("values", "texts", "align"),
    [
        ("[Decimal('1.10'), Decimal('2')]", ("1.10", "2"), "r"),
        ("[Fraction(1, 3), 0.25]", ("1/3", "0.25"), "r"),
        ("[5.1, 1 / 3, 'x', 250.0]", ("5.1", "0.333333", "x", "250.0"), "l"),
        ("[1e-9, 250.0, 'x']", ("1e-09", "250", "x"), "l"),
        ("[1 + 2j, 0.5j, 0 - 1j]", ("1.0+2.0j", "0.0+0.5j", "0.0-1.0j"), "r"),
        ("[b'ab', b'']", ("b'ab'", "b''"), "l"),
        ("[[1, 'a'], []]", ("[1, 'a']", "[]"), "l"),
        ("[np.arange(2), np.arange(3)]", ("[0 1]", "[0 1 2]"), "l"),
        ("pd.to_timedelta([1, None], unit='D')", ("1 days", ""), "l"),
        ("pd.to_timedelta([30], unit='h')", ("1 days 06:00:00",), "l"),
        ("pd.period_range('2020-01', periods=2, freq='M')", ("2020-01", "2020-02"), "l"),
        ("pd.interval_range(0, 2)", ("(0, 1]", "(1, 2]"), "l"),
        ("pd.to_datetime(['2020-01-01'], utc=True)", ("2020-01-01 00:00:00+00:00",), "l"),
        ("pd.Categorical(['x', None])", ("x", ""), "l"),
        ("pd.array([2**60, None], dtype='Int64')", (str(2**60), ""), "r"),
    ],
)
def test_values_of_other_kinds(table, values, texts, align):
    imports = "from decimal import Decimal; from fractions import Fraction"
    found = table(f"{imports}\npd.DataFrame({{'x': {values}}})")
    assert tuple(row[0] for row in found.rows) == texts
    assert found.align == (align,)


def test_formats_of_levels(table):
    code = """
        columns = pd.MultiIndex.from_product([["p", "q"], ["mean", "n"]])
        days = pd.Index(pd.to_datetime(["2020-01-02"]), name="day")
        frame = pd.DataFrame([[0.5, 1, 0.25, 2]], columns=columns, index=days)
        frame.attrs["formats"] = {"mean": "{:.2f}", ("q", "mean"): "{:.0%}", "day": "{:%d.%m.}"}
        frame
    """
    assert table(code).rows == (("02.01.", "0.50", "1", "25%", "2"),)


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        ("{'x': '{:d}'}", "ValueError: the format '{:d}' can't write 1.5"),
        ("'{:.2f}'", "TypeError: df.attrs['formats'] has a format for each column"),
    ],
)
def test_formats_that_do_not_fit(run, formats, message):
    code = (
        f"import pandas as pd\nd = pd.DataFrame({{'x': [1.5]}})\nd.attrs['formats'] = {formats}\nd"
    )
    failure = run(code).failure
    assert failure.message.startswith(message)


def test_many_numbers_have_no_more_digits_than_few(table):
    code = """
        with pd.option_context("display.max_rows", None):
            display(pd.DataFrame({"x": np.random.default_rng(0).random(5000)}))
    """
    assert {len(row[0]) for row in table(code).rows} == {len("0.123456")}


def test_sparse_columns(table):
    assert table("pd.DataFrame({'x': pd.arrays.SparseArray([0, 1.5])})").rows == (
        ("0.0",),
        ("1.5",),
    )


def test_moments_of_numpy(run):
    code = """
import numpy as np
[{"day": np.datetime64("2020-01-02", "ns"), "fine": np.datetime64("2020-01-02T00:00:00.000000001"),
  "span": np.timedelta64(3, "h")}]
"""
    rows = (("2020-01-02", "2020-01-02T00:00:00.000000001", "3:00:00"),)
    assert run(code).outputs == (displays.table(("day", "fine", "span"), rows, ("l",) * 3),)


def test_what_is_missing_is_named_beside_empty_texts(table):
    rows = table("pd.DataFrame({'x': ['a', '', None], 'y': [np.nan, pd.NaT, ' ']})").rows
    assert [row[0] for row in rows] in (["a", "", "NaN"], ["a", "", "None"])
    assert [row[1] for row in rows] == ["NaN", "NaT", " "]


def test_columns_of_one_name(table):
    assert table("pd.DataFrame([[1, 0.5]], columns=['a', 'a'])").rows == (("1", "0.5"),)


def test_labels_of_columns_are_written_like_values(table):
    code = "pd.DataFrame([[1, 2]], columns=pd.to_datetime(['2020-01-01', '2020-02-01']))"
    assert table(code).header == ("2020-01-01", "2020-02-01")


def test_records_of_dates_and_exact_numbers(run):
    code = """
from datetime import date
from decimal import Decimal
[{"day": date(2020, 1, 2), "price": Decimal("1.10"), "loss": 0.00012},
 {"day": None, "price": Decimal("2"), "loss": 2.5}]
"""
    rows = (("2020-01-02", "1.10", "0.00012"), ("", "2", "2.50000"))
    assert run(code).outputs == (displays.table(("day", "price", "loss"), rows, ("l", "r", "r")),)


def test_formats_of_the_user(table):
    code = """
        frame = pd.DataFrame({"a": [0.5], "b": [0.123], "c": [2 / 3]})
        frame.attrs["formats"] = {"a": "{:.0%}", "b": 1}
        frame.attrs["float_format"] = "%.2f"
        frame
    """
    assert table(code).rows == (("50%", "0.1", "0.67"),)
    option = "with pd.option_context('display.float_format', '{:.1f}'.format):"
    assert table(f"{option}\n    display(pd.DataFrame({{'a': [0.25]}}))").rows == (("0.2",),)


def test_a_long_frame_is_cut_as_pandas_cuts_it(table):
    rows = table("pd.DataFrame({'x': range(1000)})").rows
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4", "⋮", *map(str, range(995, 1000))]


def test_what_is_left_out_is_told(table):
    found = table("pd.DataFrame({'x': range(1000)})")
    assert found.below == "[1000 rows x 1 columns]"
    (loss,) = found.losses
    assert loss.what == "10 of the table's 1000 rows are shown"
    assert table("pd.Series(range(80), name='n')").below == "[80 rows]"


def test_who_asks_for_few_rows_and_columns_gets_them(table):
    code = """
        with pd.option_context("display.max_rows", 4, "display.max_columns", 3):
            display(pd.DataFrame([range(5)] * 9, index=list("abcdefghi")))
    """
    assert table(code) == Table(
        ("", "0", "…", "4"),
        tuple((row, *("⋮…⋮" if row == "⋮" else "0…4")) for row in "ab⋮hi"),
        ("l", "r", "c", "r"),
        below="[9 rows x 5 columns]",
    )


def test_texts_are_whole_unless_the_author_wants_them_short(table):
    code = "display(pd.DataFrame({'x': ['word ' * 20, 'short']}))"
    assert len(table(code).rows[0][0]) == 100
    short = table(f"with pd.option_context('display.max_colwidth', 10): {code}")
    assert short.rows == (("word w...",), ("short",))


def test_wide_frames_are_whole(table):
    assert len(table("pd.DataFrame([range(30)])").header) == 30


def test_an_empty_frame(table):
    assert table("pd.DataFrame({'a': []})") == Table(("a",), (), ("l",))


def test_numpy_scalars_are_numbers(run):
    result = run("import numpy as np\n[{'x': np.float32(0.5), 'n': np.int64(3)}]")
    assert result.outputs == (displays.table(("x", "n"), (("0.5", "3"),), ("r", "r"), ("0",)),)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Decimal('sNaN')", ""),
        ("Decimal('NaN')", ""),
        ("10**5000", "1" + 5000 * "0"),
        ("-(10**5000)", "-1" + 5000 * "0"),
    ],
    ids=["signalling", "quiet", "long", "negative"],
)
@pytest.mark.parametrize("made", ["[{row}]", "pd.DataFrame([{row}], dtype=object)"])
def test_numbers_that_raise(table, made, value, text):
    row = f"{{'a': {value}, 'b': 1}}"
    found = table(f"from decimal import Decimal\n{made.format(row=row)}")
    assert found.rows == ((text, "1"),)


def test_a_field_that_looks_like_a_scalar_and_is_none(table):
    code = """
        class X:
            dtype, ndim = "f", 0
            def item(self): raise RuntimeError("no")
            def __str__(self): return "x"
        pd.DataFrame({"a": [X()]})
    """
    assert table(code).rows == (("x",),)
