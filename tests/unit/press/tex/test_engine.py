"""The engine's programs, their command lines and variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import treadle
from treadle.press.tex.engine import LUALATEX, PDFLATEX, XELATEX, tex_environment
from treadle.problem import Span

PROGRAMS = re.compile(r"pdflatex|lualatex|xelatex|bibtex|biber|kpsewhich")


def test_names_of_tex_programs_stand_in_one_file() -> None:
    package = Path(treadle.__file__).parent
    files = [path for path in package.rglob("*") if path.suffix in {".py", ".toml"}]
    named = {path for path in files if PROGRAMS.search(path.read_text("utf-8"))}
    assert named == {package / "press/tex/engine.py"}


def test_command_lines() -> None:
    options = "-interaction=nonstopmode -file-line-error -no-shell-escape -recorder"
    begun = PDFLATEX.pages("a", Path("/b.fmt"))
    assert " ".join(begun) == f"pdflatex {options} -fmt=/b.fmt -synctex=1 a.tex"
    assert " ".join(PDFLATEX.draft("a", None)) == f"pdflatex {options} -draftmode a.tex"
    dumped = " ".join(PDFLATEX.dump("a", r"\relax"))
    assert dumped == rf"pdflatex -ini -jobname=a {options} &pdflatex \relax\input a.tex"


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = [problem.message for problem in PDFLATEX.missing(Span.at("a.pmd", 1))]
    assert found == [
        "the program `pdflatex` is not installed, and the PDF needs it",
        "the program `bibtex` is not installed, and the PDF needs it",
    ]


def test_folders_are_searched_after_the_current_one(tmp_path):
    environment = tex_environment((tmp_path,), 0)
    assert environment["TEXINPUTS"].split(":") == [".", str(tmp_path), ""]
    assert environment["openout_any"] == "p"


def test_other_engines_have_command_lines_of_their_own() -> None:
    options = "-interaction=nonstopmode -file-line-error -no-shell-escape -recorder"
    assert " ".join(LUALATEX.pages("a", None)) == f"lualatex {options} -synctex=1 a.tex"
    assert " ".join(XELATEX.draft("a", None)) == f"xelatex {options} -no-pdf a.tex"
    assert not LUALATEX.dumps


def test_a_program_without_its_files_is_not_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("lualatex", "bibtex"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (problem,) = LUALATEX.missing(Span.at("a.pmd", 3))
    assert str(problem).startswith("a.pmd:3: error: the program `lualatex` is not installed as a")
    assert "apt-get install texlive-luatex" in problem.hint
