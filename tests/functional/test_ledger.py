"""What was checked has a mark in the margin, which leads to the ledger at the end."""

import pikepdf

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


def rows(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


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
