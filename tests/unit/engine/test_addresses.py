"""Addresses of objects are told, and left out."""

import pytest

from treadle.engine.addresses import told_addresses, without_addresses

AT = " at 0x7f51c2a3d0e0"


@pytest.mark.parametrize(
    "text",
    [
        f"<a.B object{AT}>",
        f"[<a.B object{AT}>, {{'k': <a.B object{AT}>}}]",
        f"<function <lambda>{AT}>",
        f"<bound method C.f of <a.C object{AT}>>",
        f"<weakref{AT}; to 'C'{AT}>",
        f'<code object f{AT}, file "x.py", line 1>',
        f"<cell{AT}: int object{AT}>",
        "<PIL.Image.Image image mode=RGB size=2x2 at 0x7F5E01C4>",
        f"one\n<object object{AT}>\ntwo",
    ],
)
def test_what_repr_gives(text):
    bare = text.replace(AT, "").replace(" at 0x7F5E01C4", "")
    assert without_addresses(text) == bare
    told = list(told_addresses(text))
    assert told
    assert not any("0x" in word for words in told for word in words)


@pytest.mark.parametrize(
    "text",
    [
        "jump at 0x401000: mov",
        "<commit at 7f51c2a>",
        "<blob at 7f51c2a3d0e0aa>",
        "<event at 202611301859>",
        "at 7f51c2a3d0e0>",
        "<seen at 7f51c2a3d0e0, twice>",
        "at 0x7fff1234>",
        "<a line\nat 0x7fff1234>",
        "crash at 0x7ffe12345678",
        "<B at 0x10>",
        "0x7f51c2a3d0e0",
        "plain",
        "",
    ],
)
def test_other_numbers_stay(text):
    assert without_addresses(text) == text
    assert list(told_addresses(text)) == []


@pytest.mark.parametrize(
    "address", ["7f5aea148e50", "7F5AEA148E50", "00007f5aea148e50", "55d0c1a2b3e4"]
)
def test_those_that_are_written_without_a_sign(address):
    assert without_addresses(f"[<Rep at {address}>]") == "[<Rep>]"
    ((what, _),) = told_addresses(f"[<Rep at {address}>]")
    assert what.startswith("`<Rep>` ")


def test_the_way_out_is_that_of_the_kind():
    ways = {
        f"<generator object f{AT}>": "`list(...)`",
        f"<list_iterator object{AT}>": "`list(...)`",
        f"<function f{AT}>": "`__name__`",
        f"<a.B object{AT}>": "`__repr__`",
    }
    for text, way in ways.items():
        ((what, hint),) = told_addresses(text)
        assert way in hint
        assert text.replace(AT, "") in what


def test_what_is_told_is_the_innermost():
    (told,) = told_addresses(f"x < y and <a.B object{AT}>")
    assert told[0].startswith("`<a.B object>` ")
