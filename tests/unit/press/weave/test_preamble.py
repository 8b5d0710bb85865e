"""The title at its three places: above the text, at the head of each page, in the PDF's fields."""

import re

import pytest

from treadle.press.markdown.render import plain_text, readable_maths, running_line
from treadle.press.weave.weave import weave


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\ell_2", "ℓ₂"),
        (r"\mathbb{E}[x^2] \le \frac{a}{b}", "𝔼[x²] ≤ a/b"),
        (r"(\hat x, \bar{y})", "(x, y)"),
        (r"\lVert x\rVert_{2}, \sigma^{ij}\,\log n", "‖ x‖₂, σ^ij log n"),
        (r"50\,\%", "50 %"),
        (r"\LaTeX{} \R", "LaTeX R"),
    ],
)
def test_maths_in_plain_characters(tex, words):
    assert readable_maths(tex) == words


def test_the_words_of_a_title():
    title = "The *cost* -- of `x_1`<br>and $\\ell_2$ in \\textbf{R}\\footnote{No.}"
    assert plain_text(title) == "The cost – of x_1 and ℓ₂ in R"


def test_the_running_title_keeps_its_marks_and_loses_its_notes():
    title = "The *cost* of $\\ell_2$<br>here^[A note.] \\footnote{Another.}"
    assert running_line(title, 70) == r"The \emph{cost} of $\ell_2$ here"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("one *two three* four", r"one \emph{two …}"),
        ("one two $x^2 + y^2$ four", "one two  …"),
        ("onetwothreefour", "onetwothre …"),
    ],
)
def test_a_long_running_title_ends_between_words_and_outside_maths(title, expected):
    assert running_line(title, 10) == expected


def test_maths_in_the_title(make_document):
    tex = weave(make_document(title=r"Cost of $\ell_2$ regularisation"), []).tex
    assert r"\runninghead{Cost of $\ell_2$ regularisation}{}" in tex
    assert "pdftitle={Cost of ℓ₂ regularisation}" in tex
    assert len(re.findall(r"\\declaresymbol\{[ℓ₂]\}", tex)) == 2
