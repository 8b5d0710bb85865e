"""What pandoc's Markdown has and CommonMark has not: lists, tables, line blocks, spans."""

import pytest


def rows(latex: str) -> list[list[str]]:
    """The entries of the only table, row by row, the header first."""
    body = latex.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
    lines = [line.strip().removesuffix(r"\\") for line in body.split("\n")]
    return [
        [entry.strip() for entry in line.split("&")]
        for line in lines
        if line and "rule" not in line
    ]


@pytest.mark.parametrize(
    ("markdown", "given", "items"),
    [
        ("a. x\nb. y", r"[label=\alph*.]", 2),
        ("c) x\nd) y", r"[label=\alph*), start=3]", 2),
        ("A)  x\nB)  y", r"[label=\Alph*)]", 2),
        ("A.  x\nB.  y", r"[label=\Alph*.]", 2),
        ("(i) x\n(ii) y\n(iii) z", r"[label=(\roman*)]", 3),
        ("iv) x\nv) y", r"[label=\roman*), start=4]", 2),
        ("(3) x\n\n(4) y", r"[label=(\arabic*), start=3]", 2),
        ("#. x\n#. y", "", 2),
        ("(@) x\n(@b) y", r"[label=(\arabic*)]", 2),
        ("h. x\ni. y\nj. z", r"[label=\alph*., start=8]", 3),
    ],
)
def test_lists(latex, markdown, given, items):
    made = latex(markdown)
    assert made.startswith(f"\\begin{{enumerate}}{given}\n")
    assert made.count(r"\item ") == items


def test_a_mark_is_as_long_as_its_name(latex):
    made = latex(
        "(@goodlongname) first\n\n                more\n\n(@another-good-name)  second\n\n"
        "    (@not-a-mark-here) x\n\nAs (@another-good-name) shows."
    )
    assert made.startswith("\\begin{enumerate}[label=(\\arabic*)]\n  \\item first\n\n    more\n")
    assert "\\item second" in made
    assert "As (2) shows." in made
    nested = latex("- a\n\n  (@goodlongname) b\n  1. c\n\n1234567890) d")
    assert r"\item b" in nested
    assert "1234567890) d" in nested
    assert latex("(1234567890) d") == "(1234567890) d"


def test_a_list_in_a_list(latex):
    assert latex("1. x\n   a. y\n   b. z") == (
        "\\begin{enumerate}\n  \\item x\n    \\begin{enumerate}[label=\\alph*.]\n      \\item y\n"
        "      \\item z\n    \\end{enumerate}\n\\end{enumerate}"
    )


@pytest.mark.parametrize(
    "text", ["B. Russell said", "so\na. x", "N.", "e.g. x", "(see a) x", "i.e. x"]
)
def test_what_is_no_list(latex, text):
    assert "enumerate" not in latex(text)


def test_examples_are_counted_through_the_document_and_referred_to(latex):
    made = latex("(@) a\n(@good) b\n\nAs (@good) and (@last) show.\n\n- c\n\n(@last) d")
    assert "As (2) and (3) show." in made
    assert r"[label=(\arabic*), start=3]" in made


def test_an_example_in_an_example_has_the_number_that_refers_to_it(latex):
    made = latex("(@a) x\n\n     (@b) y\n\n(@c) z\n\n@a, @b, @c")
    assert made.endswith("1, 2, 3")
    assert r"\item x" in made
    assert r"[label=(\arabic*), start=2]" in made
    assert r"\item[(3)] z" in made


@pytest.mark.parametrize(
    "markdown",
    [
        "(1) x\n```\n(2) y\n```\n(3) z",
        "a. x\n\n   ```\n   b. y\n   ```\nb. z",
        "#. x\n\n   ~~~\n   #. y\n   ~~~\n",
        "(i) x\n\n        (ii) y\n",
        "> (@) x\n> ```\n> (@) y\n> ```\n",
        "- a. x\n\n     ````\n     b. y\n     ````\n",
        "(1) x\n\\begin{verbatim}\n(2) y\n\\end{verbatim}\n",
        "a. x\n\n   $$\n   b. y\n   $$\n",
    ],
)
def test_what_an_item_shows_is_no_item(latex, markdown):
    made = latex(markdown)
    shown = next(line.strip() for line in markdown.split("\n") if line.endswith("y")).lstrip("> ")
    assert shown in made
    assert "11" not in made


def test_a_mark_of_another_list_ends_the_list(latex):
    made = latex("a. x\n1. y\n\n(1) u\nv\n(2) w")
    assert made.count(r"\begin{enumerate}") == 3
    assert made.count(r"\item ") == 4


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("1. Introduction\n===============", r"\section*{1. Introduction}"),
        ("2. Plots\n--------\n\nx", r"\subsection*{2. Plots}"),
        ("IV. Of *it*\n---", r"\subsection{IV. Of \emph{it}}"),
        ("# 2.1. Data", r"\section*{2.1. Data}"),
    ],
)
def test_headings_with_numbers(latex, markdown, expected):
    assert latex(markdown).startswith(expected)


def test_an_item_before_a_rule_is_an_item(latex):
    assert (
        latex("1. a\n\n---") == "\\begin{enumerate}\n  \\item a\n\\end{enumerate}\n\n\\sectionrule"
    )


GRID = """
+-----+----:+
| a   | *b* |
+=====+=====+
| 1   | 2   |
| 3   |     |
+-----+-----+
| 中  | x|y |
+-----+-----+
"""
SIMPLE = """
  Right     Left     Center
-------     ------ ----------
     12     12        12
  *123*     1 2       123
"""
MULTILINE = """
-------------------------------
 Centered   Default       Right
  Header    Aligned     Aligned
----------- ------- -----------
   First    row            12.0
            more

  Second    row             5.0
-------------------------------
"""
HEADLESS = """
-------     ------ ----------
     12     12        12
    123     13        123
-------     ------ ----------
"""


def test_a_grid_table(latex):
    made = latex(GRID)
    assert rows(made) == [["a", r"\emph{b}"], ["1 3", "2"], ["中", r"x|y"]]
    assert "{@{}lr@{}}" in made.replace("lr", "lr") or "{@{}ll@{}}" in made


def test_a_simple_table(latex):
    made = latex(SIMPLE)
    assert rows(made) == [
        ["Right", "Left", "Center"], ["12", "12", "12"], [r"\emph{123}", "1 2", "123"]
    ]  # fmt: skip
    assert r"\begin{tabular}{@{}rlc@{}}" in made


def test_a_table_with_rows_of_several_lines(latex):
    assert rows(latex(MULTILINE)) == [
        ["Centered Header", "Default Aligned", "Right Aligned"],
        ["First", "row more", "12.0"],
        ["Second", "row", "5.0"],
    ]


def test_a_table_without_a_header(latex):
    assert rows(latex(HEADLESS)) == [["12", "12", "12"], ["123", "13", "123"]]


@pytest.mark.parametrize("table", [GRID, SIMPLE, MULTILINE, HEADLESS])
def test_their_captions_and_lines(latex, fragment, table):
    text = f"{table}\nTable: Its *words* {{#tbl:a}}\n"
    assert "\\caption{Its \\emph{words}}\n  \\label{tbl:a}" in latex(text)
    lines = text.split("\n")
    found = [(line.text, lines[line.origin - 1]) for line in fragment(text)]
    for made, written in found:
        if " & " in made:
            first = made.split("&")[0].replace(r"\emph{", "").replace("}", "").split()[0]
            assert first in written or "missing" in first


@pytest.mark.parametrize(
    "table",
    [
        "+---+---+\n| a     |\n+---+---+\n| 1 | 2 |\n+---+---+\n",
        "+---+---+\n| a |  |\n".replace("|  |", "| b |") + "|   +---+\n| 1 | 2 |\n+---+---+\n",
        "+---+---+\n| a | b |\n+---+---+\n| 1 | 2 |\n+   +---+\n| 1 | 2 |\n+---+---+\n",
    ],
)
def test_a_grid_table_that_cannot_be_read_is_told(latex, findings, table):
    latex(f"a\n\n{table}")
    assert [item.span.line for item in findings.problems] in ([4], [5], [7])


def test_a_list_in_a_cell_is_told(latex, findings):
    latex("+---+\n| - a |\n+---+\n".replace("+---+", "+-----+"))
    ((line, message),) = [(item.span.line, item.message) for item in findings.problems]
    assert (line, "more than a paragraph" in message) == (2, True)


@pytest.mark.parametrize(
    "table",
    [
        "+--------+----+\n| `a  b` | c  |\n+--------+----+\n",
        "`a  b`   c\n-------- ---\nd        e\n",
        "-------- ---\n`a  b`   c\n\nd        e\n-------- ---\n",
    ],
)
def test_code_in_a_cell_keeps_its_blanks(latex, table):
    assert r"\codetext{a \ b}" in latex(table)


def test_a_line_block(latex, fragment):
    text = "| a *b*\n|   c\n|\n| d\n  e\n\nf"
    assert latex(text) == "a \\emph{b} \\\\\n~~c \\\\\n \\\\\nd\ne\n\nf"
    assert [line.origin for line in fragment(text)] == [1, 2, 3, 4, 5, 5, 7]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[a]{.smallcaps}", r"\textsc{a}"),
        ("[a *b*]{.underline}", r"\underline{a \emph{b}}"),
        ("[a]{.mark} [b]{.ul}", r"\colorbox{yellow!40}{a} \underline{b}"),
        ("[a]{#x}", r"\phantomsection\label{x}a"),
        ("[a](https://e.org)", r"\href{https://e.org}{a}"),
        ("[a] {b}", r"[a] \{b\}"),
    ],
)
def test_spans(latex, findings, markdown, expected):
    assert latex(markdown) == expected
    assert findings.problems == []


def test_a_span_that_means_nothing_is_told(latex, findings):
    assert latex("x\n[a]{.foo}") == "x\na"
    ((line, message),) = [(item.span.line, item.message) for item in findings.problems]
    assert (line, "`foo`" in message) == (2, True)
