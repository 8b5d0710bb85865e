import json
import re

import pytest

from treadle.app.cli.problems import Printer, ProblemFormat, as_annotation, as_json, with_excerpt
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


ODD = error(Span.at("a,b:c.pmd", 3, 7), "100%\nbad", "mend it")


def test_json_holds_all_of_it_in_one_line():
    line = as_json(ODD)
    assert "\n" not in line
    assert json.loads(line) == {
        "file": "a,b:c.pmd",
        "line": 3,
        "end_line": 3,
        "column": 7,
        "severity": "error",
        "message": "100%\nbad",
        "hint": "mend it",
    }


def test_an_annotation_escapes_what_github_reads_itself():
    expected = "::error file=a%2Cb%3Ac.pmd,line=3,endLine=3,col=7::100%25%0Abad (mend it)"
    assert as_annotation(ODD) == expected


def test_an_annotation_without_a_column():
    found = warning(Span("a.pmd", 3, 5), "odd")
    assert as_annotation(found) == "::warning file=a.pmd,line=3,endLine=5::odd"


def test_a_problem_is_printed_once(capsys):
    printer = Printer(ProblemFormat.TEXT)
    printer.print(ODD)
    printer.print_all([warning(Span.at("a.pmd", 3), "odd"), ODD])
    assert capsys.readouterr().err.splitlines() == [
        "a,b:c.pmd:3: error: 100% bad (mend it)",
        "a.pmd:3: warning: odd",
    ]


@pytest.mark.parametrize(
    ("kind", "start"), [(ProblemFormat.JSON, '{"file"'), (ProblemFormat.GITHUB, "::error")]
)
def test_programs_read_standard_output(capsys, kind, start):
    Printer(kind).print(ODD)
    printed = capsys.readouterr()
    assert printed.out.startswith(start)
    assert printed.err == ""
