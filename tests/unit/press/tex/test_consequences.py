"""Which errors tell of a mistake, by logs as LaTeX writes them (`tests/broken` has real ones)."""

import pytest

from treadle.press.tex.consequences import mistakes
from treadle.press.tex.log import Message, MessageKind
from treadle.press.tex.places import Places

# A paragraph of five lines, and one of three.
TEX = "one\ntwo\nthree\nfour\nfive\n\n\\begin{tabularz}\nx\n\\end{tabularz}\n"
PLACES = Places("report.pmd", "report.tex", TEX, tuple(range(1, 11)))
UNDEFINED = "Undefined control sequence."


def error(text, line, context="a_", file="./report.tex"):
    return Message(MessageKind.ERROR, text, file, line, context)


def told(*errors):
    return [(item.text, item.line) for item in mistakes(errors, PLACES)]


@pytest.mark.parametrize("text", ["Missing } inserted.", "Misplaced \\noalign.", "Extra \\else."])
def test_what_follows_within_the_paragraph_is_left_out(text):
    first = error("Missing $ inserted.", 1)
    assert told(error("Too many }'s.", 1), error(text, 5)) == [("Too many }'s.", 1)]
    assert told(error("Too many }'s.", 1), error(text, 6)) == [("Too many }'s.", 1)]  # its end
    assert told(error("Too many }'s.", 1), error(text, 8)) == [("Too many }'s.", 1), (text, 8)]
    assert told(first, error(text, 5)) == [(first.text, 1)]


@pytest.mark.parametrize(
    "text", ["Missing \\right. inserted.", "Extra alignment tab has been changed to \\cr."]
)
def test_what_an_undefined_command_cannot_cause_is_told(text):
    first = error(UNDEFINED, 1, r"\nosuch")
    assert told(first, error(text, 2)) == [(first.text, 1), (text, 2)]
    assert told(first, error("Missing $ inserted.", 2)) == [(first.text, 1)]


def test_two_scripts_cause_nothing():
    first, second = error("Double superscript.", 1), error("Missing } inserted.", 2)
    assert len(told(first, second)) == 2


def test_what_is_in_an_environment_that_latex_does_not_know_is_not_told():
    first = error("LaTeX Error: Environment tabularz undefined.", 7)
    inside = error("Misplaced alignment tab character &.", 8)
    end = error("LaTeX Error: \\begin{document} ended by \\end{tabularz}.", 9)
    after = error("Misplaced alignment tab character &.", 10)
    assert told(first, inside, end, after) == [(first.text, 7), (after.text, 10)]


def test_what_a_formula_of_texs_own_makes_of_a_list_is_not_told():
    errors = (
        error("Missing $ inserted.", 1),
        error("LaTeX Error: Command \\item invalid in math mode.", 2),
        error("LaTeX Error: Something's wrong--perhaps a missing \\item.", 2),
        error("LaTeX Error: Command \\item invalid in math mode.", 3),
        error("Missing $ inserted.", 3),
        error("Missing $ inserted.", 8),
    )
    assert told(*errors) == [("Missing $ inserted.", 1), ("Missing $ inserted.", 8)]


def test_in_a_file_of_which_only_the_name_is_known_what_is_near_follows():
    first = error("Too many }'s.", 1, file="/a.tex")
    near, far = (error("Missing } inserted.", line, file="/a.tex") for line in (4, 5))
    assert told(first, near) == [(first.text, 1)]
    assert len(told(first, far)) == 2
    assert len(told(first, error("Missing } inserted.", 2))) == 2  # another file


def test_other_mistakes_on_the_same_line_are_told():
    errors = (
        error("Double subscript.", 1),
        error(UNDEFINED, 1, r"\one"),
        error("Double subscript.", 1),
        error("Missing } inserted.", 1),
    )
    places = Places("report.pmd", "report.tex", "\\one", (1,))
    found = [item.text for item in mistakes(errors, places)]
    assert found == ["Double subscript.", UNDEFINED]


def test_hundreds_of_errors_in_a_long_document(within):
    tex = "\n\n".join(rf"\one{{}} \two \x{'abcdefghij'[i % 10]}" for i in range(5000))
    places = Places("report.pmd", "report.tex", tex, tuple(range(1, 10_000)))
    errors = [error(UNDEFINED, 2 * i + 1, r"\two") for i in range(2000)]
    with within(2):
        assert len(list(mistakes(errors, places))) == 2000


def test_a_formula_that_ends_with_its_paragraph_is_the_authors():
    end = error("Missing $ inserted.", 6, "")
    after = error("Missing $ inserted.", 8)
    assert told(end, after) == [(end.text, 6), (after.text, 8)]


def test_an_ampersand_outside_of_a_table_hides_no_other_mistake():
    first = error("Misplaced alignment tab character &.", 1)
    assert told(first, error("Misplaced \\noalign.", 2)) == [(first.text, 1)]
    assert len(told(first, error("Missing $ inserted.", 2))) == 2
