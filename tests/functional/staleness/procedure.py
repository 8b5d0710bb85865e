"""Build, change, build again; and build the changed sources clean, elsewhere, with no cache."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.command import treadle

from .case import Case
from .changes import Place, apply_change, lay_out

LINE = re.compile(r"\S+?\.pmd:[\d-]+ (?P<label>.+) \d+\.\d+ s")
LAST = re.compile(r"ran (?P<ran>\d+) of (?P<all>\d+) chunks in [\d.]+ s")
OUTPUT = re.compile(r"\\begin\{chunkoutput\}(.*?)\\end\{chunkoutput\}", re.DOTALL)
PROBLEM = re.compile(r"\S+:\d+: error: .*")


@dataclass(frozen=True)
class Outcome:
    """What a build printed, and what it left."""

    status: int
    printed: str
    complaints: str
    files: dict[str, bytes]  # the .tex, the PDF if there is one, the figures

    @property
    def ran(self) -> frozenset[str]:
        lines = map(LINE.fullmatch, self.printed.splitlines())
        return frozenset(line["label"] for line in lines if line)

    @property
    def count(self) -> int | None:
        """The R of `ran R of N chunks`."""
        last = LAST.search(self.printed)
        return int(last["ran"]) if last else None

    @property
    def errors(self) -> list[str]:
        return PROBLEM.findall(self.complaints)

    @property
    def body(self) -> str:
        """The .tex from `\\begin{document}` on."""
        tex = self.files.get("report.tex", b"").decode()
        return tex.partition(r"\begin{document}")[2]

    @property
    def outputs(self) -> list[str]:
        """What the chunks printed."""
        return OUTPUT.findall(self.body)


@dataclass(frozen=True)
class Trial:
    """The three builds of a case."""

    first: Outcome
    second: Outcome
    clean: Outcome


def try_case(case: Case, folder: Path, programs: Path) -> Trial:
    """Run the case below `folder`, with these programs on the path unless it needs LaTeX."""
    here, there = (Place(folder / name / "work") for name in "ab")
    for place in (here, there):
        if not {"to", "latex"} & set(case.headers):
            place.environment["PATH"] = str(programs)
        lay_out(case, place)
    apply_change(case, there, built=False)
    clean = build(case, there, "--no-cache")
    kill = case.header("kill")
    first = _killed(case, here, kill) if kill else build(case, here)
    apply_change(case, here, built=True)
    return Trial(first, build(case, here), clean)


def build(case: Case, place: Place, *options: str) -> Outcome:
    """Build the document of `place`: in this process, unless what is in the environment may have
    had its effect when a process began."""
    command = _command(case, place, *options)
    if place.environment.keys() <= {"PATH"}:
        done = treadle(*command, folder=place.folder, environment=place.environment)
        printed, complaints = done.stdout, done.stderr
        return Outcome(done.returncode, printed, complaints, _files(place.folder / "build"))
    process = _start(command, place)
    printed, complaints = process.communicate(timeout=120)
    return Outcome(process.returncode, printed, complaints, _files(place.folder / "build"))


def _killed(case: Case, place: Place, kill: str) -> Outcome:
    """A build that is killed, with its children, when the chunk `kill` has run."""
    process = _start(_command(case, place), place)
    seen = []
    assert process.stdout
    for line in process.stdout:
        seen.append(line)
        if (found := LINE.fullmatch(line.strip())) and found["label"] == kill:
            os.killpg(process.pid, signal.SIGKILL)
    printed, complaints = process.communicate(timeout=120)
    printed = "".join(seen) + printed
    return Outcome(process.returncode, printed, complaints, _files(place.folder / "build"))


def _command(case: Case, place: Place, *options: str) -> tuple[str, ...]:
    to = ("--to", case.header("to", "tex"))
    return ("build", "report.pmd", *place.arguments, *to, *options)


def _start(command: tuple[str, ...], place: Place) -> subprocess.Popen[str]:
    """Start the command, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "treadle", *command],
        cwd=place.folder,
        env={**os.environ, **place.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _files(out: Path) -> dict[str, bytes]:
    paths = [*out.glob("*.tex"), *out.glob("*.pdf"), *(out / "report").rglob("*")]
    return {str(path.relative_to(out)): path.read_bytes() for path in paths if path.is_file()}
