"""What documents of Pweave's ask for: it is done, or told at its line."""

import pytest
from tests.command import treadle

DOCUMENT = """# What <% print("printed") %> stands in a line

| a | b |
|---|---|
| <% print("cell") %> | $<% print(1) %> + 2$ |

```python
import pweave
pweave.rcParams["chunk"]["defaultoptions"].update({"echo": False})
```

```python, caption="Of nothing.", fig=False
print(1)
```

```python term=True, results="tex"
x = 3
print(r"\\textbf{raw}")
```

```python term=True
# a remark alone
```

```python term=True, error=True
print("before")
1 / 0
print("after")
```

```python term=True, error=True
def f
```

```python caption="Hidden.", include=False
print(2)
```
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The LaTeX of the document, in one line, and what was said."""
    folder = tmp_path_factory.mktemp("pweave")
    (folder / "paper.pmd").write_text(DOCUMENT)
    (folder / "pweave.py").write_text("rcParams = {'chunk': {'defaultoptions': {}}}\n")
    done = treadle("build", "--to", "tex", "paper.pmd", folder=folder)
    assert done.returncode == 0, done.stderr
    tex = (folder / "build/paper.tex").read_text().partition(r"\begin{document}")[2]
    return " ".join(tex.split()), done.stderr


def test_what_inline_code_prints_ends_without_its_line_end(made):
    tex, _ = made
    assert r"\section{What printed stands in a line}" in tex
    assert r"cell & $1 + 2$ \\" in tex


def test_a_session_has_raw_output_and_all_of_its_code(made):
    tex, _ = made
    assert r"\end{chunkcode} \textbf{raw}" in tex
    assert r"\hlcomment{# a remark alone}" in tex
    assert r"\hlkeyword{def} \hlname{f} \end{chunkcode} \begin{chunkerror}" in tex


def test_what_is_not_here_is_told(made):
    _, said = made
    warnings = [line for line in said.splitlines() if ": warning: " in line]
    starts = (
        "paper.pmd:9: warning: `pweave.rcParams` changes nothing here",
        "paper.pmd:12: warning: the caption of chunk 2 is not printed: what it would stand under",
        "paper.pmd:27: warning: chunk 5 raises here: what follows is neither run nor shown",
        "paper.pmd:35: warning: the caption of chunk 7 is not printed: what it would stand under",
    )
    assert len(warnings) == len(starts)
    assert all(map(str.startswith, warnings, starts))


@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_scripts_and_notebooks_are_no_documents(tmp_path, name):
    (tmp_path / name).write_text("x = 1\n")
    done = treadle("build", name, folder=tmp_path)
    assert done.returncode == 1
    assert f"{name}:1: error: a `.{name[2:]}` file is no document" in done.stderr
