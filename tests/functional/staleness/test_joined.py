"""Cases in one document have names of their own there, and each its own change."""

from __future__ import annotations

import pytest

from .case import Case
from .joined import joined

DOCUMENT = """```{python makes, echo=False}
class Thing:
    y = 1
def double(x, by=2):
    return x + 1
x, label, by = Thing(), "x", 1
```
Text <%= x.y %>.

```{python shows}
import numpy as np
print(f"{x.y} {label!r} x", np.sum(double(x, by=3)), [x for x in "ab"])
```
"""
SECOND = """```{python makes_2, echo=False}
class Thing_2:
    y = 1
def double_2(x_2, by=2):
    return x_2 + 1
x_2, label_2, by_2 = Thing_2(), "x", 1
```
Text <%= x_2.y %>.

```{python shows_2}
import numpy as np
print(f"{x_2.y} {label_2!r} x", np.sum(double_2(x_2, by=3)), [x_2 for x_2 in "ab"])
```
"""


@pytest.fixture
def case() -> Case:
    return Case(
        "it",
        "names",
        headers={"now": ["b"], "runs": ["shows"]},
        files={"report.pmd": DOCUMENT},
        actions=['edit report.pmd: "ab" => "b"'],
    )


def test_each_has_its_own_names_and_its_own_change(case):
    whole = joined([case, case])
    assert whole.files["report.pmd"].endswith(f"\n{SECOND}")
    assert whole.after["report.pmd"].endswith(SECOND.replace('"ab"', '"b"'))
    assert whole.runs.chunks == {"shows_1", "shows_2"}
    assert whole.runs.exactly
    assert whole.now == ("b", "b")


def test_one_alone_is_as_it_is(case):
    assert joined([case]) is case


def test_a_module_of_ones_own_is_each_ones_own(case):
    text = "```{python uses}\nimport helper\nprint(helper.f(helper=1))\n```\n"
    case.files.update({"report.pmd": text, "helper.py": "import helper\n"})
    case.actions[:] = ["edit helper.py: import => from"]
    whole = joined([case, case])
    assert whole.files["report.pmd"].startswith(
        "```{python uses_1}\nimport helper_1\nprint(helper_1.f(helper=1))\n```\n"
    )
    assert whole.files["helper_2.py"] == "import helper_2\n"
    assert whole.actions[1] == "edit helper_2.py: import => from"
