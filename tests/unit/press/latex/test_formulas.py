import pytest

from treadle.press.latex.escape import declaration
from treadle.press.latex.formulas import with_text


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x_1 + y", "x_1 + y"),
        ("‖x‖ ≤ ℝ^n", "‖x‖ ≤ ℝ^n"),
        ("x_{größte}", r"x_{gr\text{öß}te}"),
        ("x_{макс}", r"x_{\text{макс}}"),
        ("中 文 + α", r"\text{中 文} + α"),
        (r"\text{für größte}", r"\text{für größte}"),
        (r"a \label{eq:ж} \tag{Ж}", r"a \label{eq:ж} \tag{Ж}"),
        ("90°", "90°"),
        ("a – b", r"a \text{–} b"),
        ("e\u0301", r"\text{é}"),
        ("⨝", r"\text{⨝}"),
    ],
)
def test_what_is_no_mathematics_is_text(formula, expected):
    assert with_text(formula) == expected


@pytest.mark.parametrize(
    ("char", "how"),
    [
        ("𝐱", r"\mathbf{x}"),
        ("𝒜", r"\mathcal{A}"),
        ("ℨ", r"\mathfrak{Z}"),
        ("𝟙", r"\mathbf{1}"),
        ("𝛂", r"\boldsymbol{\alpha}"),
        ("⅝", r"{}^{5}\!/_{8}"),
        ("𝕏", r"\mathbb{X}"),
    ],
)
def test_letters_of_mathematical_alphabets_and_fractions_are_known_by_their_names(char, how):
    assert declaration(char) == rf"\declaresymbol{{{char}}}{{{ord(char):04X}}}{{{how}}}"


@pytest.mark.parametrize("char", ["a", "é", "Ж", "中", "𝒶", "①"])
def test_of_others_nothing_is_declared(char):
    assert declaration(char) is None
