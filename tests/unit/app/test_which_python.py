"""Which Python is meant, and how a library is had there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from treadle.app.which_python import Choice, choice, chosen, library_hint
from treadle.engine.run.interpreter import Interpreter, Unfit, own_interpreter

HERE = Path("/project")


def test_none_is_this_one() -> None:
    assert choice(None, None, HERE, {}) is None
    assert chosen(None, HERE) == own_interpreter()


@pytest.mark.parametrize(
    ("given", "said", "environment", "by"),
    [
        ("a", "b", {"VIRTUAL_ENV": "c", "CONDA_PREFIX": "d"}, "--python"),
        (None, "b", {"VIRTUAL_ENV": "c", "CONDA_PREFIX": "d"}, "python"),
        (None, None, {"VIRTUAL_ENV": "c", "CONDA_PREFIX": "d"}, "VIRTUAL_ENV"),
        (None, None, {"CONDA_PREFIX": "d"}, "CONDA_PREFIX"),
        (None, None, {"CONDA_PREFIX": "d", "CONDA_DEFAULT_ENV": "thesis"}, "CONDA_PREFIX"),
    ],
)
def test_what_counts_more(
    given: str | None, said: str | None, environment: dict[str, str], by: str
) -> None:
    found = choice(given, said, HERE, environment)
    assert found is not None
    assert found.by == by


def test_empty_words_name_nothing() -> None:
    assert choice("", "", HERE, {"VIRTUAL_ENV": "", "CONDA_PREFIX": ""}) is None


def test_the_path_to_this_python_is_this_python() -> None:
    assert chosen(Choice("python", sys.executable, HERE), HERE) == own_interpreter()
    environment = str(Path(sys.executable).parents[1])
    assert chosen(Choice("VIRTUAL_ENV", environment, HERE), HERE) == own_interpreter()


@pytest.mark.parametrize("path", ["~nobodyofthisname/python", "x" * 300, "x\0y"])
def test_a_path_that_can_not_be_looked_at(path: str, tmp_path: Path) -> None:
    found = chosen(Choice("python", path, tmp_path), tmp_path)
    assert isinstance(found, Unfit)


def test_one_that_a_document_names_is_asked_as_the_caller_says(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    asked = []

    def ask(executable: str, folder: str) -> Unfit:
        asked.append((executable, folder))
        return Unfit("is none")

    assert chosen(Choice("python", "mine", tmp_path), tmp_path, ask) == Unfit("is none")
    assert asked == [(str(tmp_path / "mine"), str(tmp_path))]


@pytest.fixture
def python(tmp_path: Path) -> Interpreter:
    prefix = tmp_path / "environment"
    (prefix / "site-packages/pip").mkdir(parents=True)
    paths = (str(prefix / "site-packages"),)
    return Interpreter("/bin/python", "3.11.1 (main)", str(prefix), paths)


def test_a_library_is_installed_by_pip_where_that_is(python: Interpreter, tmp_path: Path) -> None:
    assert library_hint(python, tmp_path, "pandas") == (
        "if it is a library: `/bin/python -m pip install pandas`"
    )


def test_an_environment_above_the_document_is_named(python: Interpreter, tmp_path: Path) -> None:
    folder = tmp_path / "text/chapters"
    folder.mkdir(parents=True)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/pyvenv.cfg").write_text("")
    hint = "`python: ../../.venv` in the front matter"
    assert hint in library_hint(python, folder, "pandas")
    (tmp_path / "environment/pipx_metadata.json").write_text("{}")
    assert hint in library_hint(python, folder, "pandas")
    assert "pip install" not in library_hint(python, folder, "pandas")
