"""What becomes of tables that don't fit: smaller, over both columns, turned, in parts."""

import re

import pytest
from msgspec.structs import replace

from treadle.press.latex.figures import Float
from treadle.press.latex.fragment import text_of
from treadle.press.latex.measures import measures_of
from treadle.press.latex.table_columns import sizes_of
from treadle.press.latex.table_layout import Room
from treadle.press.latex.tables import Heading, LaidTable, Tabular, table

FLOAT = Float("C", "tbl:t", "table", "htbp")
PAGE = Room()
TWO = Room(measures_of(220, 455, 10), 45, twocolumn=True)


def numbers(columns: int, rows: int = 3) -> Tabular:
    header = tuple(f"measure {number}" for number in range(columns))
    return Tabular(header, ((("12.34",) * columns),) * rows, ("r",) * columns)


def made(columns: int, room: Room = PAGE, float_: Float | None = FLOAT, rows: int = 3) -> LaidTable:
    return table(numbers(columns, rows), float_, 1, room)


def used(laid: LaidTable) -> list[str]:
    """The commands that tell what was done."""
    sizes = r"\\(?:small|footnotesize|scriptsize)\b|\\fontsize\{7\}"
    found = sizes + r"|\\begin\{(?:table|sideways)[^}]*\}"
    return re.findall(found, text_of(laid.lines))


def test_one_that_fits_is_as_it_was() -> None:
    laid = made(5)
    assert used(laid) == [r"\begin{table}"]
    assert not laid.told
    assert "adjustbox" not in text_of(laid.lines)


@pytest.mark.parametrize(
    ("columns", "command"), [(8, r"\small"), (9, r"\footnotesize"), (10, r"\fontsize{7}")]
)
def test_the_first_size_that_fits(columns: int, command: str) -> None:
    laid = made(columns)
    assert used(laid) == [r"\begin{table}", command]
    assert "made smaller" in laid.told


def test_it_is_turned_where_the_smallest_is_too_wide() -> None:
    laid = made(14)
    assert used(laid)[0] == r"\begin{sidewaystable}"
    assert "turned" in laid.told


def test_without_a_caption_it_stays_in_its_place() -> None:
    laid = made(14, float_=None)
    assert "in 2 parts" in laid.told
    assert used(laid) == [r"\footnotesize"]
    assert "with a caption it is turned" in laid.hint
    assert "turned" not in made(14, Room(slides=True), None).hint


def test_then_its_columns_are_in_parts() -> None:
    laid = made(30)
    text = text_of(laid.lines)
    assert "in 4 parts" in laid.told
    assert text.count(r"\begin{tabular}") == 4
    assert text.count(r"\caption") == text.count(r"\begin{table}") == 1
    assert all(text.count(rf"measure {number} ") >= 1 for number in range(30))


def test_labels_of_rows_stand_in_each_part() -> None:
    given = numbers(30)
    rows = tuple(("name", *row) for row in given.rows)
    named = Tabular(("", *given.header), rows, ("l", *given.align))
    text = text_of(table(named, FLOAT, 1, PAGE).lines)
    assert text.count("name ") == 3 * text.count(r"\begin{tabular}")


@pytest.mark.parametrize("float_", [FLOAT, None])
@pytest.mark.parametrize("rows", [3, 60])
def test_rows_without_labels_are_numbered_in_each_part(float_: Float | None, rows: int) -> None:
    given = replace(numbers(30, rows), numbers=tuple(f"row {n}" for n in range(rows)))
    text = text_of(table(given, float_, 1, PAGE).lines)
    parts = len(re.findall(r"\\begin\{(?:tabular|longtable)\}", text))
    assert parts > 1
    assert all(text.count(f"row {n} ") == parts for n in range(rows))
    assert text.count("measure 0 ") == text.count("measure 29")
    above = ((Heading("one", 10), Heading("two", 20)),)
    spans = re.findall(
        r"\\multicolumn\{(\d+)\}",
        text_of(table(replace(given, above=above), float_, 1, PAGE).lines),
    )
    assert sum(map(int, spans)) % 30 == 0  # a longtable has its head twice


def test_rows_are_not_numbered_in_one_part() -> None:
    given = replace(numbers(5), numbers=("row 0", "row 1", "row 2"))
    assert "row" not in text_of(table(given, FLOAT, 1, PAGE).lines)


def test_headings_over_several_columns_are_parted_with_these() -> None:
    given = numbers(24)
    above = ((Heading("one", 10), Heading("two", 14)),)
    wide = Tabular(given.header, given.rows, given.align, above=above)
    text = text_of(table(wide, FLOAT, 1, PAGE).lines)
    spans = [int(found) for found in re.findall(r"\\multicolumn\{(\d+)\}", text)]
    parts = text.count(r"\begin{tabular}")
    assert sum(spans) == 24 + parts - 1  # the first column stands in each


def test_both_columns_come_before_turning() -> None:
    laid = made(6, TWO)
    assert used(laid) == [r"\begin{table*}"]
    assert "spans both" in laid.told
    assert used(made(6, TWO, None)) != [r"\begin{table*}"]  # only what floats can


@pytest.mark.parametrize("room", [Room(slides=True), Room(turns=False), Room(boxed=True)])
def test_where_nothing_can_be_turned_it_is_parted(room: Room) -> None:
    assert "parts" in made(14, room).told


def test_the_author_s_own_float_stays() -> None:
    own = Float("C", "", "sidewaystable", "p")
    laid = made(10, float_=own)
    assert used(laid) == [r"\begin{sidewaystable}"]
    assert not laid.told


def test_lists_leave_less_room_to_what_does_not_float() -> None:
    inside = Room(inner=120.0)
    assert used(made(7, inside)) == [r"\begin{table}"]
    assert used(made(7, inside, None)) == [r"\scriptsize"]


def test_a_long_one_is_made_smaller_or_parted_but_not_turned() -> None:
    smaller, parted = made(9, rows=50), made(30, rows=50)
    assert r"\begingroup\footnotesize" in text_of(smaller.lines)
    text = text_of(parted.lines)
    assert text.count(r"\begin{longtable}") == 4
    assert text.count(r"\caption") == 1
    assert r"\continuedtable{4/4}" in text
    assert text.count(r"\uncounted") == 3


def test_an_uncaptioned_long_one_has_no_number() -> None:
    lines = text_of(made(2, float_=None, rows=50).lines).splitlines()
    assert lines[0] == r"\begingroup\uncounted"
    assert lines[-2:] == [r"\addtocounter{table}{-1}", r"\endgroup"]


def test_rows_that_don_t_fit_a_slide_go_to_the_next() -> None:
    slide = Room(measures_of(307, 307, 11, height=245), 60, slides=True)
    text = text_of(made(2, slide, rows=30).lines)
    assert text.count(r"\framebreak") == text.count(r"\begin{table}") == 3
    assert "longtable" not in text
    assert r"\framebreak" not in text_of(made(2, slide, rows=5).lines)


def test_no_type_is_smaller_than_seven_points() -> None:
    for size in (10, 11, 12):
        points = [each.points for each in sizes_of(measures_of(455, 455, size))]
        assert points == sorted(set(points), reverse=True)
        assert points[-1] == 7


def test_wide_letters_are_seen() -> None:
    wide = Tabular(("W" * 12,) * 6, (("a",) * 6,), ("l",) * 6)
    assert table(wide, FLOAT, 1, PAGE).told
    narrow = Tabular(("i" * 12,) * 6, (("a",) * 6,), ("l",) * 6)
    assert not table(narrow, FLOAT, 1, PAGE).told


ADDRESS = r"https://example.org/a/very\_long/path?query=1\&more=2\%20x"


def test_a_long_address_is_broken_without_hyphens() -> None:
    laid = table(Tabular(("url", "n"), ((ADDRESS * 4, "3"),), ("l", "r")), None, 1, PAGE)
    text = text_of(laid.lines)
    assert r"\unhyphenated{https:\allowbreak{}/\allowbreak{}/\allowbreak{}example." in text
    assert text.replace(r"\allowbreak{}", "").count(ADDRESS * 4) == 1


def test_a_long_word_without_joints_is_broken_anywhere() -> None:
    hashed = Tabular(("hash", "n"), (("0123456789abcdef" * 12, "3"),), ("l", "r"))
    laid = table(hashed, None, 1, PAGE)
    assert r"0123\allowbreak{}4567\allowbreak{}" in text_of(laid.lines)


def test_formulas_addresses_of_links_and_short_words_stay() -> None:
    words = rf"\href{{https://a.org/{'b' * 90}}}{{here}} $\frac{{a}}{{b}}$ " + "some words " * 20
    laid = table(Tabular(("a", "n"), ((words, "3"),), ("l", "r")), None, 1, PAGE)
    assert "allowbreak" not in text_of(laid.lines)


def test_numbers_are_no_paragraphs() -> None:
    long = Tabular(("a" * 20,) * 9, (("1234567890.123456789",) * 9,), ("r",) * 9)
    assert "p{" not in text_of(table(long, FLOAT, 1, PAGE).lines)
