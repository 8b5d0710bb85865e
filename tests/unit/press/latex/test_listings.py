from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.press.latex.listings import (
    code_lines,
    highlighted,
    output_lines,
    printed_lines,
    wrap_at,
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb\n", ("a", "b")),
        ("a\n\nb", ("a", "", "b")),
        ("\x1b[1;31mred\x1b[0m", ("red",)),
        ("\x1b]8;;http://e.org\x07link\x1b]8;;\x07", ("link",)),
        ("10%\r99%\n", ("99%",)),
        ("abcdef\rXY", ("XYcdef",)),
        ("a\r\nb", ("a", "b")),
        ("a\tb", ("a       b",)),
        ("a\u2028b\x0bc", ("a\u2028b\x0bc",)),
        ("", ()),
    ],
)
def test_printed_lines(text, lines):
    assert printed_lines(text) == lines


@given(st.text(max_size=200), st.integers(8, 60))
def test_wrapped_pieces_fit_and_are_the_line(line, width):
    cuts = (0, *wrap_at(line, width), len(line))
    pieces = [line[start:end] for start, end in pairwise(cuts)]
    assert "".join(pieces) == line
    assert len(pieces[0]) <= width
    assert all(len(piece) <= width - 2 for piece in pieces[1:])


def test_wrapping_prefers_blanks():
    assert wrap_at("aaa bbb ccc ddd", 8) == (8, 12)


def test_unwrapped():
    assert output_lines("x" * 300, None) == ("x" * 300,)


def test_output_shows_commands_as_text():
    assert output_lines(r"\end{chunkoutput}", 80) == (r"\textbackslash{}end\{chunkoutput\}",)


def test_code_is_highlighted_and_knows_its_lines():
    lines = code_lines('def f(x):\n    return "a{b}"', "python", 80)
    assert lines == (
        (r"\hlkeyword{def} \hlname{f}(x):", 0),
        (r'    \hlkeyword{return} \hlstring{"a\{b\}"}', 1),
    )


def test_a_long_line_of_code_goes_on_below():
    lines = code_lines("x = 1\ny = f(" + "a, " * 40 + "b)", "python", 60)
    assert [number for _, number in lines] == [0, 1, 1, 1]
    assert lines[2][0].startswith(r"\wrapmark{}a,")


def test_a_string_over_several_lines_is_closed_on_each():
    assert [text for text, _ in code_lines('"""a\nb"""', "python", 80)] == [
        r'\hlstring{"""a}',
        r'\hlstring{b"""}',
    ]


def test_unknown_language():
    assert code_lines("a {b}", "no such language", 80) == ((r"a \{b\}", 0),)


@given(st.text(max_size=80).filter(lambda text: "\r" not in text))
def test_highlighting_changes_no_character(code):
    shown = "\n".join("".join(text for _, text in line) for line in highlighted(code, "python"))
    assert shown == code


def test_ideographs_take_two_columns_of_code():
    assert wrap_at("日本語日本語日本語", 6) == (3, 5, 7)
    assert wrap_at("日本 ab cd", 8) == (6,)
