"""`treadle check` asks what a strict reader would; `--strict` fails on any question."""

PLANTED = """# Results {#sec:results}

The accuracy was 0.93, as @eq:loss says.

$$ L = x^2 $$ {#eq:loss}

```{python curve, caption="A curve.", checks="eq:lost"}
import matplotlib.pyplot as plt
plt.plot([1, 2])
```

See @fig:curve.
"""
SOUND = """# Results

The accuracy was <%= 0.93 %>, as @eq:loss says.

$$ L = x^2 $$ {#eq:loss}

```{python curve, caption="A curve.", alt="It rises.", checks="eq:loss"}
import matplotlib.pyplot as plt
plt.plot([1, 2])
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


def test_a_reference_to_nothing_fails_before_anything_runs(project):
    done = project("As @eq:mim and [@knuht] say.\n").treadle("check", "report.pmd")
    assert done.returncode == 1
    assert "report.pmd:1: error: the reference `eq:mim` is not defined" in done.stderr
    assert "report.pmd:1: error: the citation `knuht` is not defined" in done.stderr
