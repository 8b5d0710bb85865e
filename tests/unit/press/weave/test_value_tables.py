"""Fields of values as entries of LaTeX."""

import pytest

from treadle.press.plugin.tables import Heading, Look, Table
from treadle.press.weave.value_tables import tabular_of


def column(*texts: str, align: str = "r", looks: tuple[Look, ...] = ()) -> list[str]:
    table = Table(("x",), tuple((text,) for text in texts), (align,), looks=looks)
    return [row[0] for row in tabular_of(table).rows]


def test_numbers_stand_point_below_point():
    assert column("1e-09", "0.03123", "-250") == [
        r"1e-09\phantom{23}",
        "0.03123",
        r"$-$250\phantom{.03123}",
    ]
    assert column("1.5%", "12.25%") == [r"1.5\%\phantom{5}", r"12.25\%"]


@pytest.mark.parametrize(
    "texts", [("1.5", "–", "2"), ("1", "2"), ("1.50", "2.25"), ("50%", "1.5"), ("inf", "")]
)
def test_columns_that_need_no_space_or_are_no_numbers(texts):
    assert not any("phantom" in text for text in column(*texts))


def test_missing_and_infinite_numbers_have_no_point():
    assert column("inf", "", "1.5", "2") == ["inf", "", "1.5", r"2\phantom{.5}"]


def test_texts_keep_their_lines_and_blanks():
    assert column("a\nb & c\n", "  in", "a  b", "$x  + y$", align="l") == [
        r"a \\ b \& c",
        "~~in",
        "a ~b",
        "$x + y$",
    ]


def test_looks_of_fields():
    looks = (Look(0, 0, background="FFFF00", bold=True), Look(1, 0, colour="FF0000", italic=True))
    assert column("1 \\& 2", "a\nb", align="l", looks=looks) == [
        r"\cellcolor[HTML]{FFFF00}\nogapleft\nogapright \textbf{1 \textbackslash{}\& 2}",
        r"\textcolor[HTML]{FF0000}{\textit{a}} \\ \textcolor[HTML]{FF0000}{\textit{b}}",
    ]


def test_heads_and_words_below_are_texts():
    table = Table(
        ("a_b", "c"), (), ("l", "l"), above=((Heading("50 %", 2),),), below="[1 rows x 2 columns]"
    )
    made = tabular_of(table)
    assert made.header == (r"a\_b", "c")
    assert made.above[0][0].text == r"50 \%"
    assert made.rows == ()
