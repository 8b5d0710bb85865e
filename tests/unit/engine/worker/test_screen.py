"""What a terminal would show of what was printed."""

import pytest

from treadle.engine.worker.screen import Screen

UP, ERASE = "\x1b[A", "\x1b[K"


def shown(*pieces):
    """Pieces of text, each printed at a place of its own; the places where it stands in the end."""
    screen = Screen()
    for place, text in enumerate(pieces):
        screen.write(text, place)
    found: dict[int, str] = {}
    for place, text in screen.pieces():
        found[place] = found.get(place, "") + text
    return found


def text_of(*pieces):
    return "".join(shown(*pieces).values())


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("plain  \n", "plain  \n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("50%\r100%\n", "100%\n"),
        ("100%\r5%\n", "5%0%\n"),
        ("100%\r\x1b[K5%\n", "5%\n"),
        ("100%\x1b[2K\r5%\n", "5%\n"),
        ("abcd\x1b[2D\x1b[1Kx\n", "  xd\n"),
        ("ab\b\bc\n", "cb\n"),
        ("\x1b[31mred\x1b[0m and \x1b[1;32mgreen\x1b[m\rR", "Red and green"),
        ("one\ntwo\x1b[A\x1b[3D1\n", "1ne\ntwo"),
        ("one\ntwo\n\x1b[2F1\x1b[E2", "1ne\n2wo\n"),
        ("x\x1b[5Gy\n", "x   y\n"),
        ("first frame\nof two\n\x1b[2J\x1b[Hsecond\n", "second\n"),
        ("\x1b[H\x1b[2J\x1b[3Jcleared", "cleared"),
        ("a\nb\nc\x1b[2A\r\x1b[Jd\n", "d\n"),
        ("\x1b[?25l10%\r20%\x1b[?25h\n", "20%\n"),
        ("\x1b]0;a title\x07text\r", "text"),
        ("an escape \x1b alone\r", "an escape \x1b alone"),
        ("\x1b[9999999Cfar\r", " " * 10_000 + "far"),
        ("\x1b[99Aup\x1b[99B\x1b[99D.\n", ".p\n"),
    ],
)
def test_as_a_terminal_leaves_it(printed, expected):
    assert text_of(printed) == expected


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_bar_in_a_bar(size):
    """As tqdm draws them: the inner one goes, and the outer one is drawn anew above it."""
    text = "\router 0"
    for step in "123":
        text += "\n\rinner a\x1b[A\n\rinner b\x1b[A\n\r       \r\x1b[A"
        text += f"\router {step}"
    assert text_of(text + "\n").rstrip("\n") == "outer 3"
    apart = [text[at : at + size] for at in range(0, len(text), size)]
    if size > 2:  # no sequence is cut in two
        assert text_of(text).rstrip("\n") == "outer 3"
    assert "".join(apart) == text


def test_a_bar_moves_to_where_it_is_drawn_last():
    assert shown("\r1 of 2", "", "\r2 of 2", "", "\n") == {2: "2 of 2", 4: "\n"}


def test_what_stands_still_keeps_its_place():
    assert shown("one\n", "", "two\n\rbar 1", "", "\rbar 2\n") == {
        0: "one\n",
        2: "two\n",
        4: "bar 2\n",
    }


def test_the_size_is_that_of_what_is_to_be_seen():
    screen = Screen()
    for step in range(10_000):
        screen.write(f"\r{step:5} of 10000", 0)
    assert screen.size == 14
    screen.write("\nthe end", 0)
    assert screen.size == 22
    assert screen.latest().endswith("the end")
