"""Tables with levels: heads over several columns, parts, what stands below."""

from treadle.press.latex.figures import Float
from treadle.press.latex.fragment import text_of
from treadle.press.latex.table_layout import Room
from treadle.press.latex.tables import Heading, Tabular, table

LEVELS = Tabular(
    ("k", "min", "max", "min"),
    (("a", "1", "2", "3"), ("b", "4", "5", "6")),
    ("l", "r", "r", "r"),
    above=((Heading("set", align="l"), Heading("train", 2), Heading("test")),),
    labels=1,
    parts=(1,),
    below="[2 rows]",
)


def latex(tabular: Tabular, float_: Float | None = None) -> str:
    return text_of(table(tabular, float_, 1, Room()).lines)


def test_headings_over_several_columns_have_a_rule_below_them():
    lines = [line.strip() for line in latex(LEVELS).splitlines()]
    start = lines.index(r"\toprule")
    assert lines[start + 1 : start + 5] == [
        r"set & \multicolumn{2}{c}{train} & \multicolumn{1}{c@{}}{test} \\",
        r"\cmidrule(lr){2-3}",
        r"k & min & max & min \\",
        r"\midrule",
    ]


def test_parts_have_space_between_them_and_a_line_stands_below_the_table():
    text = latex(LEVELS)
    assert r"a & 1   & 2   & 3 \\" + "\n    \\addlinespace\n" in text
    assert text.index(r"\end{tabular}") < text.index("[2 rows]") < text.index(r"\end{center}")


def test_headings_stand_at_the_head_of_each_page_of_a_long_table():
    rows = tuple((str(number), "1", "2", "3") for number in range(50))
    long = Tabular(LEVELS.header, rows, LEVELS.align, above=LEVELS.above, below="[50 rows]")
    text = latex(long)
    assert text.count(r"\cmidrule(lr){2-3}") == 2
    assert text.index(r"\end{longtable}") < text.index("[50 rows]")


def test_a_heading_wider_than_its_columns_counts_for_the_width():
    heading = Heading("a heading that is very much wider than the two columns below it are" * 2, 2)
    assert "adjustbox" in latex(Tabular(("x", "y"), (("1", "2"),), ("r", "r"), above=((heading,),)))
