"""What the tests of faults share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from .place import SOURCE, Place, Results


@pytest.fixture
def place(tmp_path: Path, without_latex: str) -> Callable[..., Place]:
    """Make the project, with another document if one is given. Its builds find no LaTeX, which
    would only measure the page."""

    def make(source: str = SOURCE) -> Place:
        return Place.make(tmp_path / "project", source, without_latex)

    return make


@pytest.fixture
def typeset(tmp_path: Path) -> Callable[..., Place]:
    """The same, with LaTeX."""

    def make(source: str = SOURCE) -> Place:
        return Place.make(tmp_path / "project", source)

    return make


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Place]:
    """Make the project where LaTeX has read its preamble already, for an earlier test."""
    folder = tmp_path_factory.mktemp("known") / "project"
    return lambda: Place.make(folder)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Results]:
    """What a document's first build gives where nothing disturbs it."""

    @cache
    def results(source: str, *arguments: str, programs: str | None = None) -> Results:
        made = Place.make(tmp_path_factory.mktemp("clean"), source, programs)
        done = made.build(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        return made.results()

    return results


@pytest.fixture(scope="session")
def without_latex(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH without LaTeX, which only measures the page where no PDF is asked for."""
    programs = tmp_path_factory.mktemp("programs")
    cat = shutil.which("cat")
    assert cat is not None
    (programs / "cat").symlink_to(cat)
    return str(programs)
