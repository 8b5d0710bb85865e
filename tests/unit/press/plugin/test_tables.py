"""Tables from DataFrames, Series and records."""

import textwrap

import pytest
from msgspec.json import decode
from tests.unit import displays
from tests.unit.displays import plain

from treadle.press.plugin.tables import TABLE, Table


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


def test_records_need_no_pandas(run):
    result = run("[{'a': 1, 'b': 0.25}, {'a': 22, 'c': None}]")
    assert result.outputs == (
        displays.table(("a", "b", "c"), (("1", "0.25", ""), ("22", "", "")), ("r", "r", "l")),
    )


@pytest.mark.parametrize("code", ["[]", "[1]", "[{}]", "[{1: 2}]", "[{'a': [1]}]", "{'a': 1}"])
def test_what_is_no_list_of_records(run, code):
    assert run(code).outputs == (plain(code),)


def test_an_index_with_a_meaning_is_shown(table):
    frame = table("pd.DataFrame({'x': [1.5, 2.0]}, index=pd.Index(['a', 'b'], name='key'))")
    assert frame == Table(("key", "x"), (("a", "1.5"), ("b", "2.0")), ("l", "r"))


def test_a_filtered_counting_index_is_shown(table):
    assert table("d = pd.DataFrame({'x': [1, 2, 3]}); d[d.x > 1]").rows == (("1", "2"), ("2", "3"))


def test_several_levels_are_flattened(table):
    code = """
        pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "min"), ("a", "max")]),
                     index=pd.MultiIndex.from_tuples([("x", 1)], names=["k", "l"]))
    """
    assert table(code) == Table(
        ("k", "l", "a min", "a max"), (("x", "1", "1", "2"),), ("l", "r", "r", "r")
    )


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
        ("0.123456, 12.5", ("0.12", "12.50")),
        ("1.0, 2.0", ("1.0", "2.0")),
        ("0.0177, 0.00001", ("0.01770", "0.00001")),
        ("1e-9, 1.0", ("1e-09", "1")),
        ("1e9, 2.5", ("1e+09", "2.5")),
        ("float('inf'), -1.5", ("inf", "-1.5")),
        ("0.0, 0.0", ("0.0", "0.0")),
        ("99999.5, 1.25", ("99999.5", "1.2")),
    ],
)
def test_numbers_of_a_column_have_equally_many_decimals(table, floats, texts):
    assert tuple(row[0] for row in table(f"pd.DataFrame({{'x': [{floats}]}})").rows) == texts


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


def test_an_empty_frame(table):
    assert table("pd.DataFrame({'a': []})") == Table(("a",), (), ("l",))


def test_numpy_scalars_are_numbers(run):
    result = run("import numpy as np\n[{'x': np.float32(0.5), 'n': np.int64(3)}]")
    assert result.outputs == (displays.table(("x", "n"), (("0.5", "3"),), ("r", "r")),)
