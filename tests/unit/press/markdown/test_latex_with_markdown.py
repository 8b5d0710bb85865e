"""Markdown within LaTeX: environments, arguments, and LaTeX that has none stays as it is."""

import re

import pytest


def environment(name: str, body: str, arguments: str = "") -> str:
    return f"\\begin{{{name}}}{arguments}\n{body}\n\\end{{{name}}}"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("Some *words*.", r"  Some \emph{words}."),
        ("**a**, `b`", r"  \textbf{a}, \codetext{b}"),
        (
            "a\n\n- b\n- c",
            "  a\n\n  \\begin{itemize}\n    \\item b\n    \\item c\n  \\end{itemize}",
        ),
        ("1. b", "  \\begin{enumerate}\n    \\item b\n  \\end{enumerate}"),
        ("see @fig:a", r"  see \cref{fig:a}"),
        ("[a](https://e.org)", r"  \href{https://e.org}{a}"),
        ("    deep *to* the right", r"  deep \emph{to} the right"),
        ("a *b* \\\\\nc % *d*\n``e'' $x*y*z$", "  a \\emph{b}  \\\\\n  c\n  ``e'' $x*y*z$"),
        ("\\item *a*\n\\item b", "  \\item \\emph{a}\n  \\item b"),
    ],
)
@pytest.mark.parametrize("name", ["center", "minipage", "multicols", "myown"])
def test_an_environment_with_markdown_is_markdown(latex, inner, expected, name):
    arguments = {"minipage": r"[t]{0.5\linewidth}", "multicols": "{2}"}.get(name, "")
    assert latex(environment(name, inner, arguments)) == environment(name, expected, arguments)


def test_an_environment_on_one_line(latex):
    assert (
        latex(r"\begin{center} **a** \end{center}")
        == "\\begin{center}\n  \\textbf{a}\n\\end{center}"
    )


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (r"- a \begin{small}*b*\end{small} c", r"\item a \begin{small}\emph{b}\end{small} c"),
        (r"a \begin{x}{y} **b** \begin{x}`c`\end{x}\end{x} d",
         r"a \begin{x}{y} \textbf{b} \begin{x}\codetext{c}\end{x}\end{x} d"),
        (r"> a \begin{small}b [b](http://c.d)\end{small}",
         r"a \begin{small}b \href{http://c.d}{b}\end{small}"),
        (r"a \begin{tabular}{l} *b* \end{tabular} *c*",
         r"a \begin{tabular}{l} *b* \end{tabular} \emph{c}"),
        (r"a \begin{small}b $*c*$\end{small}", r"a \begin{small}b $*c*$\end{small}"),
        (r"a \begin{small}*b*", r"a \begin{small}\emph{b}"),
    ],
)  # fmt: skip
def test_an_environment_within_text(latex, markdown, expected):
    assert expected in latex(markdown)


@pytest.mark.parametrize("inner", ["a", "**a**"])
@pytest.mark.parametrize("behind", [" *b*\nc", " `b % c`", "*b*"])
@pytest.mark.parametrize("prefix", ["", "- ", "> ", "(1) "])
def test_markdown_behind_an_environment_is_a_paragraph(latex, inner, behind, prefix):
    made = latex(f"{prefix}\\begin{{center}}{inner}\\end{{center}}{behind}")
    assert "\\emph{b}" in made or "\\codetext{b \\% c}" in made
    assert re.search(r"\\end\{center\}\n\n", made)


def test_latex_behind_an_environment_stays_beside_it(latex):
    assert latex("\\begin{x}\n*a*\n\\end{x}\\hfill% *b*") == (
        "\\begin{x}\n  \\emph{a}\n\\end{x}\\hfill% *b*"
    )


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("`a % b` **c**", r"\codetext{a \% b} \textbf{c}"),
        ("**c** ``a % `b``", r"\textbf{c} \codetext{a \% \textasciigrave{}b}"),
        ("[a](http://a.b/c%20d)", r"\href{http://a.b/c\%20d}{a}"),
        ("*a* \\verb|b%c| d", r"\emph{a} \verb|b%c| d"),
        ("*a* \\url{http://a.b/c%20d}", r"\emph{a} \url{http://a.b/c%20d}"),
        ("*a* % `b` c\nd", "\\emph{a}\n  d"),
        ("``a % b\nc'' *d*", "``a\n  c'' \\emph{d}"),
        ("`a \\\\` *b*", r"\codetext{a \textbackslash{}\textbackslash{}} \emph{b}"),
    ],
)
def test_what_begins_first_tells_a_comment_from_code(latex, inner, expected):
    assert latex(environment("center", inner)) == environment("center", f"  {expected}")


@pytest.mark.parametrize(
    "text",
    [
        environment("center", "\\small Plain `a' ``b'' \\\\ c % *x*\n\\vspace*{1em} \\textbf{b}"),
        environment("tikzpicture", r"\draw (0,0) -- *x* (1,1); \node at (2*3*4,1) {**a**};"),
        environment("tabular", "a*b & c*d \\\\\n- x & [@y] \\\\", "{ll}"),
        environment("align*", "a * b &= c * d \\\\\n- e &= _f_"),
        environment("verbatim", "*a* `b` - c"),
        environment(
            "figure", "\\centering\n\\includegraphics[width=2cm]{a_b_c}\n\\caption{A $x*y*z$.}"
        ),
        environment("table", environment("tabular", "*a* & b \\\\", "{ll}") + "\n\\caption{A.}"),
    ],
)
def test_latex_without_markdown_stays_as_it_is(latex, text):
    assert latex(text) == text


def test_an_environment_within_one(latex):
    inner = "  \\begin{itemize}\n    \\item nested *em*\n  \\end{itemize}"
    made = latex(f"\\begin{{enumerate}}\n\\item a\n{inner}\n\\end{{enumerate}}")
    assert r"\item nested \emph{em}" in made
    assert made.index(r"\item a") < made.index(r"\begin{itemize}") < made.index(r"\end{enumerate}")


def test_environments_side_by_side_stay_so(latex):
    for between in ("\n", "\\hfill\n", "%\n", "%\n\\hfill%\n"):
        both = (
            environment("minipage", "a", "{2cm}") + between + environment("minipage", "b", "{2cm}")
        )
        assert latex(both) == both
        assert latex(both.replace("a\n", "*a*\n", 1)).count("\n\n") == 0
    apart = environment("center", "a") + "\n\n" + environment("center", "b")
    assert latex(apart) == apart


def test_a_percent_sign_behind_what_is_printed_is_one(latex):
    assert latex("A share of\n\\textbf{93.2}%\nof all") == "A share of\n\\textbf{93.2}\\%\nof all"
    assert latex("# \\LaTeX%") == "\\section{\\LaTeX\\%}"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (r"\emph{a *b*} c", r"\emph{a \emph{b}} c"),
        (r"\textcolor{red}{**a** @fig:b}", r"\textcolor{red}{\textbf{a} \cref{fig:b}}"),
        (r"\footnote{See [a](https://e.org).}", r"\footnote{See \href{https://e.org}{a}.}"),
        (r"\SI{2*3*4}{\metre} \foo{a*b*c}", r"\SI{2*3*4}{\metre} \foo{a*b*c}"),
        (
            "\\newcommand{\\mod}[1]{#1}\n\n\\mod{a *b*}",
            "\\newcommand{\\mod}[1]{#1}\n\n\\mod{a \\emph{b}}",
        ),
        ("\\mod{One.\n\nTwo *x*.} c", "\\mod{One.\n\nTwo \\emph{x}.} c"),
        (
            "a \\mod{One.\n\n- b\n\nTwo.}",
            "a \\mod{One.\n\n\\begin{itemize}\n  \\item b\n\\end{itemize}\n\nTwo.}",
        ),
        ("\\mod[o]{x}{One \\foo{a\n\nb}\n\nTwo.}", "\\mod[o]{x}{One \\foo{a\n\nb}\n\nTwo.}"),
        (
            "\\mod{One.\n\n- b\n- c}\n\nd",
            "\\mod{One.\n\n\\begin{itemize}\n  \\item b\n  \\item c\n\\end{itemize}\n\n}\n\nd",
        ),
        ("> \\mod{a\n>\n> b}", "\\begin{quote}\n  \\mod{a\n\n  b}\n\\end{quote}"),
    ],
)
def test_arguments(latex, markdown, expected):
    assert latex(markdown) == expected


def test_markdown_in_a_command_that_nobody_knows_is_told_at_its_line(latex, findings):
    assert latex("a\n\\foo{**b**}") == "a\n\\foo{**b**}"
    ((line, message),) = [(item.span.line, item.message) for item in findings.problems]
    assert (line, r"within `\foo`" in message) == (2, True)


def test_a_command_of_the_preamble_may_hold_markdown(latex):
    assert latex(r"\mod{**b**}", commands=frozenset({"mod"})) == r"\mod{\textbf{b}}"


def test_a_percent_sign_ends_a_line_of_commands_alone(latex):
    assert latex("\\noindent\\small%\nText") == "\\noindent\\small%\nText"
    assert latex("Some \\emph{five}%\nof it") == "Some \\emph{five}\\%\nof it"


def test_words_of_a_command_within_latex_are_markdown(latex):
    figure = environment("figure", "  \\centering\n  \\caption{{A {}.}}")
    assert latex(figure.replace("{{A {}.}}", "{A *b*.}")) == figure.replace(
        "{{A {}.}}", r"{A \emph{b}.}"
    )
    assert latex(r"\emph{a \textit{*b*}}") == r"\emph{a \textit{\emph{b}}}"


def test_code_in_an_argument_is_an_error(latex, findings):
    latex("\\note{One.\n\n```r\nx\n```\n\nTwo.}")
    (found,) = findings.problems
    assert (found.span.line, "argument of a command" in found.message) == (3, True)
