"""Where the system does not tell what is read, that is said once."""

from __future__ import annotations

import pytest

SAID = "some files that C libraries or other programs read may not be noticed"


@pytest.fixture
def everybodys(project):
    """A project in a folder as /tmp is."""
    made = project("```{python}\nprint(1)\n```\n")
    made.folder.chmod(0o1777)
    yield made
    made.folder.chmod(0o755)  # others get it


def test_it_is_said_once(everybodys):
    first = everybodys.build("--to", "tex")
    assert first.returncode == 0
    assert f"report.pmd:1: warning: {SAID}: the document lies in a folder of" in first.stderr
    everybodys.write("report.pmd", "```{python}\nprint(2)\n```\n")
    second = everybodys.build("--to", "tex")
    assert second.stdout.splitlines()[-1].startswith("ran 1 of 1")
    assert second.stderr == ""


def test_it_is_not_said_where_all_is_seen(project):
    assert project("```{python}\nprint(1)\n```\n").build("--to", "tex").stderr == ""
