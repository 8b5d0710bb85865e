import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.press.latex.escape import (
    escape,
    escape_code,
    escape_prose,
    escape_url,
    escape_verbatim,
)

OURS = re.compile(
    r"\\(?:textbackslash|textasciicircum|textasciitilde|textquotesingle|textasciigrave"
    r"|textquotedbl|dots)\{\}|\\missingchar\{[0-9A-F]{4,6}\}"
    r"|\\controlchar\{(?:[@-Z\[\]?]|\\_|\\text\w+\{\})\}|\\[{}$&#%_]|\{\}"
)
ANYTHING = st.text(st.characters(), max_size=40) | st.text("\\{}$&#%_^~'`\"-<>,?!", max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\a{b}", r"\textbackslash{}a\{b\}"),
        ("100% & #1 $x_1$", r"100\% \& \#1 \$x\_1\$"),
        ("a--b<<c>>", "a-{}-b<{}<c>{}>"),
        ("don't", r"don\textquotesingle{}t"),
        ("naïve Δ", "naïve Δ"),
        ("\x1b\x07", r"\controlchar{[}\controlchar{G}"),
        ("😀中\ue000", r"😀中\missingchar{E000}"),
        ("\ud800", r"\missingchar{D800}"),
    ],
)
def test_escape(text, expected):
    assert escape(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1--2 --- 3...", r"1--2 --- 3\dots{}"),
        ("“a” ‘b’ it’s", "``a'' `b' it's"),
        ("a\u00a0b", "a~b"),
        ("a <<b>>", "a <{}<b>{}>"),
    ],
)
def test_escape_prose_sets_dashes_and_quotes(text, expected):
    assert escape_prose(text) == expected


@given(ANYTHING)
def test_escaped_text_holds_no_special_character_but_in_our_commands(text):
    for escaped in (escape(text), escape_prose(text)):
        assert not set(OURS.sub("", escaped)) & set("\\{}$&#%_^\x00\x1b\x7f")


@given(ANYTHING)
def test_escaped_verbatim_holds_no_command_but_ours(text):
    escaped = escape_verbatim(text.replace("\n", ""))
    assert not set(OURS.sub("", escaped)) & set("\\{}\x00\x1b\x7f")


@given(ANYTHING)
def test_what_is_escaped_can_be_written(text):
    escape(text).encode("utf-8")
    escape_verbatim(text).encode("utf-8")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30))
def test_escaping_loses_nothing(text):
    back = {r"\textbackslash{}": "\\", r"\{": "{", r"\}": "}"}
    escaped = escape_verbatim(text)
    assert re.sub(r"\\textbackslash\{\}|\\[{}]", lambda found: back[found[0]], escaped) == text


def test_long_code_may_be_broken_at_its_joints():
    name = "torch.nn.functional.binary_cross_entropy_with_logits"
    assert r".\allowbreak{}functional.\allowbreak{}binary\_\allowbreak{}cross" in escape_code(name)
    assert "allowbreak" not in escape_code("nn.Linear")


def test_code_keeps_its_blanks():
    assert escape_code("a  b") == r"a \ b"


def test_addresses():
    assert escape_url("https://e.org/a_b?x=1&y=%20#z") == r"https://e.org/a_b?x=1\&y=\%20\#z"
    assert escape_url("a{b}\\c") == r"a\%7Bb\%7D\%5Cc"
