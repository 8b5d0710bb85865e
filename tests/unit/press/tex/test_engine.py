"""The engine's programs, and running them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import treadle
from treadle.press.tex.engine import (
    PDFLATEX,
    Patience,
    ProgramKilledError,
    Programs,
    tex_environment,
)
from treadle.problem import Span

ENDLESS = [sys.executable, "-c", "open('begun', 'w').close(); import time; time.sleep(60)"]


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


def python(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_the_status_and_what_was_printed(tmp_path: Path) -> None:
    status, said = Programs().run(python("print(1); exit(3)"), tmp_path, {})
    assert (status, said.strip()) == (3, b"1")


def test_one_that_was_killed_has_failed(tmp_path: Path) -> None:
    with pytest.raises(ProgramKilledError, match=r"was killed by signal 9, perhaps out of memory"):
        Programs().run(python("import os; os.kill(os.getpid(), 9)"), tmp_path, {})


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        Programs().run(ENDLESS, tmp_path, {}, Patience(0.5, 30))
    assert time.monotonic() - begun < 30


def test_one_that_writes_nothing_is_ended_and_one_that_writes_is_not(tmp_path: Path) -> None:
    writes = (
        "import time; f = open('log', 'w', 1)\nfor i in range(30): time.sleep(.1); print(i, file=f)"
    )
    status, _ = Programs().run(python(writes), tmp_path, {}, Patience(60, 1))
    assert status == 0
    with pytest.raises(subprocess.TimeoutExpired):
        Programs().run(ENDLESS, tmp_path, {}, Patience(60, 0.5))


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv on this system")
def test_none_outlives_the_one_that_started_it(tmp_path: Path) -> None:
    endless = "import os, time; print(os.getpid(), file=open('pid', 'w')); time.sleep(60)"
    text = f"""import os, pathlib, threading, time
from treadle.press.tex.engine import Programs
given = ({python(endless)!r}, pathlib.Path("."), dict(os.environ))
threading.Thread(target=Programs().run, args=given, daemon=True).start()
while not (os.path.exists("pid") and open("pid").read()): time.sleep(0.01)
os.kill(os.getpid(), 9)"""
    subprocess.run(python(text), cwd=tmp_path, check=False)
    process = int((tmp_path / "pid").read_text())
    assert _ends_within(process, seconds=5)


def _ends_within(process: int, seconds: float) -> bool:
    state = Path(f"/proc/{process}/stat")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_stop_ends_what_runs_in_another_thread_and_starts_no_more(tmp_path: Path) -> None:
    programs = Programs()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            programs.run(ENDLESS, tmp_path, {})
        except ProgramKilledError as failure:
            failures.append(failure)

    thread = threading.Thread(target=work)
    thread.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    programs.stop()
    thread.join(30)
    assert len(failures) == 1
    with pytest.raises(ProgramKilledError):
        programs.run(python("open('again', 'w')"), tmp_path, {})
    assert not (tmp_path / "again").exists()
