"""Pweave's noweb documents, as their author builds them."""

import shutil
import subprocess

import pytest
from tests.command import treadle

LATEX = r"""% A comment
\documentclass[10pt]{article}
\usepackage[margin=3cm]{geometry}
\author{An Author}\title{A Title}
\begin{document}
\maketitle
<<setup, echo=False>>=
x = 21
@
\section{One}\label{sec:one}
Twice is <%= 2 * x %>; 100\% % a comment
<<>>=
{"a": x}
@
In section~\ref{sec:one}, <% x + 1 %>.
\begin{tabular}{ll}
<<echo=False, results='tex'>>=
print(r"1 & 2 \\")
@
\end{tabular}
\end{document}
"""
MARKDOWN = """% A Title
% An Author

# One *heading*

<<setup, echo=False>>=
x = 21
@

Twice is **<%= 2 * x %>**.

```python
not_run
```

<<term=True>>=
x
x + 1
@
"""


def text_of(folder, name):
    pdf = folder / "build" / f"{name}.pdf"
    command = ["pdftotext", "-layout", pdf, "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


pytestmark = pytest.mark.skipif(not shutil.which("pdflatex"), reason="TeX is not installed")


def test_a_document_of_latex(tmp_path):
    (tmp_path / "paper.texw").write_text(LATEX)
    done = treadle("build", "paper.texw", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    text = text_of(tmp_path, "paper")
    for words in (
        "A Title An Author",
        "1 One Twice is 42; 100%",
        "{'a': 21}",
        "section 1, 22. 1 2",
    ):
        assert words in text
    assert "a comment" not in text
    assert "January" not in text  # nobody has given a date
    assert treadle("verify", "paper.texw", folder=tmp_path).returncode == 0


def test_what_latex_says_is_told_at_its_line(tmp_path):
    (tmp_path / "paper.texw").write_text(LATEX.replace("In section", r"\undefinedhere In section"))
    done = treadle("build", "paper.texw", folder=tmp_path)
    assert done.returncode == 1
    assert r"paper.texw:15: error: LaTeX: undefined command \undefinedhere" in done.stderr


def test_what_python_says_is_told_at_its_line(tmp_path):
    (tmp_path / "paper.texw").write_text(LATEX.replace('{"a": x}', '{"a": x / 0}'))
    done = treadle("build", "paper.texw", folder=tmp_path)
    assert "paper.texw:13: error: chunk 2 failed: ZeroDivisionError" in done.stderr


def test_of_minted_one_warning_says_all(tmp_path):
    if not subprocess.run(["kpsewhich", "minted.sty"], capture_output=True, check=False).stdout:
        pytest.skip("minted is not installed")
    source = LATEX.replace(r"\author", "\\usepackage{minted}\n\\author")
    (tmp_path / "paper.texw").write_text(source)
    done = treadle("build", "paper.texw", folder=tmp_path)
    said = [line for line in done.stderr.splitlines() if "warning" in line]
    assert [line.partition(" runs")[0] for line in said] == ["paper.texw:4: warning: minted"]


def test_a_document_of_markdown(tmp_path):
    (tmp_path / "notes.mdw").write_text(MARKDOWN)
    done = treadle("build", "notes.mdw", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    text = text_of(tmp_path, "notes")
    for words in (
        "A Title An Author",
        "1 One heading",
        "Twice is 42.",
        "not_run",
        ">>> x 21 >>> x + 1 22",
    ):
        assert words in text
    assert "<<" not in text
