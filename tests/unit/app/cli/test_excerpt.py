import re

import pytest

from treadle.app.cli.problems import with_excerpt
from treadle.problem import Span, error, warning


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """The lines shown of a problem on line 2 of a document, without colours."""
    monkeypatch.chdir(tmp_path)

    def show(line, message, column=0):
        (tmp_path / "a.pmd").write_text(f"first\n{line}\nlast\n", "utf-8")
        found = with_excerpt(error(Span.at("a.pmd", 2, column), message))
        return re.sub(r"\x1b\[\d+m", "", found).split("\n")

    return show


def test_the_caret_is_at_the_column(shown):
    assert shown("x = (1", "SyntaxError", 5) == [
        "a.pmd:2: error: SyntaxError",
        " 2 | x = (1",
        "   |     ^",
    ]


def test_or_below_what_the_message_quotes(shown):
    assert shown("  see @fig:x", "no `fig:x` here")[1:] == [
        " 2 |   see @fig:x",
        "   |        ^^^^^",
    ]
    assert shown(r"a \nosuch b", r"undefined command \nosuch")[2] == "   |   ^^^^^^^"


def test_or_below_all_of_the_line(shown):
    assert shown("  words ", "odd")[1:] == [" 2 |   words", "   |   ^^^^^"]


def test_of_a_long_line_the_part_that_matters(shown):
    text, caret = shown("x" * 500 + "HERE" + "y" * 500, "`HERE`")[1:]
    assert len(text) < 140
    assert text[caret.index("^") :].startswith("HERE")


def test_nothing_of_the_document_reaches_the_terminal_but_text(shown):
    head, text, _ = shown("a\x1b]0;title\x07b", "bad \x1b[31m")
    assert "\x1b" not in head + text


@pytest.mark.parametrize("span", [Span.at("none.pmd", 1), Span.at("a.pmd", 99)])
def test_without_a_line_only_the_words(shown, span):
    shown("x", "y")
    assert "\n" not in with_excerpt(warning(span, "odd"))
