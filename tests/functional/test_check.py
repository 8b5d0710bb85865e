"""`treadle check` asks what a strict reader would; `--strict` fails on any question."""

PLANTED = """# Results {#sec:results}

The accuracy was 0.93, as @eq:loss says.

$$ L = x^2 $$ {#eq:loss}

```{python curve, caption="A curve.", checks="eq:lost"}
import matplotlib.pyplot as plt
plt.plot([1, 2])
assert True
```

See @fig:curve.
"""
SOUND = """# Results

The accuracy was <%= 0.93 %>, as @eq:loss says.

$$ L = x^2 $$ {#eq:loss}

```{python curve, caption="A curve.", alt="It rises.", checks="eq:loss"}
import matplotlib.pyplot as plt
plt.plot([1, 2])
assert True
```

See @fig:curve.
"""


def test_five_planted_faults_are_found_and_nothing_else(project):
    done = project(PLANTED).treadle("check", "--strict", "report.pmd")
    assert done.returncode == 1
    assert [line.split(": ", 2)[2].split(" (")[0] for line in done.stderr.splitlines()] == [
        "nothing refers to `sec:results`",
        "the number 0.93 is typed by hand and looks like a result",
        "no chunk checks the equation `eq:loss`",
        "curve checks `eq:lost`, and nothing has this label",
        "the figure of curve has no alternative text",
    ]


def test_without_strict_they_are_warnings(project):
    done = project(PLANTED).treadle("check", "report.pmd")
    assert done.returncode == 0
    assert done.stderr.count(": warning: ") == 5


def test_a_sound_document_passes(project):
    done = project(SOUND).treadle("check", "--strict", "report.pmd")
    assert (done.returncode, done.stderr) == (0, "")


def test_of_several_documents_each_is_checked(project):
    made = project(SOUND)
    made.write("other.pmd", PLANTED)
    assert made.treadle("check", "--strict", "report.pmd", "report.pmd").returncode == 0
    done = made.treadle("check", "--strict", "report.pmd", "other.pmd", "missing.pmd", "report.pmd")
    assert done.returncode == 2
    assert done.stderr.count("other.pmd:") == 5
    assert "missing.pmd" in done.stderr
    assert made.treadle("check", "--strict", "other.pmd", "report.pmd").returncode == 1


def test_a_label_given_twice_fails_before_anything_runs(project):
    done = project("$$ a $$ {#eq:a}\n\n$$ b $$ {#eq:a}\n\n@eq:a\n").treadle("check", "report.pmd")
    assert done.returncode == 1
    assert "report.pmd:3: error: the label `eq:a` is given twice (first on line 1)" in done.stderr


ONLY_SHOWN = r"""$$ a $$ {#eq:a}

\begin{verbatim}
\label{eq:a}
\end{verbatim}

\begin{center}
% \label{eq:a}
Words.
\end{center}

```latex
\label{eq:a}
```

@eq:a, `\label{eq:a}`
"""


def test_a_label_that_is_only_shown_is_given_once(project):
    made = project(ONLY_SHOWN)
    (line,) = made.treadle("check", "report.pmd").stderr.splitlines()
    assert line.startswith("report.pmd:1: warning: no chunk checks")
    assert made.build().returncode == 0


def test_a_reference_to_nothing_fails_before_anything_runs(project):
    done = project("As @eq:mim and [@knuht] say.\n").treadle("check", "report.pmd")
    assert done.returncode == 1
    assert "report.pmd:1: error: the reference `eq:mim` is not defined" in done.stderr
    assert "report.pmd:1: error: the citation `knuht` is not defined" in done.stderr


COUNTED = """---
params: {size: 1234}
---

```{python a, echo=False}
n = 576
```

There are <%= n %> trainable parameters and <%= params.size %> images. See section 576.
"""


def test_a_count_may_stand_in_dollars(project):
    made = project(f"{COUNTED}\nOf $1234$ images and $n + 1234$ more.\n")
    (line,) = made.treadle("check", "report.pmd").stderr.splitlines()
    assert line.startswith("report.pmd:11: warning: the count 1234 is typed by hand, and equals")


def test_counts_that_code_has(project):
    made = project(f"{COUNTED}\nOf 1,234 images, 576 were used. It has 577 trainable parameters.\n")
    first = made.treadle("check", "--strict", "report.pmd").stderr
    assert "report.pmd:11: warning: the count 1,234 is typed by hand, and equals 1234" in first
    assert "576" not in first  # which only a build can know
    assert made.build().returncode == 0
    found = made.treadle("check", "--strict", "report.pmd").stderr
    assert "the count 576 is typed by hand, and equals 576 of line 9" in found
    assert "the count 577 is typed by hand, and contradicts 576 of line 9" in found
    assert "<%= n %>" in found
    assert found.count("warning") == 3


def test_a_count_that_may_stand(project):
    made = project(f"{COUNTED}\nOf 1,234 images. <!-- treadle: literal -->\n")
    assert made.treadle("check", "--strict", "report.pmd").returncode == 0
