import pytest

from treadle.press.tex.diagnose import diagnose, diagnose_errors
from treadle.press.tex.places import Places
from treadle.problem import Severity, Span

# Each line of the tex comes from the line of the .pmd with ten times its number.
TEX = "\n".join(
    [
        r"\documentclass{article}",
        r"\begin{document}",
        r"\tableofcontents",
        r"A note\footnote{never ended. \label{a}",
        r"\label{a}",
        r"\bibliography{report/references}",
        "a ⟂ b",
        r"\end{document}",
    ]
)
PLACES = Places("report.pmd", "report.tex", TEX, tuple(range(10, 90, 10)))


def found(log):
    return [(item.span, item.severity.value, item.message) for item in diagnose(log, PLACES)]


def test_an_undefined_command_by_its_name():
    log = "./report.tex:4: Undefined control sequence.\nl.4 a $x \\nosuch\n   {y}$\nHelp.\n\n"
    expected = (Span.at("report.pmd", 40), "error", r"LaTeX: undefined command \nosuch")
    assert found(log) == [expected]


def test_an_undefined_command_in_an_argument_of_several_lines():
    log = (
        "./report.tex:7: Undefined control sequence.\n"
        "<argument> a \\bibliography \n                          {report}\nl.7 a}\n\n"
    )
    assert [item[0].line for item in found(log)] == [60]


def test_what_comes_to_light_at_the_end_is_left_out_after_another_error():
    illegal = "./report.tex:4: Illegal unit of measure (pt inserted).\nl.4 a\n\n"
    end = "./report.tex:8: You can't use `\\end' in internal vertical mode.\nl.8 \\end\n\n"
    assert [item[0].line for item in found(illegal + end)] == [40]
    assert [item[0].line for item in found(end)] == [80]


def test_the_end_of_a_formula_that_tex_began_itself_is_left_out():
    missing = "./report.tex:{0}: Missing $ inserted.\n<inserted text>\n $\nl.{0} a_\n  1\n\n"
    log = "".join(missing.format(line) for line in (4, 5, 6, 7))
    assert [item[0].line for item in found(log)] == [40, 60]


def test_what_follows_from_an_error_on_the_same_line_is_left_out():
    log = (
        "./report.tex:4: LaTeX Error: Environment foo undefined.\n\nl.4 x\n\n"
        "./report.tex:4: Missing } inserted.\nl.4 x\n\n"
        "!  ==> Fatal error occurred, no output PDF file produced!\n"
    )
    assert [item[2] for item in found(log)] == ["LaTeX: undefined environment `foo`"]


def test_an_environment_never_ended_is_told_where_it_begins():
    log = (
        r"./report.tex:8: LaTeX Error: \begin{itemize} on input line 4 ended by \end{document}."
        "\n\nl.8 \\end{document}\n\n"
    )
    expected = r"LaTeX: `\begin{itemize}` is never ended"
    assert found(log) == [(Span.at("report.pmd", 40), "error", expected)]


def test_an_argument_never_ended_is_told_where_it_begins():
    log = (
        "Runaway argument?\n{never ended. \\label {a} \\label \\ETC.\n"
        "! File ended while scanning use of \\@footnotetext.\n<*> report.tex\n\n"
    )
    assert [item[0].line for item in found(log)] == [40]


@pytest.mark.parametrize(
    "package", ["LaTeX Warning", "Package natbib Warning", "Package cleveref Warning"]
)
def test_undefined_references_and_citations_are_errors(package):
    log = (
        f"{package}: Reference `fig:x' on page 1 undefined on input line 4.\n\n"
        f"{package}: Citation `Zed' on page 1 undefined on input line 5.\n\n"
        "LaTeX Warning: There were undefined references.\n"
    )
    assert found(log) == [
        (Span.at("report.pmd", 40), "error", "the reference `fig:x` is not defined"),
        (Span.at("report.pmd", 50), "error", "the citation `Zed` is not defined"),
    ]


def test_a_label_given_twice_is_an_error_at_the_second():
    log = "LaTeX Warning: Label `a' multiply defined.\n"
    assert found(log) == [(Span.at("report.pmd", 50), "error", "the label `a` is given twice")]


def test_boxes_that_stick_out_by_more_than_two_points():
    log = (
        "(./report.tex\nOverfull \\hbox (12.34pt too wide) in paragraph at lines 7--8\n[]\n\n"
        "Overfull \\hbox (1.99pt too wide) in paragraph at lines 4--5\n[]\n\n"
        "(./report.toc\nOverfull \\hbox (5.0pt too wide) in paragraph at lines 1--1\n[]\n\n)"
    )
    text = "a line sticks out of the margin by"
    assert found(log) == [
        (Span.at("report.pmd", 30), "warning", f"{text} 5.0 pt"),
        (Span.at("report.pmd", 70), "warning", f"{text} 12.3 pt"),
    ]


def test_a_missing_character_is_told_where_it_stands():
    log = "Missing character: There is no ⟂ in font cmr10!\n" * 3
    [(span, severity, message)] = found(log)
    assert (span.line, severity) == (70, "warning")
    assert "⟂" in message


def test_harmless_words_are_left_out():
    log = (
        "LaTeX Warning: Label(s) may have changed. Rerun to get cross-references right.\n"
        "LaTeX Warning: `h' float specifier changed to `ht'.\n"
        "LaTeX Font Warning: Size substitutions with differences\n(Font)   up to 0.5pt.\n"
        "Underfull \\hbox (badness 10000) in paragraph at lines 7--8\n"
    )
    assert found(log) == []


def test_other_warnings_are_passed_on():
    log = "LaTeX Warning: Float too large for page by 12.0pt on input line 5.\n"
    text = "LaTeX: Float too large for page by 12.0pt"
    assert found(log) == [(Span.at("report.pmd", 50), "warning", text)]


def test_the_log_of_an_early_pass_says_nothing_of_references():
    log = (
        "LaTeX Warning: Reference `x' on page 1 undefined on input line 4.\n"
        "./report.tex:5: Undefined control sequence.\nl.5 \\nosuch\n\n"
    )
    [problem] = diagnose_errors(log, PLACES)
    assert problem.severity is Severity.ERROR
    assert problem.span.line == 50


def test_a_character_missing_thousands_of_times_is_looked_for_once(within):
    tex = "word " * 40_000 + "⟂"
    log = "Missing character: There is no ⟂ in font cmr10!\n" * 2000
    with within(1):
        [problem] = diagnose(log, Places("report.pmd", "report.tex", tex, (7,)))
    assert problem.span.line == 7


def test_many_missing_characters_are_found_soon(within):
    tex = "word " * 40_000 + "⟂"
    log = "".join(f"Missing character: There is no ⟂ in font f{n}!\n" for n in range(500))
    with within(2):
        assert len(diagnose(log, Places("report.pmd", "report.tex", tex, (7,)))) == 500


def test_a_long_missing_character_takes_no_time(within):
    with within(1):
        diagnose(f"Missing character: There is no {'a' * 60_000}!\n", PLACES)


def test_a_hundred_undefined_commands_in_a_long_document(within):
    tex = "\n\n".join(f"\\alpha \\beta{chr(97 + i % 26)} \\nosuch" for i in range(4000))
    places = Places("report.pmd", "report.tex", tex, tuple(range(1, 9000)))
    log = "".join(
        f"./report.tex:{2 * i + 1}: Undefined control sequence.\nl.{2 * i + 1} \\nosuch\n  a\n\n"
        for i in range(100)
    )
    with within(5):
        assert len(diagnose_errors(log, places)) == 100


def test_a_command_whose_own_definition_is_wrong_is_named_with_it():
    log = "./report.tex:4: Undefined control sequence.\n\\odd ->\\gone \n   x\nl.4 a \\odd\n  b\n\n"
    assert [item[2] for item in found(log)] == [
        r"LaTeX: `\odd` stands for the undefined command \gone"
    ]
