"""A document with a bit of everything, built once, and looked at from many sides."""

import re

import pytest

BIB = """@book{Knuth1984,
  author = {Donald E. Knuth},
  title = {The {TeX}book},
  publisher = {Addison-Wesley},
  year = {1984}
}
"""

# A PNG of one grey pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6368000000820081"
    "77cd72b60000000049454e44ae426082"
)

SOURCE = r"""---
title: A bit of everything
author: Ada Weaver
date: 2025-03-01
bibliography: references.bib
---

# Numbers {#sec:numbers}

Prose with $a^2 + b^2 = c^2$, a footnote[^note] and a citation [@Knuth1984].

[^note]: The footnote's text.

```python, name = "first"
total = sum(range(10))
print("total is", total)
```

The total is <%= total %>, and <% print("printed inline") %> too.

~~~~{.python name="tildes", echo=False}
print("from tildes")
total + 1
~~~~

```{python, term=True}
x = 3
x * 7
for i in range(2):
    print("loop", i)
```

```{python, evaluate=False}
never_run()
```

```{python, results="hidden"}
print("hidden away")
```

```{python, include=False, echo=False}
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.title("left out");
```

```python, echo=False, results="raw"
print(r"\textbf{raw LaTeX} from code")
```

# Figures and tables

```python, name = "curves", caption = "Two curves, <%= total %>.", alt = "A line"
import matplotlib.pyplot as plt
print("before the figures")
plt.plot([1, 2, 3])
plt.xlabel("epoch")
plt.show()
print("between the figures")
plt.figure()
plt.plot([3, 2, 1])
plt.title("second");
```

```python, name = "numbers", caption = "A table of numbers.", echo=False
import pandas as pd
pd.DataFrame({"model": ["dense", "cnn"], "mse": [0.0112, 0.0021]})
```

See @fig:curves, @tbl:numbers, @sec:numbers and @eq:one.

$$ e = mc^2 $$ {#eq:one}

![An image of the author's.](dot.png){#fig:dot width=10%}

# Output of others

```python, name = "others"
import subprocess, sys, os
print("to stderr", file=sys.stderr)
subprocess.run([sys.executable, "-c", "print('from a subprocess')"], check=True)
os.write(1, b"from the file descriptor\n")
[1, 2];
```

# References
"""


@pytest.fixture(scope="module")
def built(project):
    made = project(SOURCE)
    made.write("references.bib", BIB)
    (made.folder / "dot.png").write_bytes(PNG)
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return made, done


@pytest.fixture(scope="module")
def text(built):
    return " ".join(built[0].text().split())


def test_one_line_a_chunk_with_its_time_and_the_last_line(built):
    lines = built[1].stdout.splitlines()
    chunk_lines = [line for line in lines if re.search(r" \d+\.\d+ s$", line)][:-1]
    assert len(chunk_lines) == len(lines) - 1 == 9
    assert "first" in chunk_lines[0]
    assert re.fullmatch(r"ran 9 of 10 chunks in \d+\.\d s", lines[-1])


def test_nothing_on_stderr_when_all_is_well(built):
    assert built[1].stderr == ""


def test_printed_output_and_values(text):
    assert "total is 45" in text
    assert "from tildes" in text
    assert "46" in text


def test_code_of_chunks_is_shown_unless_echo_is_false(text):
    assert "total = sum(range(10))" in text
    assert 'print("from tildes")' not in text
    assert "never_run()" in text


def test_inline_code(text):
    assert "The total is 45, and printed inline too." in text


def test_term_mode_shows_prompts(text):
    assert ">>> x * 7 21 >>> for i in range(2): ... print" in text
    assert "loop 0 loop 1" in text


def test_hidden_results_and_figures_left_out(text):
    assert text.count("hidden away") == 1  # in the code that is shown
    assert "left out" not in text


def test_raw_results_are_latex(text):
    assert "raw LaTeX from code" in text
    assert "textbf" not in text


def test_cross_references_are_resolved(text):
    assert "??" not in text
    assert re.search(r"See fig. 1, table 1, section 1 and equation \(1\)", text)


def test_captions_of_figures_and_tables(text):
    assert "Figure 1: Two curves, 45." in text
    assert "Table 1: A table of numbers." in text
    assert "Figure 2: An image of the author" in text


def test_tables_are_booktabs(built, text):
    assert r"\toprule" in built[0].tex
    assert "0.0112" in text


def test_citations_and_the_bibliography(text):
    assert "Knuth" in text
    assert "Addison-Wesley" in text
    assert "The footnote" in text


def test_what_others_print(text):
    assert "from a subprocess" in text
    assert "from the file descriptor" in text
    assert "to stderr" in text
    assert "[1, 2]" not in text.replace("[1, 2];", "")


def test_figures_are_vector_pdf_beside_the_latex(built):
    names = sorted(path.name for path in (built[0].folder / "build/report").glob("*.pdf"))
    assert names == ["curves-1.pdf", "curves-2.pdf"]
    for name in names:
        fonts = built[0].run("pdffonts", f"build/report/{name}").stdout
        images = built[0].run("pdfimages", "-list", f"build/report/{name}").stdout
        assert "Type 3" not in fonts
        assert len(images.splitlines()) == 2  # the head of an empty list


def test_all_fonts_are_embedded(built):
    lines = built[0].run("pdffonts", "build/report.pdf").stdout.splitlines()[2:]
    assert lines
    # name, type (one or more words), encoding, emb, sub, uni, object, generation
    assert all(line.split()[-5] == "yes" for line in lines), lines
    assert not any("Type 3" in line for line in lines)


def test_nothing_is_left_in_the_users_folder(built):
    names = sorted(path.name for path in built[0].folder.iterdir())
    assert names == ["build", "dot.png", "references.bib", "report.pmd"]
    made = sorted(path.name for path in (built[0].folder / "build").iterdir())
    expected = ["report", "report.json", "report.pdf", "report.synctex.gz", "report.tex"]
    assert made == [".treadle", *expected]


def test_the_latex_compiles_by_itself_elsewhere(built, tmp_path):
    made = built[0]
    (tmp_path / "report.tex").write_text(made.tex, "utf-8")
    made.run("cp", "-r", "build/report", str(tmp_path / "report"))
    commands = ["pdflatex -interaction=nonstopmode report", "bibtex report"]
    commands += ["pdflatex -interaction=nonstopmode report"] * 2
    for command in commands:
        done = made.run(*command.split(), folder=str(tmp_path))
        assert done.returncode == 0, done.stdout
    elsewhere = made.text(str(tmp_path / "report.pdf"))
    assert elsewhere == made.text()


def test_the_latex_compiles_in_the_build_folder(built, tmp_path):
    made = built[0]
    made.run("cp", "-r", "build", str(tmp_path / "copy"))
    for command in ("pdflatex -interaction=batchmode report", "bibtex report"):
        done = made.run(*command.split(), folder=str(tmp_path / "copy"))
        assert done.returncode == 0, done.stdout


def test_a_second_build_gives_the_same_bytes(built):
    made = built[0]
    before = made.pdf.read_bytes()
    assert made.build("-q").returncode == 0
    assert made.pdf.read_bytes() == before


def test_a_clean_build_in_another_folder_gives_the_same_bytes(built):
    made = built[0]
    assert made.build("-q", "-o", "other/place").returncode == 0
    assert (made.folder / "other/place/report.pdf").read_bytes() == made.pdf.read_bytes()


def test_what_latex_reads_beside_the_document_travels_with_the_latex(project, tmp_path):
    made = project(
        "---\ntitle: T\npreamble: |\n  \\input{own/macros}\n---\n\nHello \\greeting.\n\n"
        "\\includegraphics{picture.png}\n"
    )
    made.write("own/macros.tex", "\\newcommand{\\greeting}{world}\n")
    (made.folder / "picture.png").write_bytes(PNG)
    assert made.build("-q").returncode == 0
    made.run("cp", "-r", "build", str(tmp_path / "copy"))
    command = ("pdflatex", "-interaction=batchmode", "report")
    assert made.run(*command, folder=str(tmp_path / "copy")).returncode == 0
    assert "Hello world." in made.text(str(tmp_path / "copy/report.pdf"))
    assert made.treadle("clean", "--all", "-q").returncode == 0
    assert (made.folder / "own/macros.tex").exists()
    assert not (made.folder / "build").exists()
