"""Dollars that open no formula, and formulas that are text between two prices."""

import pytest


def told(findings):
    return [(problem.span.line, problem.message) for problem in findings.problems]


@pytest.mark.parametrize(
    "text",
    [
        "The price is $x^2 + 1 and then text.",
        r"An open $\alpha + 1 here.",
        "One $x_1, and two",
        "Blanks within $ a^2 $ it",
        "A digit behind $x^2$3",
        "A price $5 and $x_1 is open",
        "Two $$x^2 here",
        "- an item $\\beta",
        "> quoted $a_b",
        "A [link $x^2 in](http://b.c)",
        "**bold $x_1 text**",
        "# Heading $a^2 of it",
        "| a |\n|---|\n| $x^2 |",
    ],
)
def test_a_lone_dollar_before_mathematics_is_told(latex, findings, text):
    made = latex(f"One\n\n{text}\n\nmore")
    assert r"\$" in made
    ((line, what),) = told(findings)
    assert line == (5 if "|" in text else 3)
    assert "opens no formula here, and is printed as it stands" in what


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5.",
        "It costs $5, see \\cite{x}, or $6 \\emph{so}.",
        "Set $HOME_DIR to 1, and \\$x^2.",
        "From $5 to file_name and x^2^",
        "$x^2$ and $\\alpha$, $a$-$b$.",
        "US$ 5 and US$ 6",
        "[a $5](http://b.c/d_e)",
        "$5-$10 for x_1 of them",
    ],
)
def test_a_price_is_not(latex, findings, text):
    latex(text)
    assert told(findings) == []


def test_it_stands_at_its_line(latex, findings):
    latex("One\ntwo $a$\nthree $x^2 and\nfour")
    assert [line for line, _ in told(findings)] == [3]


@pytest.mark.parametrize(
    "text",
    ["Costs $5 and $6 in total. Cost is 5$ and 6$", "$if and only if$", "$p(rain | clouds above)$"],
)
def test_a_formula_of_words_is_told(latex, findings, text):
    latex(text)
    ((_, what),) = told(findings)
    assert "the blanks between words vanish" in what


@pytest.mark.parametrize(
    "formula",
    [r"dx dy", r"x = y \text{ if and only if } z", r"\sin xyz", r"a \mathrm{for all} b", "x in y"],
)
def test_a_formula_of_letters_is_not(latex, findings, formula):
    latex(f"So ${formula}$ it is.")
    assert told(findings) == []
