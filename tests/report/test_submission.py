"""The archive to hand in: what is in it, what keeps it from being made; and it works elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from submission import NotBuiltError, pack, requirements
from tests.command import treadle

from .conftest import ROOT, Built, run


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as a build leaves it."""
    files = {
        "a.pmd": "Text.",
        "build/a.pdf": "%PDF",
        "build/a.tex": "x",
        "build/a/f.pdf": "%PDF",
        "build/other.pdf": "%PDF",
        "code/a/m.py": "import numpy as np\nimport os\nfrom a.n import f\n",
        "code/b/m.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for source in ("a.pmd", "code/a/m.py", "code/b/m.py"):
        os.utime(tmp_path / source, (1, 1))
    return tmp_path


def test_what_is_in_it(built: Path) -> None:
    archive = pack(built / "a.pmd", built / "build", built / "code", [built / "build/other.pdf"])
    with zipfile.ZipFile(archive) as made:
        assert sorted(made.namelist()) == [
            "a/README.txt",
            "a/a.pdf",
            "a/code/a/m.py",
            "a/code/pytest.ini",
            "a/code/requirements.txt",
            "a/latex/a.tex",
            "a/latex/a/f.pdf",
            "a/latex/latexmkrc",
            "a/other.pdf",
        ]


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "pytest", "-q", "a/test_m.py"],
        ["-S", "-c", "from a.test_m import test_it; test_it()"],
    ],
    ids=["beside Treadle", "alone"],  # -S: there are no packages but its own
)
def test_its_comparisons_work(built: Path, command: list[str]) -> None:
    test = "from treadle.checks import equal\n\n\ndef test_it():\n    equal(1, 1, against='one')\n"
    path = built / "code/a/test_m.py"
    path.write_text(test, "utf-8")
    os.utime(path, (1, 1))
    with zipfile.ZipFile(pack(built / "a.pmd", built / "build", built / "code")) as made:
        made.extractall(built / "elsewhere")
    done = subprocess.run(
        [sys.executable, *command],
        cwd=built / "elsewhere/a/code",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_files_make_the_same_archive(built: Path) -> None:
    given = (built / "a.pmd", built / "build", built / "code")
    first = pack(*given).read_bytes()
    os.utime(built / "code/a/m.py", (5, 5))
    assert pack(*given).read_bytes() == first


@pytest.mark.parametrize("what", ["missing", "old", "other"])
def test_what_has_not_been_built_is_not_handed_in(built: Path, what: str) -> None:
    others = [built / "build/none.pdf"] if what == "other" else []
    if what == "missing":
        (built / "build/a.pdf").unlink()
    if what == "old":
        os.utime(built / "build/a.pdf", (0, 0))
    with pytest.raises(NotBuiltError, match="build first"):
        pack(built / "a.pmd", built / "build", built / "code", others)
    assert not (built / "build/a.zip").exists()


def test_only_what_the_code_imports_of_others_is_required() -> None:
    code = {"a/m.py": b"import os, torch.nn\nfrom a import n\ndef f():\n    import sklearn\n"}
    names = [line.partition("==")[0] for line in requirements(code).splitlines()]
    assert names == ["pytest", "scikit-learn", "torch"]


# What is verified first.


WITHOUT_LATEX = {**os.environ, "PATH": ""}  # it would only measure the page


def packed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = ROOT / "scripts/submission.py"
    command = [sys.executable, str(script), "a.pmd", "--with", "build/b.pdf", *arguments]
    return subprocess.run(
        command, cwd=folder, env=WITHOUT_LATEX, capture_output=True, text=True, check=False
    )


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two documents, built; what their pages look like is of no account."""
    for name in "ab":
        (tmp_path / f"{name}.pmd").write_text("```python\nprint(0.91)\n```\n", "utf-8")
        command = ("build", f"{name}.pmd", "--to", "tex")
        done = treadle(*command, folder=tmp_path, environment=WITHOUT_LATEX)
        assert done.returncode == 0
        (tmp_path / f"build/{name}.pdf").write_bytes(b"%PDF")
    return tmp_path


def test_all_that_is_handed_in_is_verified_once(two: Path) -> None:
    done = packed(two)
    assert (done.returncode, done.stderr) == (0, "")
    first, second, last = done.stdout.splitlines()
    assert first.startswith("a.pmd: the last build is what a clean build gives (1 chunks")
    assert second.startswith("b.pmd: the last build is what a clean build gives (1 chunks")
    again = packed(two)
    assert (again.returncode, again.stdout, again.stderr) == (0, f"{last}\n", "")


def test_what_is_not_what_a_clean_build_gives_is_not_handed_in(two: Path) -> None:
    tex = two / "build/b.tex"
    tex.write_text(tex.read_text("utf-8").replace("\n0.91\n", "\n0.99\n"), "utf-8")
    done = packed(two)
    assert done.returncode == 1
    assert "b.pmd:1: error: chunk 1 is not what a clean build gives: `0.99` in" in done.stderr
    assert not (two / "build/a.zip").exists()


def test_it_is_said_where_nobody_has_verified_it(two: Path) -> None:
    done = packed(two, "--unverified")
    assert (done.returncode, (two / "build/a.zip").exists()) == (0, True)
    warning = "treadle: warning: it is not verified: `treadle verify a.pmd -o build` does that\n"
    assert done.stderr == warning


# The real report's, elsewhere: its LaTeX compiles, its tests pass, without this project.


@pytest.fixture(scope="module")
def unpacked(report: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the report, in a folder far from it."""
    # Tests of other files may have edited the source, built that, and put the source back.
    assert treadle(*report.command, folder=ROOT).returncode == 0
    code = str(report.folder / "code")
    command = (str(report.source), "-o", str(report.folder), "--code", code, "--unverified")
    done = run(sys.executable, "scripts/submission.py", *command)
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
    """Two that train for seconds do so with the very same files in `code/`."""
    chosen = ("-q", "-p", "no:cacheprovider", "-k", "not side_by_side and not learns")
    done = outside(unpacked / "code", sys.executable, "-m", "pytest", *chosen)
    assert done.returncode == 0, done.stdout[-2000:]
    assert " passed" in done.stdout


def test_it_says_which_packages_its_code_needs(unpacked: Path) -> None:
    lines = (unpacked / "code/requirements.txt").read_text("utf-8").splitlines()
    assert {"torch", "numpy", "pytest"} <= {line.partition("==")[0] for line in lines}
    assert all(line.count("==") == 1 and "+" not in line for line in lines)
