"""What the tests of faults share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .place import SOURCE, Place


@pytest.fixture
def place(tmp_path: Path) -> Callable[..., Place]:
    """Make the project, with another document if one is given."""

    def make(source: str = SOURCE) -> Place:
        return Place.make(tmp_path / "project", source)

    return make


@pytest.fixture(scope="session")
def without_latex(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH without LaTeX, which only measures the page where no PDF is asked for."""
    programs = tmp_path_factory.mktemp("programs")
    cat = shutil.which("cat")
    assert cat is not None
    (programs / "cat").symlink_to(cat)
    return str(programs)
