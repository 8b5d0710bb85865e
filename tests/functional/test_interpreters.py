"""Which Python runs a document: the one that the document, the command or the shell names, with its
packages and no others."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Project
from .environments import PACKAGES, environment, install, treadle_as_a_tool

REPORT = """\
```python
import only_there
print(only_there.NAME)
```
"""
ONLY_THERE = 'NAME = "only there"\n'
FRONT = "---\npython: {}\n---\n"


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return treadle_as_a_tool(tmp_path_factory.mktemp("tool") / "treadle")


@pytest.fixture
def there(project: Callable[[str], Project]) -> Project:
    made = project(REPORT)
    environment(made.folder / ".venv", only_there=ONLY_THERE)
    return made


@pytest.mark.parametrize("way", ["front matter", "command", "active"])
def test_a_tool_of_its_own_runs_the_packages_of_the_project(
    tool: Path, there: Project, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "front matter":
        there.write("report.pmd", FRONT.format(".venv") + REPORT)
    if way == "active":
        monkeypatch.setenv("VIRTUAL_ENV", str(there.folder / ".venv"))
    named = ("--python", ".venv") if way == "command" else ()
    build = (str(tool), "-m", "treadle", "build", "report.pmd", "--to", "tex", *named)
    done = there.run(*build)
    assert done.returncode == 0, done.stderr
    assert "only there" in there.tex
    again = there.run(*build)
    assert "ran 0 of 1 chunks" in again.stdout, again.stderr


def test_the_tool_lends_the_project_none_of_its_libraries(tool: Path, there: Project) -> None:
    there.write("report.pmd", REPORT.replace("only_there", "markdown_it"))
    build = (str(tool), "-m", "treadle", "build", "report.pmd", "--to", "tex")
    own = there.run(*build)
    assert "has no attribute 'NAME'" in own.stderr  # it has that one itself
    other = there.run(*build, "--python", ".venv")
    python = there.folder / ".venv/bin/python"
    assert "report.pmd:2: error: chunk 1 failed: ModuleNotFoundError" in other.stderr
    assert f"{python} " in other.stderr


def test_the_tool_says_how_to_name_the_python_of_a_project(tool: Path, there: Project) -> None:
    build = (str(tool), "-m", "treadle", "build", "report.pmd", "--to", "tex")
    assert "`python: .venv` in the front matter" in there.run(*build).stderr
    shutil.rmtree(there.folder / ".venv")
    done = there.run(*build)
    assert f"Treadle's own environment, `{tool.parents[1]}`: `python: PATH`" in done.stderr


@pytest.mark.parametrize("name", ["one/.venv", "one/.venv/bin/python", "~/one/.venv", "py-of-one"])
def test_names_of_a_python(
    project: Callable[[str], Project], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = project(FRONT.format(name) + REPORT)
    environment(made.folder / "one/.venv", only_there=ONLY_THERE)
    monkeypatch.setenv("HOME", str(made.folder))
    programs = made.folder / "programs"
    programs.mkdir()
    own = made.folder / "one/.venv/bin/python"
    (programs / "py-of-one").write_text(f'#!/bin/sh\nexec {own} "$@"\n')
    (programs / "py-of-one").chmod(0o755)
    (made.folder / "elsewhere").mkdir()
    run = (
        "/usr/bin/env",
        f"PATH={programs}",
        sys.executable,
        "-m",
        "treadle",
        "build",
        "../report.pmd",
        "--to",
        "tex",
    )
    done = made.run(*run, folder="elsewhere")
    assert done.returncode == 0, done.stderr


def test_what_is_named_counts_in_this_order(
    project: Callable[[str], Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = project(REPORT)
    for name in ("said", "given", "active", "conda"):
        environment(made.folder / name, only_there=f'NAME = "it is {name}"\n')

    def built(*arguments: str) -> str:
        done = made.build("--to", "tex", *arguments)
        assert done.returncode == 0, done.stderr
        return made.tex

    monkeypatch.setenv("CONDA_PREFIX", str(made.folder / "conda"))
    assert "it is conda" in built()
    monkeypatch.setenv("VIRTUAL_ENV", str(made.folder / "active"))
    assert "it is active" in built()
    made.write("report.pmd", FRONT.format("said") + REPORT)
    assert "it is said" in built()
    assert "it is given" in built("--python", "given")
    assert "it is said" in built()


def test_condas_base_environment_says_nothing(
    there: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDA_PREFIX", str(there.folder / ".venv"))
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "base")
    assert "No module named 'only_there'" in there.build("--to", "tex").stderr


def test_another_version_there_runs_what_has_loaded_it(there: Project) -> None:
    chosen = ("--to", "tex", "--python", ".venv")
    there.build(*chosen)
    install(there.folder / ".venv", "only_there", "2.0", 'NAME = "the new one"\n')
    why = there.treadle("why", "report.pmd", "--python", ".venv")
    assert "only-there changed from 1.0 to 2.0" in why.stdout
    there.build(*chosen)
    assert "the new one" in there.tex
    assert "ran 0 of 1" in there.build(*chosen).stdout


def test_why_knows_the_environment_that_the_document_names(there: Project) -> None:
    there.write("report.pmd", FRONT.format(".venv") + REPORT)
    first = there.treadle("why", "report.pmd")
    assert "report.pmd:4: chunk 1 runs" in first.stdout
    there.build("--to", "tex")
    assert "report.pmd:4: chunk 1 kept" in there.treadle("why", "report.pmd").stdout
    (there.folder / ".venv/pyvenv.cfg").write_text("home = /usr/bin\n")
    other = there.treadle("why", "report.pmd")
    assert "it runs under another Python, or in another environment" in other.stdout


def test_another_environment_runs_all(there: Project) -> None:
    environment(there.folder / "other", only_there='NAME = "the other one"\n')
    there.build("--to", "tex", "--python", ".venv")
    why = there.treadle("why", "report.pmd", "--python", "other")
    assert "because it runs under another Python, or in another environment" in why.stdout
    there.build("--to", "tex", "--python", "other")
    assert "the other one" in there.tex


def test_a_clean_build_for_comparison_has_the_python_of_the_last_one(there: Project) -> None:
    there.build("--to", "tex", "--python", ".venv")
    record = json.loads((there.folder / "build/report.json").read_text("utf-8"))
    assert record["interpreter"] == str(there.folder / ".venv/bin/python")
    assert record["packages"]["only-there"] == "1.0"
    done = there.treadle("verify", "report.pmd")
    assert done.returncode == 0, done.stderr
    assert "the last build is what a clean build gives" in done.stdout


def test_a_plugin_is_that_of_the_python_that_runs_the_document(there: Project) -> None:
    source = """\
class Plugin:
    def __init__(self, host):
        pass

    def display(self, value):
        from treadle.engine.plugin import Bundle

        return Bundle({"text/plain": "shown by the plugin"}) if value == 42 else None
"""
    install(there.folder / ".venv", "shows", "1.0", source)
    info = there.folder / ".venv" / PACKAGES / "shows-1.0.dist-info"
    (info / "entry_points.txt").write_text("[treadle.plugins]\nany = shows:Plugin\n")
    there.write("report.pmd", "```python\n42\n```\n")
    done = there.build("--to", "tex", "--python", ".venv")
    assert done.returncode == 0, done.stderr
    assert "shown by the plugin" in there.tex


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere/bin/python", "is not there"),
        ("no-such-program", "is not there, and no program of that name"),
        ("folder", "is no environment of Python: it has no `bin/python`"),
        ("text.txt", "can't be started: Permission denied"),
        ("fails", "is no Python (it says: I am none)"),
        ("old", "is Python 3.9: chunks need CPython 3.11 or later"),
        ("snake", "is pypy 3.11: chunks need CPython 3.11 or later"),
        ("other", "is Python {}, Treadle runs on {}, and what it lends to"),
    ],
)
def test_what_is_no_good(project: Callable[[str], Project], name: str, words: str) -> None:
    made = project(FRONT.format(name) + REPORT)
    (made.folder / "folder").mkdir()
    made.write("text.txt", "text")
    version = sys.version_info[:2]
    said: dict[str, tuple[object, ...]] = {
        "old": ((3, 9), "cpython", "3.9.1", "/old/python", "/", [], []),
        "snake": ((3, 11), "pypy", "3.11", "/pypy", "/", [], []),
        "other": (version, "cpython", "3", "/other", "/", [], [".other"]),
    }
    words = words.replace("{}", ".".join(map(str, version)))
    made.write("fails", "#!/bin/sh\necho I am none >&2\n").chmod(0o755)
    for program, answer in said.items():
        made.write(program, f'#!/bin/sh\necho "{answer}"\n').chmod(0o755)
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert f"report.pmd:2: error: `python`: `{name}` {words}" in done.stderr
    given = made.build("--to", "tex", "--python", name)
    assert given.returncode == 2
    assert f"treadle: error: `--python`: `{name}` {words}" in given.stderr
