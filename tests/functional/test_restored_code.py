"""Functions that came back from the store stand where they stand in the document now."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .conftest import Project

DOCUMENT = """\
```{python, name='table'}
table = {"half": lambda n: 1 / n}
```

```{python, name='maker'}
def maker(n):
    def inner():
        return n[0]
    return inner

inner = maker(())
```

```{python, name='uses', caption="Of <%= len(table) %>.", fig=False}
print("fine")
```

```{python, name='more'}
print("more")
```
"""
CALLS = pytest.mark.parametrize("call", ['table["half"](0)', "inner()"])


def told(project: Callable[[str], Project], first: str, then: str) -> str:
    """The complaints about `then`, built after `first`: the same as when it is built clean."""
    made = project(first)
    assert made.build("--to", "tex").returncode == 0
    made.write("report.pmd", then)
    cached, clean = (made.build("--to", "tex", *way).stderr for way in ((), ("--no-cache",)))
    assert cached == clean
    return cached


@CALLS
def test_a_traceback_quotes_the_lines_of_restored_functions(project, call):
    found = told(project, DOCUMENT, DOCUMENT.replace('print("more")', call))
    assert re.search(r"line (2|8), in (<lambda>|inner)\n .*\n +[\^~]+\n", found)


@CALLS
def test_it_names_their_lines_as_they_are_now(project, call):
    moved = DOCUMENT.replace("```{python, name='t", "Two\nlines.\n\n```{python, name='t")
    found = told(project, DOCUMENT, moved.replace('print("more")', call))
    assert re.search(r"line (5|11), in (<lambda>|inner)\n .*\n +[\^~]+\n", found)


def test_of_two_that_read_alike_each_keeps_its_line(project):
    both = "".join(f"```python\n{n} = [\n  lambda n: 1 / n\n]\n```\n\n" for n in "fg")
    then = f"Two.\n\n{both}```python\ng[0](0)\n```\n"
    assert "line 11, in <lambda>" in told(project, f"{both}```python\n1\n```\n", then)
