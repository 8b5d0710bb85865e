"""Tables of Stylers, of HTML, of polars' and pyarrow's frames."""

import sys
import textwrap
import types

import pandas as pd
import pytest

from treadle.press.plugin.cell_looks import colour
from treadle.press.plugin.html_text import html_text
from treadle.press.plugin.table_of import table_of as found_table
from treadle.press.plugin.tables import Heading, Look, Table

FRAME = pd.DataFrame({"a": [1.23456, 2], "b_%": ["x & y", "<b>"]})
ROWS = pd.MultiIndex.from_product([["n", "s"], [1, 2]], names=["w", "k"])
COLUMNS = pd.MultiIndex.from_product([["p", "q"], ["x", "y"]])
LEVELS = pd.DataFrame([[1, 2, 3, 4]] * 4, index=ROWS, columns=COLUMNS)


def table_of(value: object) -> Table:
    found = found_table(value)
    assert found is not None
    return found


def test_a_styler_has_its_own_formats_and_colours():
    styler = FRAME.style.format(precision=2).highlight_max(subset=["a"], color="yellow")
    assert table_of(styler) == Table(
        ("a", "b_%"),
        (("1.23", "x & y"), ("2.00", "<b>")),
        ("r", "l"),
        looks=(Look(1, 0, background="FFFF00"),),
        numbers=("0", "1"),
    )


def test_a_styler_hides_and_names():
    styler = LEVELS.style.hide([("q", "y")], axis=1).hide([("s", 2)], axis=0).set_caption("Cap")
    found = table_of(styler)
    assert found == Table(
        ("w", "k", "x", "y", "x"),
        (("n", "1", "1", "2", "3"), ("", "2", "1", "2", "3"), ("s", "1", "1", "2", "3")),
        ("l", "r", "r", "r", "r"),
        above=((Heading("", 1, "l"), Heading("", 1, "l"), Heading("p", 2), Heading("q", 1, "r")),),
        labels=2,
        parts=(0, 2),
        caption="Cap",
    )
    assert table_of(LEVELS.style.hide(axis="index")).labels == 1
    assert table_of(LEVELS.style.hide(axis="columns")).above == ()


def test_tooltips_of_a_styler_are_told():
    tips = pd.DataFrame([["t"] * len(FRAME.columns)] * len(FRAME), columns=FRAME.columns)
    plain = table_of(FRAME.style)
    for styler in (FRAME.style.set_tooltips(tips), FRAME.style.concat(FRAME.style)):
        assert table_of(styler).rows[0][-1] == plain.rows[0][-1]
    found = table_of(FRAME.style.set_tooltips(tips))
    assert found.rows == plain.rows
    assert [loss.what for loss in found.losses] == [
        "the table's look on a page lacks the tooltips of `set_tooltips`"
    ]


def test_what_is_put_below_a_styler_stands_as_the_fields_above():
    frame = pd.DataFrame({"x": [1.5, 2.5], "name": ["a", "b"]})
    below = pd.DataFrame({"x": ["1 to 2"] * 3, "name": [1, float("nan"), 2]}, index=list("abc"))
    found = table_of(frame.style.concat(below.style))
    assert found.align == ("r", "r", "l")
    gaps = pd.DataFrame({"x": [1.5, None, None]}, index=list("abc")).astype(object)
    assert table_of(gaps.style).align == ("l", "r")


def test_labels_that_a_styler_writes_are_shown():
    found = table_of(FRAME.style.format_index(lambda number: f"no {number}"))
    assert [row[0] for row in found.rows] == ["no 0", "no 1"]


@pytest.mark.parametrize("way", ["latex", "html"])
def test_texts_that_a_styler_escapes_are_the_author_s(way):
    frame = pd.DataFrame({"a_&": ["x_1 & <50 %>", "\\alpha"]})
    styler = frame.style.format(escape=way).format_index(axis=1, escape=way)
    assert table_of(styler) == Table(("a_&",), (("x_1 & <50 %>",), ("\\alpha",)), ("l",))
    assert table_of(frame.style.format("<{}>", escape=way)).rows[1][0].startswith("<")


def test_a_styler_is_not_changed_by_being_shown():
    styler = FRAME.style.highlight_max(subset=["a"])
    assert table_of(styler) == table_of(styler)
    assert styler.to_latex() == FRAME.style.highlight_max(subset=["a"]).to_latex()


def test_faces_and_sides_of_a_styler():
    styler = FRAME.style.set_properties(
        subset=["a"], **{"font-weight": "bold", "color": "#f00", "text-align": "center"}
    )
    found = table_of(styler)
    assert found.looks == tuple(Look(row, 0, colour="FF0000", bold=True) for row in (0, 1))
    assert found.align == ("c", "l")


def test_numbers_of_a_styler_stand_right_however_they_are_written():
    frame = pd.DataFrame({"a": [0.5, None], "b": [1, 2], "c": ["1", "x"]})
    styler = frame.style.format({"a": "{:.0%}", "b": "no. {}"}, na_rep="–")
    assert table_of(styler).rows == (("50%", "no. 1", "1"), ("–", "no. 2", "x"))
    assert table_of(styler).align == ("r", "r", "l")


def test_what_a_page_has_not_of_a_styler_is_told():
    styler = FRAME.style.bar(subset=["a"]).set_table_styles(
        [{"selector": "th", "props": "top:1px"}]
    )
    (loss,) = table_of(styler).losses
    assert "`background`, the style sheet of `set_table_styles`" in loss.what


def test_stylers_below_one_another():
    found = table_of(
        FRAME.style.concat(FRAME[["a"]].agg(["sum"]).reindex(columns=["a", "b_%"]).style)
    )
    assert found.rows[-1][:2] == ("sum", "3.234560")


def test_rows_that_pandas_leaves_out_of_a_styler_are_told():
    with pd.option_context("styler.render.max_rows", 2, "styler.render.max_columns", 1):
        found = table_of(pd.DataFrame({"n": range(9), "m": range(9)}).style)
    assert found.rows == (("0", "0", "..."), ("1", "1", "..."), ("...", "...", "..."))
    assert found.below == "[9 rows x 2 columns]"
    assert [loss.what for loss in found.losses] == [
        "some of the table's rows are not shown",
        "some of the table's columns are not shown",
    ]


def test_a_styler_that_is_to_be_latex_is_none_of_our_tables():
    with pd.option_context("styler.render.repr", "latex"):
        assert found_table(FRAME.style) is None


@pytest.mark.parametrize(
    ("css", "digits"),
    [
        ("#abc", "AABBCC"),
        ("#a1b2c3", "A1B2C3"),
        ("#00000080", "7F7F7F"),
        ("rgb(255, 0, 10)", "FF000A"),
        ("rgba(0,0,0,0.5)", "808080"),
        ("rgb(100% 0% 0%)", "FF0000"),
        ("tomato", "FF6347"),
        ("linear-gradient(red, blue)", ""),
        ("rgb(.5%, 1., 400)", "0101FF"),
        ("rgb(1..2, 3, 4)", ""),
        ("rgb(,0,0)", ""),
        ("rgb(%,0,0)", ""),
        pytest.param(f"rgb({'9' * 5000},0,0)", "FF0000", id="long"),
        ("rgba(0,0,0,5)", "000000"),
        ("rgba(0,0,0,50%)", "808080"),
        ("url(x.png)", ""),
    ],
)
def test_colours(css, digits):
    assert colour(css) == digits


class Page:
    def __init__(self, html):
        self.html = html

    def _repr_html_(self):
        return self.html


def of_html(html: str) -> Table:
    return table_of(Page(html))


def test_what_shows_itself_as_a_table_of_html_is_one():
    html = """
        <style>td { color: red }</style>
        <div><small>shape: (2, 2)</small>
        <table><caption>Cap</caption>
        <thead><tr><th></th><th colspan="2">both</th></tr>
               <tr><th>k</th><th>n</th><th style="text-align: center">w</th></tr></thead>
        <tbody><tr><th rowspan=2>g</th><td>1 &amp; 2</td><td><b>x</b></td></tr>
               <tr><td>3<br>4</td><td style="background-color: #ff0">m<sup>2</sup></td></tr>
        </tbody></table></div>
    """
    assert of_html(html) == Table(
        ("k", "n", "w"),
        (("g", "1 & 2", "x"), ("", "3\n4", "m$^{2}$")),
        ("l", "l", "l"),
        above=((Heading("", 1, "l"), Heading("both", 2)),),
        below="shape: (2, 2)",
        caption="Cap",
        looks=(Look(0, 2, bold=True), Look(1, 2, background="FFFF00")),
    )


def test_a_table_without_a_part_for_its_head():
    html = "<table><tr><th>a<th>b<tr><td>1<td align=right>x</table>"
    assert of_html(html) == Table(("a", "b"), (("1", "x"),), ("r", "r"))


@pytest.mark.parametrize(
    "html",
    [
        "<p>no table</p>",
        "<table><tr><td>1</td></tr></table><table><tr><td>2</td></tr></table>",
        "<table><tr><td>1</td></tr></table><script>draw()</script>",
        "<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>",
        "<table><tr><td>1</td></tr></table>" + "words " * 50,
        "<table></table>",
    ],
)
def test_other_pages_are_no_tables(html):
    assert found_table(Page(html)) is None


def test_pictures_in_fields_are_told():
    (loss,) = of_html("<table><tr><td>1 <img src='x.png'></td></tr></table>").losses
    assert "the pictures in its fields" in loss.what


def test_who_knows_latex_is_asked_for_that():
    class Both(Page):
        def _repr_latex_(self):
            return "$x$"

    assert found_table(Both("<table><tr><td>1</td></tr></table>")) is None


def test_a_page_that_can_t_be_made_is_no_table():
    class Broken:
        def _repr_html_(self):
            raise ValueError

    assert found_table(Broken()) is None


def test_frames_of_polars():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(
        {
            "a": [1.5, None, float("nan")],
            "b": ["x", None, ""],
            "f": polars.Series([0.1, 0.25, 0.3], dtype=polars.Float32),
        }
    )
    rows = (("1.5", "x", "0.10"), ("", "null", "0.25"), ("NaN", "", "0.30"))
    numbers = ("0", "1", "2")
    whole = Table(("a", "b", "f"), rows, ("r", "l", "r"), numbers=numbers)
    assert table_of(frame) == whole
    one = Table(("f",), tuple(row[2:] for row in rows), ("r",), numbers=numbers)
    assert table_of(frame["f"]) == one
    with polars.Config(tbl_rows=2, tbl_cols=2, float_precision=3):
        found = table_of(frame)
    assert found.header == ("a", "…", "f")
    assert found.rows == (("1.500", "…", "0.100"), ("⋮", "…", "⋮"), ("NaN", "…", "0.300"))
    assert (found.below, found.losses) == ("[3 rows x 3 columns]", ())
    (loss,) = table_of(polars.DataFrame({"n": range(100)})).losses
    assert loss.what == "10 of the table's 100 rows are shown"
    assert found_table(polars.DataFrame()) is None


def test_a_lazy_frame_of_polars_is_its_plan(shown):
    pytest.importorskip("polars")
    code = "import polars\npolars.DataFrame({'a': [1]}).lazy().filter(polars.col('a') > 0)"
    assert "FILTER" in shown(code)
    assert "0x" not in shown(code)


def test_tables_of_pyarrow():
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({"n": [1, None], "f": arrow.array([0.1, 2.5], arrow.float32())})
    assert table_of(table) == Table(
        ("n", "f"), (("1", "0.1"), ("", "2.5")), ("r", "r"), numbers=("0", "1")
    )


def test_tables_of_great_tables():
    great = pytest.importorskip("great_tables")
    frame = pd.DataFrame({"g": ["x", "y"], "name": ["a", "b & c"], "v": [1.5, 1e6]})
    made = great.GT(frame, rowname_col="name", groupname_col="g").fmt_number("v", decimals=1)
    made = made.tab_header("Title", "more").tab_source_note("Source: me").cols_label(v="Value")
    found = table_of(made.tab_spanner("Both", ["v"]))
    assert found.caption == "Title. more"
    assert found.below == "Source: me"
    assert found.rows == (("x", ""), ("a", "1.5"), ("y", ""), ("b & c", "1,000,000.0"))
    assert found.header == ("", "Value")
    assert [heading.text for heading in found.above[0]] == ["", "Both"]


def test_nothing_is_imported_that_the_author_has_not(run):
    code = """
        import sys
        before = {*sys.modules}
        class Page:
            def _repr_html_(self): return "<table><tr><td style='color: red'>1</td></tr></table>"
        display(Page())
        display([{"a": 1.5}])
        print(sorted({"pandas", "numpy", "matplotlib", "polars"} & {*sys.modules} - before))
    """
    assert run(textwrap.dedent(code)).outputs[-1].text == "[]\n"


def test_modules_that_only_have_a_library_s_name(monkeypatch):
    for name in ("pandas", "polars", "pyarrow", "narwhals"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    assert table_of([{"a": 1}]).rows == (("1",),)
    assert found_table(object()) is None


@pytest.mark.parametrize("count", ["1000000000", "9" * 5000], ids=["large", "long"])
def test_a_field_is_over_as_many_columns_as_a_browser_knows(count):
    """More would take all memory."""
    html = f'<table><tr><td colspan="{count}" rowspan="{count}">a<td>b</table>'
    found = table_of(type("X", (), {"_repr_html_": lambda _: html})())
    assert [len(row) for row in found.rows] == [1001]
    assert html_text(html).text.count("|") == 3 * 102
    assert html_text(html.replace(count, "0")).text.count("|") == 3 * 3
