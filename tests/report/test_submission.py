"""What is handed in works elsewhere: its LaTeX compiles, its tests pass, without this project."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import Built, run


@pytest.fixture(scope="module")
def unpacked(report: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the report, in a folder far from it."""
    # Tests of other files may have edited the source, built that, and put the source back.
    assert run(sys.executable, "-m", "treadle", *report.command).returncode == 0
    code = str(report.folder / "code")
    command = (str(report.source), "-o", str(report.folder), "--code", code)
    done = run(sys.executable, "-m", "treadle.submission", *command)
    assert done.returncode == 0, done.stderr
    folder = tmp_path_factory.mktemp("handed-in")
    with zipfile.ZipFile(report.folder / "assignment9.zip") as archive:
        archive.extractall(folder)
    return folder / "assignment9"


def outside(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run in an environment that knows nothing of the project."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=300,
    )


def words(pdf: Path) -> str:
    return subprocess.run(
        ["pdftotext", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True
    ).stdout


@pytest.mark.skipif(shutil.which("latexmk") is None, reason="latexmk is not installed")
def test_its_latex_compiles_on_its_own(unpacked: Path) -> None:
    done = outside(unpacked / "latex", "latexmk", "-interaction=nonstopmode", "assignment9.tex")
    assert done.returncode == 0, done.stdout[-2000:]
    assert words(unpacked / "latex/assignment9.pdf") == words(unpacked / "assignment9.pdf")


def test_its_tests_pass(unpacked: Path) -> None:
    done = outside(
        unpacked / "code", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert " passed" in done.stdout


def test_it_says_which_packages_its_code_needs(unpacked: Path) -> None:
    lines = (unpacked / "code/requirements.txt").read_text("utf-8").splitlines()
    assert {"torch", "numpy", "pytest"} <= {line.partition("==")[0] for line in lines}
    assert all(line.count("==") == 1 and "+" not in line for line in lines)
