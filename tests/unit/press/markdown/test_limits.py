"""What nobody writes by hand: nested a hundred deep, thousands of times over, within itself."""

import pytest

from treadle.press.latex.listings import code_lines


@pytest.mark.parametrize("mark", ["*", "**", "~~", "[^", "^[", "![", "[", "> ", "- ", "::: a\n"])
@pytest.mark.parametrize("times", [200, 2000])
def test_marks_within_one_another(latex, within, mark, times):
    with within(2):
        assert latex(mark * times + "x" + mark[::-1] * times)


def test_marks_nested_too_deep_are_printed_as_they_stand(latex):
    text = latex("*a " + "**b " * 400 + "c" + "**" * 400 + "*")
    assert text.count("{") == text.count("}") == text.count(r"\textbf{") + 1
    assert text.count("**") == 2 * (400 - text.count(r"\textbf{"))


def test_marks_nested_too_deep_in_an_inline_note(latex):
    assert r"\footnote{" in latex("a^[" + "**b " * 400 + "c" + "**" * 400 + "]")


@pytest.mark.parametrize(
    "text",
    [
        "::: {.theorem}\n",
        "::: a\n::: b\n:::\n",
        "\\begin{x}\n",
        "\\begin{x}\n\\begin{x}\n\\end{x}\n",
        "\\a{",
        "\\a[",
        "%\\a[",
        "a \\text{b\n",
        "\\[\n",
        "a\n\\[ x\n",
        "$\\text{a}",
        "$\\text{a",
        "| $|a|\n|---|\n",
        "<!-- a\n",
        "<div\n",
    ],
)
def test_what_nothing_closes_takes_no_time(latex, within, text):
    with within(3):
        latex(text * 3000)


def test_a_footnote_within_itself_is_told(latex, findings):
    assert latex("a[^1]\n\n[^1]: b [^1]") == "a\\footnote{%\nb }"
    [problem] = findings.problems
    assert (problem.span.line, "`1`" in problem.message) == (3, True)


def test_footnotes_of_footnotes(latex, within):
    notes = "".join(f"[^{n}]: x[^{n + 1}][^{n + 1}]\n\n" for n in range(60))
    with within(1):
        assert latex(f"a[^0]\n\n{notes}[^60]: y").count(r"\footnote{") == 1 + 2


@pytest.mark.parametrize("language", ["python", "text", "c"])
def test_a_line_of_code_of_thousands_of_words(within, language):
    code = "x = [" + ", ".join(map(str, range(10_000))) + "]"
    with within(2):
        lines = code_lines(code, language, 90)
    assert {number for _, number in lines} == {0}
    assert len(lines) > len(code) / 90
