"""Figures with captions of their own, in classes and beside packages that have their own way."""

import subprocess

import pytest
from tests.command import treadle

PAPERS = {
    "article": "",
    "subfig": "preamble: \\usepackage{subfig}",
    "subfigure": "preamble: \\usepackage{subfigure}",
    "beamer": "documentclass: beamer",
    "ieee": "documentclass: IEEEtran",
    "acm": "documentclass: acmart\nclassoption: [manuscript, nonacm]",
    "llncs": "documentclass: llncs",
    "revtex": "documentclass: revtex4-2\nclassoption: [aps, prl]",
    "tufte": "documentclass: tufte-handout",
}
BODY = """
See @fig:two-a, @fig:two-b, @fig:two, @fig:one, @fig:q-a and @fig:q.

```{python one, echo=False, caption="The one."}
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```

```{python two, echo=False, caption="The two.", subcaptions=["The left.", "The right."]}
for k in (1, 2):
    plt.figure(figsize=(1, 1))
    plt.plot([k, 1])
```

::: {#fig:q layout-ncol=2}
![The red](x.png){width=20%}

![The other](x.png){width=20%}

Both.
:::
"""
PIXEL = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\2\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc"
    b"\xf8\xcf\xc0\0\0\3\1\1\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82"
)


def installed(front: str) -> bool:
    """Whether TeX has what the front matter names."""
    name = front.partition("documentclass: ")[2].partition("\n")[0]
    files = [f"{name}.cls"] if name else ["article.cls"]
    return subprocess.run(["kpsewhich", *files], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", PAPERS)
def test_panels_have_letters_and_references_their_numbers(tmp_path, name):
    front = PAPERS[name]
    if not installed(front):
        pytest.skip("its class is not installed")
    (tmp_path / "x.png").write_bytes(PIXEL)
    (tmp_path / "a.pmd").write_text(f"---\ntitle: T\n{front}\n---\n{BODY}")
    done = treadle("build", "a.pmd", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    command = ["pdftotext", "-layout", str(tmp_path / "build/a.pdf"), "-"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    text = " ".join(shown.split())
    for words in ("(a) The left", "(b) The right", "The two", "(a) The red", "(b) The other"):
        assert words in text
    assert "See fig. 2a, fig. 2b, fig. 2, fig. 1, fig. 3a and fig. 3." in text
    caption = next(line for line in shown.splitlines() if "The one" in line)
    label = {"llncs": "Fig. 1. ", "acm": "Fig. 1. ", "ieee": "Fig. 1. ", "revtex": "FIG. 1. "}.get(
        name, "Figure 1"
    )
    assert label in caption  # it looks as the class has it


def test_panels_of_a_document_in_latex(tmp_path):
    (tmp_path / "a.texw").write_text(
        "\\documentclass{article}\n\\begin{document}\nSee \\ref{fig:two-b}.\n\n"
        "<<two, echo=False, caption='Both.', subcaptions=['The left.', 'The right.']>>=\n"
        "import matplotlib.pyplot as plt\nfor k in (1, 2):\n    plt.figure(); plt.plot([k, 1])\n"
        "@\n\\end{document}\n"
    )
    done = treadle("build", "a.texw", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    command = ["pdftotext", str(tmp_path / "build/a.pdf"), "-"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "See 1b." in shown
    assert "(a) The left." in shown


def test_figures_that_one_slide_does_not_hold_go_on_without_letters(tmp_path):
    (tmp_path / "a.pmd").write_text(
        "---\ndocumentclass: beamer\n---\n\n## Frame\n\n"
        "```{python f, echo=False, caption='Three.', f_size=(2, 1), columns=1}\n"
        "import matplotlib.pyplot as plt\nfor k in range(3):\n    plt.figure(); plt.plot([k, 1])\n"
        "```\n"
    )
    done = treadle("build", "a.pmd", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    command = ["pdftotext", str(tmp_path / "build/a.pdf"), "-"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Three. (2/" in shown
