"""Blocks: pandoc's Markdown and the LaTeX it becomes."""

from pathlib import Path

import pytest

CASES = {
    "heading": ("# A & *b* {#sec:a}", r"\section{A \& \emph{b}}\label{sec:a}"),
    "unnumbered": (
        "## A {-}",
        "\\subsection*{A}\n\\addcontentsline{toc}{subsection}{A}",
    ),
    "label without a number": (
        "## A *b* {- #sec:a}",
        "\\subsection*{A \\emph{b}}\n"
        "\\addcontentsline{toc}{subsection}{A \\emph{b}}\\namedlabel{A \\emph{b}}{sec:a}",
    ),
    "setext": ("A\n===", r"\section{A}"),
    "heading with braces": ("# The set {a}", r"\section{The set \{a\}}"),
    "display": ("$$\nx\n$$", "\\[\n  x\n\\]"),
    "display in brackets": ("\\[\nx\n\\]", "\\[\n  x\n\\]"),
    "label": ("$$ x $$ {#eq:a}", "\\begin{equation}\\label{eq:a}\n  x\n\\end{equation}"),
    "rows": (
        "$$\na &= b \\\\\n  &= c\n$$",
        "\\[\n  \\begin{aligned}\n    a &= b \\\\\n    &= c\n  \\end{aligned}\n\\]",
    ),
    "matrix": (
        "$$\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}$$",
        "\\[\n  \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n\\]",
    ),
    "align in dollars": (
        "$$\n\\begin{align}\na &= b\n\\end{align}\n$$ {#eq:a}",
        "\\begin{align}\\label{eq:a}\na &= b\n\\end{align}",
    ),
    "display within a paragraph": ("so\n$$x$$\nholds", "so\n\\[\n  x\n\\]\nholds"),
    "display after a blank": ("so\n\n$$x$$\n\nthen", "so\n\\[\n  x\n\\]\n\nthen"),
    "display in a sentence": ("so $$x$$ holds", "so \n\\[\n  x\n\\]\n holds"),
    "environment": (
        "\\begin{proof}\n$a_1$ \\emph{b} % it's ``so''\n\n\\& c \\\\\n\\end{proof}",
        "\\begin{proof}\n$a_1$ \\emph{b} % it's ``so''\n\n\\& c \\\\\n\\end{proof}",
    ),
    "nested environment": (
        "\\begin{a}\n\\begin{a}\n\n\\end{a}\n\nx\n\\end{a}",
        "\\begin{a}\n\\begin{a}\n\n\\end{a}\n\nx\n\\end{a}",
    ),
    "commands": ("\\newpage\n\n\\appendix", "\\newpage\n\n\\appendix"),
    "raw block": ("```{=latex}\n\\foo_%\n```", "\\foo_%"),
    "raw block of another kind": ("```{=html}\n<b>\n```", ""),
    "comment": ("<!-- a\n\nb -->\n\nc", "c"),
    "tight list": (
        "- a\n  b\n    - c\n- d",
        "\\begin{itemize}\n  \\item a\n    b\n    \\begin{itemize}\n      \\item c\n"
        "    \\end{itemize}\n  \\item d\n\\end{itemize}",
    ),
    "loose list": (
        "3. a\n\n   b\n4. [c]",
        "\\begin{enumerate}[start=3]\n  \\item a\n\n    b\n  \\item {}[c]\n\\end{enumerate}",
    ),
    "tasks": (
        "- [ ] a\n- [x] b",
        "\\begin{itemize}\n  \\item[$\\square$] a\n  \\item[$\\boxtimes$] b\n\\end{itemize}",
    ),
    "definitions": (
        "*T*\n:   Its\n    meaning",
        "\\begin{description}\n  \\item[{\\emph{T}}]\n    Its\n    meaning\n\\end{description}",
    ),
    "title of a theorem": (
        "::: {.theorem #thm:a title=\"A & *b* $x_1$\"}\nc\n:::",
        "\\begin{theorem}[{A \\& \\emph{b} $x_1$}]\\label{thm:a}\n  c\n\\end{theorem}",
    ),
    "quotation": ("> a\n> b", "\\begin{quote}\n  a\n  b\n\\end{quote}"),
    "theorem": (
        '::: {.theorem #thm:a title="Bayes"}\n$x$\n:::',
        "\\begin{theorem}[{Bayes}]\\label{thm:a}\n  $x$\n\\end{theorem}",
    ),
    "nested divs": (
        "::: proof\n:::: center\na\n::::\n:::",
        "\\begin{proof}\n  \\begin{center}\n    a\n  \\end{center}\n\\end{proof}",
    ),
    "other div": ("::: whatever\na\n:::", "a"),
    "listing": (
        "```json\n{}\n```",
        "\\begin{listing}\n\\{\\}\n\\end{listing}",
    ),
    "indented code": ("a\n\n    b_c", "a\n\n\\begin{listing}\nb_c\n\\end{listing}"),
    "rule": ("a\n\n---\n\nb", "a\n\n\\sectionrule\n\nb"),
    "table": (
        "| a | b |\n|:--|--:|\n| x_1 | -2 |\n| [y] | **3** |",
        "\\begin{center}\n  \\begin{tabular}{@{}lr@{}}\n    \\toprule\n    a    & b \\\\\n"
        "    \\midrule\n    x\\_1 & $-$2 \\\\\n    {}[y]  & \\textbf{3} \\\\\n    \\bottomrule\n"
        "  \\end{tabular}\n\\end{center}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_block(latex, name):
    markdown, expected = CASES[name]
    assert latex(markdown) == expected


@pytest.mark.parametrize(
    "markdown",
    [
        "|a|b|\n|-|-|\n|1|2|\n\n: Cap *x* {#tbl:a}",
        "|a|b|\n|-|-|\n|1|2|\n: Cap *x* {#tbl:a}",
        "|a|b|\n|-|-|\n|1|2|\n\nTable: Cap *x* {#tbl:a}",
        "Table: Cap *x* {#tbl:a}\n\n|a|b|\n|-|-|\n|1|2|",
    ],
)
def test_a_table_with_a_caption_floats(latex, markdown):
    text = latex(markdown)
    assert (
        "\\begin{table}[htbp]\n  \\centering\n  \\caption{Cap \\emph{x}}\n  \\label{tbl:a}" in text
    )
    assert text.count("Cap") == 1


def test_a_caption_belongs_to_the_table_above_it(latex):
    text = latex("|a|\n|-|\n|1|\n\n: One {#tbl:a}\n\n|b|\n|-|\n|2|")
    assert text.count(r"\caption{One}") == 1
    assert r"\begin{center}" in text


def test_the_rows_of_a_table_know_their_lines(fragment):
    lines = fragment("a\n\n|b|\n|-|\n|c|\n|d|")
    assert {line.text.strip(): line.origin for line in lines if "\\\\" in line.text} == {
        r"b \\": 3,
        r"c \\": 5,
        r"d \\": 6,
    }


def test_long_cells_are_paragraphs(latex):
    text = latex(f"|a|b|\n|-|-|\n|x|{'word ' * 40}|")
    assert r"l>{\raggedright\arraybackslash}p{" in text


def test_a_table_of_many_columns_shrinks_to_the_page(latex):
    row = "|" + "number 0.1|" * 12
    text = latex(f"{row}\n|{'-|' * 12}\n{row}")
    assert r"\begin{adjustbox}{max size={\linewidth}{" in text


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("|number 0.1" * 4, 40),  # a narrow column of text
        ("|four words in each" * 2 + "|number 0.1" * 6, 90),  # the long ones have no room
    ],
)
def test_a_table_that_is_too_wide_for_the_line_shrinks(latex, row, columns):
    text = latex(f"{row}|\n{'|-' * row.count('|')}|\n{row}|", columns=columns)
    assert r"\begin{adjustbox}{max size={\linewidth}{" in text


def test_what_means_nothing_to_a_table_is_told(latex, findings):
    text = latex("|a|\n|-|\n|b|\n\n: Cap. []{#tbl:a .striped short-caption='C'}")
    assert "  \\caption{Cap.}\n  \\label{tbl:a}\n" in text
    assert [item.message for item in findings.problems] == [
        "`.striped` means nothing to a table", "`short-caption` means nothing to a table"
    ]  # fmt: skip


def test_figure(latex, tmp_path, findings):
    (tmp_path / "a b.png").touch()
    text = latex('![Cap $x$](<a b.png>){#fig:a width=60% alt="100% & so"}')
    (copy,) = findings.copies
    assert copy.source == tmp_path / "a b.png"
    assert copy.target.startswith("report/images/a-b-")
    assert text == (
        "\\begin{figure}[htbp]\n  \\centering\n"
        "  \\alttext{100\\% \\& so}{\\includegraphics[width=0.6\\linewidth]{" + copy.target + "}}\n"
        "  \\caption{Cap $x$}\n  \\label{fig:a}\n\\end{figure}"
    )


def test_an_image_within_text_does_not_float(latex, tmp_path):
    (tmp_path / "a.pdf").touch()
    assert latex("see ![](a.pdf){height=1em}") == (
        r"see \includegraphics[height=1em]{report/images/a.pdf}"
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("https://e.org/x/a.png?raw=true#top", "a.png"),
        ("a.png", "a.png"),
        ("https://e.org/b.svg", "b.pdf"),
        ("b.gif", "b.pdf"),
        ("b", "b.pdf"),
    ],
)
def test_an_image_is_the_file_beside_the_document(latex, tmp_path, findings, path, name):
    for there in ("a.png", "a.pdf", "b.svg", "b.pdf"):
        (tmp_path / there).touch()
    latex(f"![c]({path})")
    (copy,) = findings.copies
    assert copy.source == tmp_path / name
    assert Path(copy.target).suffix == copy.source.suffix


def test_an_address_is_the_file_in_the_last_of_its_folders(latex, tmp_path, findings):
    for there in ("a.png", "x/a.png", "e.org/y/a.png"):
        (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / there).touch()
    latex("![c](https://e.org/x/a.png)\n\n![c](https://e.org/y/a.png)\n\n![c](http://e.org/a.png)")
    found = [copy.source for copy in findings.copies]
    assert found == [tmp_path / name for name in ("x/a.png", "e.org/y/a.png", "a.png")]
    assert findings.problems == []


def test_two_addresses_are_not_one_file(latex, tmp_path, findings):
    (tmp_path / "a.png").touch()
    first, second = "https://e.org/x/a.png", "https://e.org/y/a.png"
    latex(f"![c]({first})\n\n![c]({first}#top)\n\n![c](a.png)\n\n![c]({second})")
    (found,) = findings.problems
    assert found.span.line == 7
    assert (
        found.message == f"the image `{second}` would be the file `a.png`, as `{first}` is already"
    )
    assert found.hint == "put this one beside the document as `y/a.png`"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("c.png", "image file `c.png` not found"),
        ("no.png", "image file `no.png` not found"),
        ("a.svg", "LaTeX can't include `a.svg`"),
        ("c-0.5", "image file `c-0.5` not found"),  # and not another number's
        ("https://e.org/a.png", "is not a local file"),
    ],
)
def test_an_image_that_can_not_be_had(latex, tmp_path, findings, path, message):
    (tmp_path / "a.svg").touch()
    (tmp_path / "c.pdf").touch()
    (tmp_path / "c-0.pdf").touch()
    latex(f"text\n\n![c]({path})")
    (found,) = findings.problems
    assert message in found.message
    assert found.span.line == 3


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        ("a\n\n$$ x\n\nb", "`$$` opens mathematics that nothing closes"),
        ("a\n\n\\begin{align}\nx\n", "has no `\\end{align}`"),
        ("a\n\n::: theorem\nx\n", "`:::` opens a block that nothing closes"),
        ("a\n\n<table>", "HTML is left out"),
    ],
)
def test_what_is_unclosed_is_told_at_its_line(latex, findings, markdown, message):
    latex(markdown)
    (found,) = findings.problems + findings.doubts
    assert message in found.message
    assert found.span.line == 3


def test_a_display_that_goes_on_in_the_text_is_closed(latex, findings):
    text = latex("a\n$$\nx\n$$ where\n$$\ny\n$$\n\n$$\nz\n$$ (1)\n\n$$\nw\n$$")
    lines = [line.strip() for line in text.split("\n") if line and line not in {r"\[", r"\]"}]
    assert lines == ["a", "x", "where", "y", "z", "(1)", "w"]
    assert findings.problems + findings.doubts == []


def test_an_argument_that_is_unclosed_is_told_at_its_line(latex, findings):
    latex("a\nb \\textbf{c\n\nd}")
    assert [(item.span.line, r"\textbf" in item.message) for item in findings.doubts] == [(2, True)]


@pytest.mark.parametrize(
    ("depth", "command"), [(3, r"\label"), (2, r"\namedlabel{A}"), (-2, r"\namedlabel{A}")]
)
def test_a_heading_without_a_number_is_referred_to_by_its_title(latex, depth, command):
    made = latex("### A {#sec:a}", depth=depth)
    assert made == rf"\subsubsection{{A}}{command}{{sec:a}}"


def test_the_bibliography_stands_where_its_heading_does(latex, findings):
    bibliography = (r"\bibliographystyle{plainnat}", r"\bibliography{report/refs}")
    text = latex("a\n\n# References\n\n# More", bibliography=bibliography)
    assert text == "a\n\n" + "\n".join(bibliography) + "\n\n\\section{More}"
    assert findings.bibliography


def test_a_theorem_that_begins_with_a_bracket(latex):
    assert latex("::: theorem\n[x] y\n:::").startswith("\\begin{theorem}{}\n  [x] y")


def test_two_displays_on_a_line_are_two(latex):
    text = latex(r"\[a\] and \[b\]")
    assert [line.strip() for line in text.split("\n") if line] == [
        r"\[", "a", r"\]", "and", r"\[", "b", r"\]"
    ]  # fmt: skip


@pytest.mark.parametrize("between", ["\n\n", "\n"])
@pytest.mark.parametrize("table", ["| a |\n|---|\n| b |", "  a    b\n---- ----\n  1    2"])
@pytest.mark.parametrize("before", ["Some text.", "So is\nsome text."])
def test_a_labelled_caption_above_its_table_defines_nothing(latex, between, table, before):
    if "\n" in before and between == "\n":
        return  # all of it is one paragraph
    made = latex(f"{before}{between}: A caption\nof *two* lines {{#tbl:t}}\n\n{table}")
    if between == "\n":
        assert "description" not in made
        return
    assert made.startswith(f"{before}\n\n\\begin{{table}}")
    assert "\\caption{A caption of \\emph{two} lines}\n  \\label{tbl:t}" in made


def test_what_has_no_label_of_a_table_defines_the_line_before(latex):
    assert latex("Term\n\n: words {#x}").startswith("\\begin{description}\n  \\item[{Term}]")


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        (r"| $\|x\|$ | $|y|$ |", [r"$\|x\|$", "$|y|$"]),
        (r"| $P(a|b)$ | c |", ["$P(a|b)$", "c"]),
        (r"|a$|b$|", [r"a\$", r"b\$"]),
        (r"| \(|x|\) | `a\|b` |", [r"$|x|$", r"\codetext{a|b}"]),
        (r"| $HOME|$PATH |", [r"\$HOME", r"\$PATH"]),
        (r"| $5 | $6 |", [r"\$5", r"\$6"]),
        (r"| `$|x` | y$ |", [r"`\$", "x`"]),
    ],
)
def test_a_formula_in_a_row_is_read_whole(latex, row, cells):
    made = latex(f"| a | b |\n|---|---|\n{row}\n")
    last = made.partition(r"\midrule")[2].partition(r"\\")[0]
    assert [cell.strip() for cell in last.split("&")] == cells


def test_bars_of_formulas_in_lists_and_headers(latex, findings):
    made = latex("- > | $|a|$ | b |\n  > |--|--|\n  > | $\\|c\\|$ | d |\n")
    assert "$|a|$" in made
    assert r"$\|c\|$" in made
    assert findings.problems == []


def test_words_in_a_formula_may_hold_formulas(latex):
    assert latex(r"$x \text{ if $y$ and \mbox{z}}$ or $a$") == (
        r"$x \text{ if $y$ and \mbox{z}}$ or $a$"
    )
    assert latex(r"$\mbox{$a$, b}$") == r"$\mbox{$a$, b}$"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("他**强调**了*这个*词", r"他\textbf{强调}了\emph{这个}词"),
        ("**「引」**的", r"\textbf{「引」}的"),
        ("**注意：**请看", r"\textbf{注意：}请看"),
        ("是**“重点”**内容，以及**(注)**等", r"是\textbf{“重点”}内容，以及\textbf{(注)}等"),
        ("한국어**(韓)**는", r"한국어\textbf{(韓)}는"),
        ("a**(b)**c 3*4 五 * 六", "a**(b)**c 3*4 五 * 六"),
    ],
)
def test_emphasis_beside_signs_that_have_no_blanks(latex, markdown, expected):
    assert latex(markdown).replace("``", "“").replace("''", "”") == expected


def test_a_task_that_is_done_may_have_a_capital_letter(latex):
    assert r"\item[$\boxtimes$] a" in latex("- [X] a")


@pytest.mark.parametrize(
    "table",
    [
        "| a<br>b | c |\n|---|---|\n| d | e |\n",
        "+----+---+\n| a\\ | c |\n| b  |   |\n+====+===+\n| d  | e |\n+----+---+\n",
        "-----------\na\\    c\nb\n----- -----\nd     e\n-----------\n",
    ],
)
def test_a_line_break_in_a_cell_ends_no_row(latex, table):
    made = latex(table)
    assert r"\begin{tabular}[t]{@{}l@{}}a \\ b\end{tabular} & c \\" in made
    assert made.count(r"\\") == 3


def test_a_line_break_in_a_cell_that_is_a_paragraph(latex):
    assert r"a \newline b b" in latex(f"| a<br>{'b ' * 80} | c |\n|--:|---|\n| d | e |\n")


def test_rows_of_a_formula_in_a_cell_stay(latex):
    formula = r"$\begin{matrix} a \\ b \end{matrix}$"
    assert f"{formula} & {{\\shortstack{{c \\\\ d}}}}" in latex(
        f"| {formula} | {{\\shortstack{{c \\\\ d}}}} |\n|---|---|\n"
    ).replace(r"\{", "{").replace(r"\}}", "}}")
