"""How many figures stand side by side, and in how many floats."""

import pytest

from treadle.press.latex.rows import columns_for, filled, in_floats, in_lines, most_columns, share

LINE, HEIGHT = 6.3, 6.8  # inches: a page of A4


@pytest.mark.parametrize(
    ("count", "columns"), [(1, 1), (2, 2), (3, 2), (4, 2), (6, 2), (8, 3), (12, 3), (20, 4)]
)
def test_the_fewest_columns_with_which_figures_fit_a_page(count, columns):
    assert columns_for(count, LINE, HEIGHT) == columns


def test_figures_are_no_narrower_than_their_labels_allow():
    assert columns_for(100, LINE, HEIGHT) == most_columns(LINE) == 4
    assert most_columns(1.0) == 1
    assert columns_for(2, 3.3, HEIGHT) == 1  # a column of two holds both, one above the other


def test_what_stands_side_by_side_leaves_room_between():
    assert share(1) == 1
    assert all(columns * share(columns) < 1 for columns in range(2, 21))


def test_as_many_in_a_row_as_the_line_holds():
    assert in_lines([3.0, 3.0, 3.0], LINE) == [2, 1]
    assert in_lines([7.0, 1.0, 1.0], LINE) == [1, 2]
    assert in_lines([LINE, LINE], LINE) == [1, 1]


def test_all_rows_but_the_last_are_full():
    assert filled(5, 2) == [2, 2, 1]
    assert filled(2, 3) == [2]


def test_rows_that_a_page_does_not_hold_go_on_in_another_float():
    assert list(in_floats([1.0] * 7, HEIGHT)) == [5, 2]
    assert list(in_floats([9.0, 9.0], HEIGHT)) == [1, 1]  # each too high by itself
    assert list(in_floats([2.0], HEIGHT)) == [1]
