"""A document of several files: each part stands in its place, and tells its own lines."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from tests.command import treadle

MAIN = r"""---
title: A thesis
documentclass: report
toc: true
bibliography: main.bib
preamble: |
  \newcommand{\loss}{\mathcal{L}}
---

```{python setup, echo=False}
scale = 2
```

```{python, child="chapters/one.pmd"}
```

```{python, child=["chapters/two.pmd", "chapters/three.md"]}
```

# Closing words

As @sec:data says, and @fig:curve shows.
"""
ONE = r"""---
title: One alone
documentclass: article
bibliography: own.bib
params: {epochs: 4}
preamble: |
  \newcommand{\loss}{\mathcal{L}}
---

# Data {#sec:data}

Entropy [@shannon] and @knuth.[^n] See @eq:bound in @sec:results.

[^n]: A note of chapter one.

$$ \loss = 1 $$ {#eq:loss}

```{python load}
data = [1, 2, 3 * params.epochs]
sum(data)
```

![A picture.](fig/x.pdf){#fig:pic width=20%}
"""
TWO = r"""---
title: Two alone
---

# Method {#sec:method}

From @eq:loss of chapter one, <%= 2 * 21 %>.

```{python curve, caption="The curve.", alt="a line"}
import matplotlib.pyplot as plt
plt.plot([1, 2, 3]);
```

```{python module="helper"}
def twice(x):
    return 2 * x
```

{{< include more/deep.qmd >}}
"""
DEEP = "## Nested\n\nDeep <%= twice(scale) %>.\n"
THREE = (
    "# Results {#sec:results}\n\n$$ x \\le 1 $$ {#eq:bound}\n\n```python\nprint(twice(4))\n```\n"
)
ENTRY = "@book{{{}, author={{{}, D.}}, title={{T}}, publisher={{P}}, year=1984}}\n"


PLACES = re.compile(r"^[\[(hvkgrx$](\d+),(\d+)[:,]", re.MULTILINE)


@pytest.fixture
def thesis(project, tiny_pdf):
    made = project(MAIN)
    for name, text in (("one.pmd", ONE), ("two.pmd", TWO), ("three.md", THREE)):
        made.write(f"chapters/{name}", text)
    made.write("chapters/more/deep.qmd", DEEP)
    made.write("main.bib", ENTRY.format("knuth", "Knuth"))
    made.write("chapters/own.bib", ENTRY.format("shannon", "Shannon"))
    made.write("chapters/fig/.here", "")
    (made.folder / "chapters/fig/x.pdf").write_bytes(tiny_pdf)
    return made


@pytest.fixture(scope="module")
def tiny_pdf(folders):
    import io

    import matplotlib.figure

    stream = io.BytesIO()
    matplotlib.figure.Figure((1, 1)).savefig(stream, format="pdf")
    return stream.getvalue()


def edit(made, name, old, new):
    path = made.folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_three_chapters_are_one_document(thesis):
    done = thesis.build()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()[:-1]] == [
        "report.pmd:10",
        "chapters/one.pmd:18",
        "chapters/two.pmd:9",
        "chapters/two.pmd:14",
        "chapters/three.md:5",
    ]
    text = " ".join(thesis.text().split())
    assert "(Shannon, 1984) and Knuth (1984)" in text
    assert "See equation (3.1) in chapter 3" in text  # forwards, over two files
    assert "From equation (1.1) of chapter one, 42." in text
    assert "Figure 2.1: The curve." in text
    assert "2.1 Nested Deep 4." in text
    assert "As chapter 1 says, and fig. 2.1 shows." in text
    assert text.count("Bibliography") == 1


def test_nothing_to_do_asks_all_files(thesis):
    assert thesis.build("--to", "tex").returncode == 0
    assert "ran 0 of 5 chunks" in thesis.build("--to", "tex").stdout
    edit(thesis, "chapters/more/deep.qmd", "Deep", "Deeper")
    done = thesis.build("--to", "tex")
    assert "ran 0 of 5 chunks" in done.stdout
    assert "Deeper 4." in thesis.tex
    edit(thesis, "chapters/two.pmd", "return 2 * x", "return 3 * x")
    assert "chapters/three.md:5 chunk" in thesis.build("--to", "tex").stdout
    assert "Deeper 6." in thesis.tex
    rules = (thesis.folder / "build/.treadle/report.d").read_text()
    assert "chapters/more/deep.qmd" in rules


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("one.pmd", "sum(data)", "sum(datum)", "one.pmd:20: error: load failed: NameError"),
        ("two.pmd", "return 2 * x", "return 2 * y", "two.pmd:16: error: inline code failed: N"),
        ("two.pmd", "2 * 21", "2 / 0", "two.pmd:7: error: inline code failed: ZeroDivision"),
        ("more/deep.qmd", "twice(", "thrice(", "more/deep.qmd:3: error: inline code failed"),
        ("two.pmd", "From @eq", r"From \foo @eq", r"two.pmd:7: error: LaTeX: undefined command \f"),
        ("two.pmd", "@eq:loss", "@eq:los", "two.pmd:7: error: the reference `eq:los` is not def"),
        ("one.pmd", "@shannon", "@shanon", "one.pmd:12: error: the citation `shanon`"),
        ("two.pmd", 'alt="', 'allt="', "two.pmd:9: error: unknown chunk option `allt`"),
        ("two.pmd", "From @", "From <foo> @", "two.pmd:7: warning: the HTML `<foo>` is left out"),
        (
            "two.pmd",
            "{python curve",
            "{python setup",
            "two.pmd:9: error: the chunk on report.pmd",
        ),
        ("one.pmd", "sum(data)", "sum(data", "one.pmd:20: error: "),
        ("one.pmd", "own.bib", "none.bib", "one.pmd:4: error: there is no bibliography file"),
        (
            "one.pmd",
            "fig/x.pdf",
            "fig/y.pdf",
            "one.pmd:23: error: image file `fig/y.pdf` not",
        ),
        ("one.pmd", "params:", "parms:", "one.pmd:5: warning: unknown key `parms`"),
        ("one.pmd", "# Data", "```{python x}\n1\n\n# Data", "one.pmd:10: error: "),
    ],
)
def test_what_is_wrong_in_a_part_is_told_at_its_line(thesis, file, old, new, said):
    edit(thesis, f"chapters/{file}", old, new)
    done = thesis.build()
    assert f"chapters/{said}" in done.stderr
    assert done.returncode == (0 if ": warning: " in said and "parms" not in said else 1)


def test_lines_of_the_own_file_behind_a_part(thesis):
    edit(thesis, "report.pmd", "As @sec", "As \\foo @sec")
    assert thesis.build().stderr.startswith("report.pmd:22: error: LaTeX: undefined command \\foo")


def test_seen_from_another_folder(thesis):
    edit(thesis, "chapters/one.pmd", "sum(data)", "sum(datum)")
    inner = thesis.folder / "x"
    inner.mkdir()
    done = treadle("build", "../report.pmd", folder=inner)
    assert "../chapters/one.pmd:20: error: load failed" in done.stderr
    assert '  File "chapters/one.pmd", line 20' in done.stderr


def test_synctex_leads_to_the_part(thesis):
    assert thesis.build().returncode == 0
    data = gzip.decompress((thesis.folder / "build/report.synctex.gz").read_bytes()).decode()
    whole = thesis.folder.resolve()
    tags = {
        line.split(":", 2)[2]: line.split(":", 2)[1]
        for line in data.splitlines()
        if line.startswith("Input:")
    }
    tag = tags[str(whole / "chapters/more/deep.qmd")]
    assert {line for at, line in PLACES.findall(data) if at == tag} == {"1", "3"}
    lines = {
        int(line) for at, line in PLACES.findall(data) if at == tags[str(whole / "report.pmd")]
    }
    assert max(lines) <= MAIN.count("\n")


def test_extracted_code_names_the_part(thesis):
    assert thesis.treadle("tangle", "report.pmd").returncode == 0
    assert "# %% chapters/two.pmd:15-16\n" in (thesis.folder / "code/report/helper.py").read_text()


def test_why_check_and_the_record_name_the_part(thesis):
    assert thesis.build("--to", "tex").returncode == 0
    edit(thesis, "chapters/one.pmd", "3 * params", "5 * params")
    said = thesis.treadle("why", "report.pmd").stdout
    assert "chapters/one.pmd:18: load runs, because its code changed" in said
    said = thesis.treadle("check", "report.pmd").stderr
    assert "chapters/one.pmd:16: warning: no chunk checks the equation `eq:loss`" in said
    chunks = json.loads((thesis.folder / "build/report.json").read_text())["chunks"]
    assert {"line": 18, "file": "chapters/one.pmd"}.items() <= chunks[1].items()
    assert "file" not in chunks[0]


def test_verify_copies_the_parts(thesis):
    edit(thesis, "chapters/one.pmd", "sum(data)", "open('made.txt', 'w').write('x'); sum(data)")
    assert thesis.build().returncode == 0
    done = thesis.treadle("verify", "report.pmd")
    assert done.returncode == 0, done.stderr
    edit(thesis, "chapters/one.pmd", "sum(data)", "import os; print(os.urandom(4))")
    assert thesis.build().returncode == 0
    done = thesis.treadle("verify", "report.pmd")
    assert "chapters/one.pmd:18: error: load is not what a clean build gives" in done.stderr


def test_a_chapter_alone(thesis):
    edit(thesis, "chapters/two.pmd", "{{< include more/deep.qmd >}}", "")
    edit(thesis, "chapters/two.pmd", "From @eq:loss", "From")
    done = treadle("build", "two.pmd", folder=thesis.folder / "chapters")
    assert done.returncode == 0, done.stderr
    assert (thesis.folder / "chapters/build/two.pdf").exists()


def test_a_function_of_one_part_fails_in_another(thesis):
    edit(thesis, "chapters/one.pmd", "sum(data)", "def half(x):\n    return x / 0\n")
    edit(thesis, "chapters/three.md", "print(twice(4))", "half(1)")
    assert "chapters/one.pmd:21: error: chunk 7 failed: ZeroDivisionError" in thesis.build().stderr


def test_bibliographies_of_one_name_and_of_odd_names(thesis):
    thesis.write("chapters/main.bib", ENTRY.format("shannon", "Shannon"))
    thesis.write("chapters/my refs#1 %&~ü.bib", ENTRY.format("turing", "Turing"))
    edit(thesis, "chapters/one.pmd", "own.bib", '[main.bib, "my refs#1 %&~ü"]')
    edit(thesis, "chapters/one.pmd", "@knuth.", "@knuth and @turing.")
    done = thesis.build()
    assert (done.returncode, done.stderr) == (0, "")
    assert "Knuth (1984) and Turing (1984)." in " ".join(thesis.text().split())
    edit(thesis, "chapters/main.bib", "author=", "author")
    assert "chapters/main.bib:1: error: BibTeX: " in thesis.build().stderr


def test_each_part_has_its_own_footnotes(project):
    made = project("{{< include a.pmd >}}\n\n{{< include b.pmd >}}\n\nOwn.[^c]\n")
    made.write("a.pmd", "One.[^1]\n\n[^1]: Note of A.\n\n[^c]: Common.\n")
    made.write("b.pmd", "Two.[^1]\n\n[^1]: Note of B.\n")
    done = made.build("--to", "tex")
    assert (done.returncode, done.stderr) == (0, "")
    notes = re.findall(r"(\w+)\.\\footnote\{%\n\s*(.*)\}", made.tex)
    assert notes == [("One", "Note of A."), ("Two", "Note of B."), ("Own", "Common.")]


def test_words_that_name_lines_name_the_file(project):
    made = project("{{< include a.pmd >}}\n\n{{< include b.pmd >}}\n")
    made.write("a.pmd", "# A {#sec:a}\n\nText.\n")
    made.write("b.pmd", "# B {#sec:a}\n\n```python\nx = (1,\n     2]\n```\n")
    said = made.build().stderr
    assert "b.pmd:5: error: SyntaxError: closing parenthesis" in said
    assert "on b.pmd:4" in said
    edit(made, "b.pmd", "2]", "2)")
    said = made.build().stderr
    assert "b.pmd:1: error: the label `sec:a` is given twice (first at a.pmd:1: give one" in said
    edit(made, "b.pmd", "sec:a", "sec:b")
    edit(
        made,
        "a.pmd",
        "Text.\n",
        "Text.\n\n```python\nx = 1\n```\n\n````python\n```python\ny\n````\n",
    )
    assert "a.pmd:9: error: this chunk's fence is not closed before the chunk on a.pmd:10" in (
        made.build().stderr
    )


def test_no_paragraph_goes_on_in_another_file(project):
    made = project("One\n{{< include a.pmd >}}\nthree\n")
    made.write("a.pmd", "two")
    assert made.build("--to", "tex").returncode == 0
    body = made.tex.split("\\begin{document}")[1].split("\\end{document}")[0]
    assert body.split() == ["One", "two", "three"]
    assert body.count("\n\n") >= 3


def test_what_is_shown_follows_the_part_it_stands_in(project):
    """`complete=False` goes on in the next file, as it does in the next chunk."""
    made = project("{{< include a.pmd >}}\n\n{{< include b.pmd >}}\n")
    made.write("a.pmd", "```python, complete=False\nfor i in range(2):\n```\n")
    made.write("b.pmd", "\n\n```python\n    print(1 / i)\n```\n")
    said = made.build("--to", "tex").stderr
    assert said.startswith("b.pmd:4: error: chunk 2 failed: ZeroDivisionError")


def test_parts_in_noweb_and_latex(project, tmp_path):
    made = project("<<child='parts/a.texw'>>=\n@\n")
    whole = "\\documentclass{article}\n\\begin{document}\nText.\n\n<<child='parts/a.texw'>>=\n@\n"
    made.write("whole.texw", f"{whole}\nEnd.\n\\end{{document}}\n")
    made.write(
        "parts/a.texw", "\\section{Part}\n\n<<named>>=\nprint(6)\n@\n\nValue <%= 7 %> \\foo.\n"
    )
    done = made.treadle("build", "whole.texw")
    assert done.stdout.startswith("parts/a.texw:3 named")
    assert done.stderr.startswith("parts/a.texw:7: error: LaTeX: undefined command \\foo")


def test_a_failing_test_of_a_part_is_told_at_its_line(project):
    made = project("{{< include parts/a.pmd >}}\n")
    made.write(
        "parts/a.pmd", "Text.\n\n```python, test=True\ndef test_it():\n    assert 1 == 2\n```\n"
    )
    assert made.treadle("tangle", "report.pmd").returncode == 0
    import sys

    done = made.run(sys.executable, "-m", "pytest", "-q", "code/report")
    assert "parts/a.pmd:5: error: test_it failed" in done.stdout


def test_a_part_edited_while_the_build_runs(project):
    made = project("{{< include a.pmd >}}\n\n```python\nimport os\nos.utime('a.pmd')\n```\n")
    made.write("a.pmd", "Text.\n")
    assert made.build("--to", "tex").returncode == 0
    edit(made, "a.pmd", "Text", "More")
    assert made.build("--to", "tex").returncode == 0
    assert "More." in made.tex
