"""What the documentation shows works as it says, and the files it names are there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
SOURCE = ROOT / "src" / "treadle"
FOLDERS = (ROOT, SOURCE, SOURCE / "engine", SOURCE / "press", ROOT / "docs")
NAME = re.compile(r"`([a-z_]+/[a-z_/]+(?:\.(?:py|md|sh))?)`")
MADE = ("build/", "code/", "text/", "image/", "application/")  # by a build; and MIME types

LAB = """
import threading

class Meter:
    def __init__(self, readings, unit):
        self.readings, self.unit, self.lock = readings, unit, threading.Lock()
"""
METERED = """```python, name="make"
from fractions import Fraction
from lab import Meter
meter = Meter([1, 2], "V")
readings = meter.readings
```

```python, name="show"
readings.append(3)
print(meter.readings, meter.unit)
Fraction(3, 4)
```
"""


def blocks(page, language):
    """The code of this language on a page of the documentation."""
    text = (ROOT / page).read_text("utf-8")
    return [code for _, code in re.findall(rf"(?ms)^(```+){language}\n(.*?)^\1$", text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_are_there(page):
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)[^):]*\)", re.sub(r"`[^`\n]*`", "", text))
    missing = [link for link in links if not (page.parent / link).exists()]
    for name in NAME.findall(re.sub(r"(?s)```.*?```", "", text)):
        if not name.startswith(MADE) and not any((folder / name).exists() for folder in FOLDERS):
            missing.append(name)
    assert missing == []


def test_the_document_of_the_readme_builds(project):
    made = project("")
    (document,) = blocks("README.md", "markdown")
    made.write("waves.pmd", document)
    done = made.treadle("build", "waves.pmd", "--to", "tex")
    assert (done.returncode, done.stderr) == (0, "")
    asked = made.treadle("check", "--strict", "waves.pmd")
    assert (asked.returncode, asked.stderr) == (0, "")
    environment = {**os.environ, "PYTHONPATH": "code"}
    command = [sys.executable, "-m", "pytest", "-q", "code/waves"]
    assert subprocess.run(command, cwd=made.folder, env=environment, check=False).returncode == 0


def test_the_examples_of_the_api_run(project):
    made = project("")
    made.write("waves.pmd", "```python, name='a'\n1 / 1\n```\n")
    made.write(
        "examples.py",
        "".join(blocks("docs/api.md", "python")).replace('params={"points": 20}', 'to="tex"'),
    )
    done = subprocess.run(
        [sys.executable, "examples.py"],
        cwd=made.folder,
        env={**os.environ, **made.environment(["tex"])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert "ran 1 of 1 chunks" in done.stdout
    assert "a is kept" in done.stdout


@pytest.fixture
def lab(project):
    """A document that uses the plugin of the page on plugins, with its package installed."""
    made = project(METERED)
    plugin, section = blocks("docs/plugins.md", "python")[0], blocks("docs/plugins.md", "toml")[0]
    entry = section.replace('[project.entry-points."treadle.plugins"]', "[treadle.plugins]")
    made.write("site/lab.py", LAB)
    made.write("site/lab_plugin.py", plugin)
    made.write("site/lab-1.0.dist-info/entry_points.txt", entry.replace('"', ""))

    def build():
        command = [sys.executable, "-m", "treadle", "build", "report.pmd", "--to", "tex"]
        environment = {**os.environ, **made.environment(command)}
        environment["PYTHONPATH"] = str(made.folder / "site")
        return subprocess.run(
            command, cwd=made.folder, env=environment, capture_output=True, text=True, check=False
        )

    return made, build


def test_the_plugin_shows_a_value(lab):
    made, build = lab
    assert build().stderr == ""
    assert r"\frac{3}{4}" in made.tex


def test_the_plugin_keeps_a_value_with_what_it_shares(lab):
    made, build = lab
    build()
    text = (made.folder / "report.pmd").read_text("utf-8")
    made.write("report.pmd", text.replace("append(3)", "append(4)"))
    done = build()
    assert "ran 1 of 2 chunks" in done.stdout
    assert "[1, 2, 4] V" in made.tex
