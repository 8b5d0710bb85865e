"""What was checked has a mark in the margin, which leads to the ledger at the end."""

import json

import pikepdf

from .ledgers import ONE, ledger_of, rows

SOURCE = """# One {#sec:one}

See @eq:a and @tbl:t.

$$ a = b $$ {#eq:a}

| a | b |
|---|---|
| 1 | 2 |

: A table. {#tbl:t}

```{python compares, checks="eq:a, tbl:t", echo=False}
from treadle.checks import agree, equal
for i in range(10):
    agree([1.0, 2.0], [1.0, 2.00001], against="`numpy` at $x_i$", tolerance=1e-4, of="eq:a")
equal(4, 4, against="the count", of="tbl:t")
```

```{python asserts, checks="sec:one", echo=False}
assert True
```
"""


def links(pdf):
    """The targets of the links of a PDF's pages."""
    found = []
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            action = link.get("/A", {})
            found.append(str(action.get("/D", "")))
    return found


def test_the_ledger_says_what_was_compared_with_what(project):
    made = project(SOURCE)
    made.build()
    text = rows(made.text())
    begin = text.index("Checks")
    assert text[begin + 1] == "Checked Compared with Cases Tolerance Deviation"
    assert any(line.startswith("Equation (1) numpy at x") for line in text[begin:])
    assert "Table 1 the count 1 exact 0" in text[begin:]
    assert "Section 1 assertions of asserts" in text[begin:]
    with pikepdf.open(made.folder / "build/report.pdf") as pdf:
        assert {"check.eq:a", "check.tbl:t", "check.sec:one"} <= {*links(pdf)}


def test_it_stands_where_the_document_says(project):
    made = project(SOURCE + "\n# Ledger\n\n::: {.checks}\nAll of these hold.\n:::\n\n# After\n")
    made.build()
    text = rows(made.text())
    places = [
        text.index(line)
        for line in ("All of these hold.", "Table 1 the count 1 exact 0", "3 After")
    ]
    assert places == sorted(places)
    assert "Checks" not in text


def test_a_kept_chunk_is_in_the_ledger_too(project):
    made = project(SOURCE)
    made.build()
    made.write("report.pmd", SOURCE + "\nMore.\n")
    assert "ran 0 of 2" in made.build().stdout
    assert "Table 1 the count 1 exact 0" in rows(made.text())


def test_a_comparison_that_fails_is_an_error_at_its_line(project):
    made = project(SOURCE.replace("2.00001", "2.1"))
    done = made.build()
    assert done.returncode == 1
    assert "report.pmd:16: error: compares failed: AssertionError: eq:a: a deviation" in done.stderr


def test_a_bound_is_told_apart_from_what_is_exact(project):
    code = """from treadle.checks import at_most
at_most([1, float("-inf")], float("inf"), against="the bound")"""
    made = project(ONE.format(code=code, options=""))
    made.build()
    assert "Equation (1) the bound 2 at most none over" in ledger_of(made)
    made_of = json.loads((made.folder / "build/report.json").read_text("utf-8"))
    assert made_of["checks"][0]["tolerance"] is None


def test_many_rows_of_one_label_go_over_pages(project):
    code = """for i in range(150):
    agree(1, 1, against=f"case {i}", tolerance=1e-9)"""
    made = project(ONE.format(code=code, options=""))
    assert "Overfull" not in made.build().stderr
    pages = made.text().split("\f")
    assert sum("case" in page for page in pages) >= 3


def test_other_tolerances_are_other_rows(project):
    code = """agree(1, 1.001, against="itself", tolerance=1e-2)
for _ in range(2):
    agree(1, 1, against="itself", tolerance=1e-9)"""
    made = project(ONE.format(code=code, options=""))
    made.build()
    rows_of = [row.split("itself ")[1].split()[0] for row in ledger_of(made) if "itself" in row]
    assert rows_of == ["1", "2"]


def test_a_place_for_the_ledger_of_no_checks(project):
    made = project("Text.\n\n::: {.checks}\nAll hold.\n:::\n")
    for done in (made.build(), made.treadle("check", "report.pmd")):
        assert "report.pmd:3: warning: `::: {.checks}` has nothing to list" in done.stderr


def test_a_mark_stands_beside_what_was_checked(project):
    """Also beside the first line of a theorem, and an equation that amsmath sets twice."""
    text = """Words above.

::: {.theorem #thm:one}
Let it be.
:::

$$ \\begin{split} a &= b \\\\ &= c \\end{split} $$ {#eq:c}

\\begin{align} d &= e \\label{eq:d} \\\\ f &= g \\label{eq:f} \\end{align}

```{python c, checks="thm:one, eq:c, eq:f", echo=False}
assert 1 + 1 == 2
```
"""
    made = project(text)
    made.build()
    lines = [line for line in rows(made.text()) if line.endswith("checked")]
    assert [line[0] for line in lines] == ["T", "(", "f"]


def test_comparisons_of_threads_come_in_one_order(project):
    code = """from concurrent.futures import ThreadPoolExecutor
import time
def slowly(n):
    time.sleep(0.1 * (3 - n))
    agree(1, 1, against=f"thread {n}", tolerance=1e-9)
with ThreadPoolExecutor(4) as pool:
    list(pool.map(slowly, range(4)))"""
    made = project(ONE.format(code=code, options=""))
    assert made.build().returncode == 0
    assert [row.split("thread ")[1][0] for row in ledger_of(made) if "thread" in row] == [*"0123"]


def test_marks_stand_at_the_tags_of_their_own_equations(project):
    text = r"""$$ c = g \text{ by \eqref{eq:b}} $$ {#eq:a}

$$ b $$ {#eq:b .literal}

\begin{equation*}\label{eq:c} x \tag*{Law}\end{equation*}

As \eqref{eq:b} and \verb|\label{eq:a}| say; @eq:c.

\begin{verbatim}
\label{eq:a}
\end{verbatim}

```{python one, checks="eq:a, eq:c", echo=False}
assert True
```
"""
    made = project(text)
    assert made.build().returncode == 0
    shown = made.text()
    assert "checkedmark" not in shown
    assert len([line for line in rows(shown) if line.endswith("checked")]) == 2


def test_in_two_columns_and_with_a_template_of_ones_own(project):
    made = project("---\nclassoption: twocolumn\n---\n" + SOURCE)
    assert made.build().returncode == 0
    assert "the count" in made.text()
    code = 'agree(1, 1, against="itself", tolerance=1e-9)'
    source = ONE.format(code=code, options="").replace("See @eq:a.", "")
    made = project("---\ntemplate: own.tex.j2\n---\n" + source)
    before, after = (
        r"\documentclass{article}\usepackage{amsmath}\begin{document}",
        r"\end{document}",
    )
    made.write("own.tex.j2", f"{before}\n\\VAR{{body}}\n{after}\n")
    assert made.build().returncode == 0


def test_a_comparison_announced_by_hand_that_is_no_number_is_an_error_at_its_line(project):
    code = """import sys
sys.audit("treadle.check", "eq:a", "a table", 1, 1e-9, float("inf"))"""
    made = project(ONE.format(code=code, options=""))
    done = made.build()
    assert done.returncode == 1
    assert "report.pmd:8: error: one failed: ValueError: `treadle.check`" in done.stderr
