"""A failing test of extracted code is told at its line of the document."""

import os
import sys

import pytest

SOURCE = """\
# T

```{python, module="sums"}
def total(values):
    return sum(values) + 1


def broken(values):
    return values[10]
```

```{python, module="sums", test=True}
from report.sums import broken, total


def test_total():
    assert total([1, 2]) == 3


def test_broken():
    broken([])


def test_good():
    assert total([]) == 1
```
"""


def outcome(project, source, *options, folder="."):
    """What pytest says of the extracted code, called in a folder of the project."""
    made = project(source)
    made.treadle("tangle", "report.pmd")
    paths = [str(made.folder / "code"), os.environ.get("PYTHONPATH", "")]
    code = str(made.folder / "code/report")
    pytest = (sys.executable, "-m", "pytest", "-q", f"--rootdir={made.folder}", *options, code)
    return made.run("env", f"--chdir={folder}", f"PYTHONPATH={os.pathsep.join(paths)}", *pytest)


def test_the_line_of_the_document_is_named(project):
    done = outcome(project, SOURCE)
    assert done.returncode == 1
    problems = [line for line in done.stdout.splitlines() if line.startswith("report.pmd:")]
    assert len(problems) == 2
    assert problems[0].startswith("report.pmd:17: error: test_total failed: assert 4 == 3")
    assert problems[1].startswith("report.pmd:9: error: test_broken failed: IndexError")


def test_of_a_test_that_cannot_be_imported_too(project):
    done = outcome(project, SOURCE.replace("import broken, total", "import broken, nothing"))
    problems = [line for line in done.stdout.splitlines() if line.startswith("report.pmd:13: ")]
    assert len(problems) == 1, done.stdout
    assert "nothing" in problems[0]


def test_nothing_is_said_where_all_is_well(project):
    done = outcome(project, SOURCE.replace("+ 1", "").replace("broken([])", "pass")
                  .replace("== 1", "== 0"))  # fmt: skip
    assert done.returncode == 0
    assert "report.pmd" not in done.stdout


@pytest.mark.parametrize("style", ["long", "short", "line", "native", "no"])
def test_in_each_of_the_styles_of_pytest(project, style):
    done = outcome(project, SOURCE, f"--tb={style}")
    places = [line.split(" ")[0] for line in done.stdout.splitlines() if "report.pmd" in line]
    assert places == ["report.pmd:17:", "report.pmd:9:"], done.stdout


def test_called_in_another_folder(project):
    done = outcome(project, SOURCE, folder="code")
    assert "report.pmd:17: error: test_total failed" in done.stdout
