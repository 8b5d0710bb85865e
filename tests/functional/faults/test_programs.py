"""LaTeX's programs: missing, no programs at all, or killed at a chosen moment."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from .place import BIB, EDITED, SOURCE, Clean, Make, Place, assert_clear, processes

# Runs the program, cuts what it wrote, and dies as if the kernel had killed it, at its Nth run.
KILLED = """#!/bin/sh
echo run >> '{runs}'
'{program}' "$@"
status=$?
[ "$(wc -l < '{runs}')" -ge {first} ] && [ "$(wc -l < '{runs}')" -le {last} ] || exit $status
for file in report.pdf report.aux report.log report.bbl report.blg report.fmt measure.log; do
    [ -f $file ] && truncate -s {size} $file
done
kill -9 $$
"""
ALWAYS = 10**6
SLEEP = shutil.which("sleep")
PROGRAMS = {"pdflatex", "bibtex", "kpsewhich", "wc", "truncate"}


def with_programs(made: Place, folder: Path, scripts: Mapping[str, str]) -> Place:
    """The place, whose builds find in `folder` these scripts, and of the usual programs what they
    need."""
    (folder := folder / "programs").mkdir()
    for name, text in scripts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    for name in PROGRAMS - scripts.keys():
        (folder / name).symlink_to(str(shutil.which(name)))
    return Place(made.folder, str(folder))


def killed(program: str, runs: Path, first: int, last: int = ALWAYS, size: int = 100) -> str:
    where = shutil.which(program)
    return KILLED.format(program=where, runs=runs, first=first, last=last, size=size)


def built_before(made: Place) -> dict[str, bytes]:
    """The results of a build that went well; the document is edited then."""
    assert made.build().returncode == 0
    (made.folder / "report.pmd").write_text(EDITED)
    return made.outputs()


def assert_as_clean(made: Place, clean: Clean) -> None:
    done = made.build()
    assert (done.returncode, done.stderr) == (0, "")
    assert made.outputs() == clean(EDITED).outputs


@pytest.mark.parametrize("missing", ["pdflatex", "bibtex"])
def test_missing(known: Make, clean: Clean, tmp_path: Path, missing: str) -> None:
    made = known()
    before = built_before(made)
    (programs := tmp_path / "others").mkdir()
    other = {"pdflatex": "bibtex", "bibtex": "pdflatex"}[missing]
    (programs / other).symlink_to(str(shutil.which(other)))
    assert_clear(Place(made.folder, str(programs)).build(), f"`{missing}`", "install TeX")
    assert made.outputs() == before
    assert_as_clean(made, clean)


def test_without_kpsewhich(known: Make, clean: Clean, tmp_path: Path) -> None:
    """Only figures ask it for fonts."""
    made = known()
    (made.folder / "report.pmd").write_text(EDITED)
    (programs := tmp_path / "others").mkdir()
    for name in ("pdflatex", "bibtex"):
        (programs / name).symlink_to(str(shutil.which(name)))
    done = Place(made.folder, str(programs)).build()
    assert (done.returncode, done.stderr) == (0, "")
    assert_as_clean(made, clean)


@pytest.mark.parametrize("name", ["pdflatex", "bibtex"])
def test_what_is_no_program(known: Make, clean: Clean, tmp_path: Path, name: str) -> None:
    made = known()
    before = built_before(made)
    (made.folder / "refs.bib").write_text(BIB + "\n")  # else what BibTeX made of it is kept
    broken = with_programs(made, tmp_path, {name: "\0\0"})
    assert_clear(broken.build(), f"{name}: Exec format error")
    assert made.outputs() == before
    (made.folder / "refs.bib").write_text(BIB)
    assert_as_clean(made, clean)


@pytest.mark.parametrize("program", ["pdflatex", "bibtex"])
@pytest.mark.parametrize("size", [0, 100])
def test_killed_whenever_it_runs(
    known: Make, clean: Clean, tmp_path: Path, program: str, size: int
) -> None:
    made = known()
    before = built_before(made)
    (made.folder / "refs.bib").write_text(BIB + "\n")
    script = killed(program, tmp_path / "runs", 1, size=size)
    dying = with_programs(made, tmp_path, {program: script})
    assert_clear(dying.build(), f"{program} was killed by signal 9")
    assert made.outputs() == before
    (made.folder / "refs.bib").write_text(BIB)
    assert_as_clean(made, clean)


@pytest.mark.parametrize("run", range(1, 6))
def test_killed_once_in_a_first_build(
    typeset: Make, clean: Clean, tmp_path: Path, run: int
) -> None:
    """Dumping the preamble, measuring, and three passes."""
    made = typeset(EDITED)
    script = killed("pdflatex", tmp_path / "runs", run, run)
    done = with_programs(made, tmp_path, {"pdflatex": script}).build()
    assert (tmp_path / "runs").read_text().count("run") == run
    assert_clear(done, "pdflatex was killed by signal 9", "build again")
    assert made.outputs() == {}
    assert_as_clean(made, clean)


@pytest.mark.parametrize("run", [1, 2])
def test_killed_while_the_page_is_measured(typeset: Make, tmp_path: Path, run: int) -> None:
    """To go on with a guess would draw figures in other sizes than the next build does."""
    made = typeset(EDITED)
    script = killed("pdflatex", tmp_path / "runs", run, run)
    done = with_programs(made, tmp_path, {"pdflatex": script}).build("--to", "tex")
    assert_clear(done, "pdflatex was killed by signal 9")
    assert made.outputs() == {}


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("measuring", [True, False])
def test_nothing_runs_on_after_the_command_is_told_to_end(
    place: Make, tmp_path: Path, signalled: signal.Signals, measuring: bool
) -> None:
    """LaTeX reads the preamble, or then a chunk runs; the signal goes to the command alone."""
    made = place(SOURCE.replace("print(double(21))", "import time; time.sleep(60)"))
    begun = made.folder / "out.txt"
    if measuring:
        begun = tmp_path / "begun"
        made = with_programs(
            made, tmp_path, {"pdflatex": f"#!/bin/sh\n: > '{begun}'\nexec {SLEEP} 60\n"}
        )
    process = made.start()
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signalled)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == (130 if signalled is signal.SIGINT else 143), said
    assert "Traceback" not in said
    assert not processes(made)


@pytest.mark.parametrize(("signalled", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_ends_though_nobody_heeds_the_exception(signalled: int, status: int) -> None:
    """Python drops what is raised in a callback."""
    text = f"""import os, sys, time
from treadle.app.cli import main
main.GRACE = 0.2
class Deaf:
    def __del__(self):
        os.kill(os.getpid(), {int(signalled)})
        time.sleep(0.01)
def run(*_):
    Deaf()
    time.sleep(60)
main.main = run
main.command()"""
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False, text=True)
    assert done.returncode == status
    assert done.stderr.endswith("interrupted\n" if status == 130 else "terminated\n")
