"""Cells that have to run again, as what they made is needed and can't be stored."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from tests.conftest import Within

from .conftest import Project

Make = Callable[[str], Project]

MAKER_DIFFERS = """\
```{python, name='one', volatile=True}
import time
t = time.time_ns()
g = (i for i in range(3))
```

```{python, name='two'}
u = t
if u < 0:
    g = 5
```

```{python, name='three'}
print("first", next(g))
```
"""
MAY_FAIL = MAKER_DIFFERS.replace("'two'}", "'two', error=True}").replace(
    "if u < 0:", "1 / 0\nif 1:"
)
WONT_LOAD = """\
```{python, name='one', volatile=True}
import time, os
t = time.time_ns()
class Kept:
    def __getstate__(self): return {"first": 0}
    def __setstate__(self, state):
        if "FLAG" in os.environ: raise ValueError
        self.first = state["first"]
g = Kept()
g.first = 0
```

```{python, name='two', error=True}
os.environ["FLAG"] = str(t)
1/0
g = 5
```

```{python, name='three'}
print("first", g.first)
```
"""


@pytest.mark.parametrize("source", [MAKER_DIFFERS, MAY_FAIL, WONT_LOAD])
def test_a_maker_that_is_different_each_time(project: Make, within: Within, source: str) -> None:
    """What may be bound anew in between is taken away, and its maker missed, without end."""
    made = project(source)
    with within(60):
        done = made.build("--to", "tex")
    assert done.returncode == 0, done.stderr
    assert "first 0" in made.tex


WRITER = """\
```{python, name='one'}
import random
random.seed()
_ = open("f.txt", "w").write(str(random.random()))
g = (i for i in range(9))
```

```{python, name='two'}
print(open("f.txt").read(), 1)
```

```{python, name='three'}
print(next(g), 1)
```
"""


def test_a_file_written_anew_for_another_reason(project: Make) -> None:
    """`three` makes `one` run again: what `two` has read in this build is no longer so."""
    made = project(WRITER)
    assert made.build("--to", "tex").returncode == 0
    made.write("report.pmd", WRITER.replace(", 1)", ", 2)"))
    assert made.build("--to", "tex").returncode == 0
    assert f"{(made.folder / 'f.txt').read_text()} 2" in made.tex


LOOKER = """\
```{python, name='one'}
import random
random.seed()
_ = open("f.txt", "w").write("x" * random.randrange(10**6))
g = (i for i in range(9))
```

```{python, name='two'}
import os
print(os.path.getsize("f.txt"), 1)
```

```{python, name='three'}
print(next(g), 1)
```
"""


def test_a_file_of_another_size_for_another_reason(project: Make) -> None:
    """`three` makes `one` run again: what `two` was told in this build is no longer so."""
    made = project(LOOKER)
    assert made.build("--to", "tex").returncode == 0
    made.write("report.pmd", LOOKER.replace(", 1)", ", 2)"))
    assert made.build("--to", "tex").returncode == 0
    assert f"{(made.folder / 'f.txt').stat().st_size} 2" in made.tex


DIES = """\
```{python, name='zero'}
a = 7
```

```{python, name='one', error=True}
import os
os._exit(3)
```

```{python, name='two'}
print('two', a)
```
"""


def test_a_cell_that_ends_the_worker_does_so_in_each_build(project: Make) -> None:
    made = project(DIES)
    for _ in range(2):
        done = made.build("--to", "tex")
        assert done.returncode == 1
        assert "two can't run" in done.stderr


def test_cells_that_could_not_begin_have_not_run(project: Make) -> None:
    done = project(DIES).build("--to", "tex")
    assert "ran 2 of 3" in done.stderr + done.stdout


def test_a_style_that_was_measured_in_vain_rests_on_its_files(project: Make) -> None:
    """After an error in the preamble nobody knows what the look of figures depends on."""
    document = (
        "---\npreamble: |\n  \\usepackage{mym}\n---\n\n"
        "```{python, caption='c'}\nimport matplotlib.pyplot as plt\n_ = plt.plot([1,2])\n"
        "print(plt.rcParams['figure.figsize'])\n```\n"
    )
    made = Project(project(document).folder)  # which LaTeX measures
    good = r"\ProvidesPackage{mym}" + "\n"
    made.write("mym.sty", good + "\\nosuchcommand\n")
    assert made.build("--to", "tex").returncode == 0
    made.write("mym.sty", good + "\\setlength\\textwidth{200pt}\n")
    assert made.build("--to", "tex").returncode == 0
    again = made.tex
    assert made.build("--to", "tex", "--no-cache").returncode == 0
    assert again == made.tex


FIGURE = """\
```{python, name='drawn', caption='c'}
import matplotlib.pyplot as plt
_ = plt.plot([1, 2])
```

```{python, name='emptier'}
import shutil
n = 1
if n == 2:
    shutil.rmtree("build/.treadle/cache/blobs", ignore_errors=True)
```
"""


def test_a_store_that_is_emptied_meanwhile(project: Make) -> None:
    """The kept figure is gone when it is wanted: it is drawn again."""
    made = _emptying(project)
    done = made.build("--to", "tex")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ran 2 of 2 chunks" in done.stdout
    assert (made.folder / "build/report/drawn-1.pdf").is_file()


def test_a_store_that_is_emptied_over_and_over(project: Make) -> None:
    """That is said, and the next build draws what is gone."""
    made = _emptying(project, ", volatile=True")
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert "is missing (build again)" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    made.write("report.pmd", FIGURE)
    assert made.build("--to", "tex").returncode == 0
    assert (made.folder / "build/report/drawn-1.pdf").is_file()


def _emptying(project: Make, option: str = "") -> Project:
    """A project with a kept figure, whose second chunk removes what is kept."""
    made = project(FIGURE)
    assert made.build("--to", "tex").returncode == 0
    shutil.rmtree(made.folder / "build/report")
    blobs = next(path for path in made.folder.rglob("blobs") if path.is_dir())
    emptied = FIGURE.replace("n = 1", "n = 2").replace("build/.treadle/cache/blobs", str(blobs))
    made.write("report.pmd", emptied.replace("'emptier'", f"'emptier'{option}"))
    return made


PIPE = """\
class Pipe:
    def __init__(self):
        self._words = []
    def __getstate__(self):
        raise TypeError("a pipe belongs to its process")
    def push(self, word):
        self._words.append(word)
        return len(self._words)
"""
WORKS = """\
```{python path}
import sys
sys.path.append("lib/site-packages")
```
```{python works}
from waterworks import Pipe
station = {"pipe": Pipe(), "count": 0}
station["count"] = station["pipe"].push("a")
```
```{python first}
print("first", station["count"])
```
```{python second}
print("second", station["count"])
```
"""


def test_a_part_that_could_not_be_kept_and_that_nobody_asked_is_as_it_was(project: Make) -> None:
    """The first time, it is not known whether `first` has changed it: it had the real one."""
    made = project(WORKS)
    made.write("lib/site-packages/waterworks/__init__.py", PIPE)
    assert "ran 4 of 4" in made.build("--to", "tex").stdout
    made.write("report.pmd", WORKS.replace('"first"', '"1st"'))
    assert "ran 3 of 4" in made.build("--to", "tex").stdout
    made.write("report.pmd", WORKS.replace('"first"', '"one"'))
    assert "ran 2 of 4" in made.build("--to", "tex").stdout  # and `path`, for its effect


def test_a_part_that_is_asked_in_vain_is_made_again_once(project: Make) -> None:
    made = project(WORKS)
    made.write("lib/site-packages/waterworks/__init__.py", PIPE)
    made.build("--to", "tex")
    made.write(
        "report.pmd", WORKS.replace('station["count"])\n```\n', 'station["pipe"].push(""))\n```\n')
    )
    done = made.build("--to", "tex")
    assert "ran 4 of 4" in done.stdout
    assert [line.split()[1] for line in done.stdout.splitlines()].count("works") == 1
    assert ("first 2" in made.tex, "second 3" in made.tex) == (True, True)
