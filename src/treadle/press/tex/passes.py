"""Run TeX and its bibliography program until the auxiliary files no longer change."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.engine.store.digest import combined, digest
from treadle.engine.trace import Observed
from treadle.press.tex.engine import PDFLATEX, Engine, Patience, Programs
from treadle.press.tex.log import first_error

MAX_PASSES = 5
PATIENCE = Patience()
ENDLESS = (
    f"LaTeX did not finish: it wrote nothing for {PATIENCE.quiet:g} s, or ran for "
    f"{PATIENCE.seconds:g} s; does a macro or a loop go on for ever?"
)
# Everything else LaTeX writes is an auxiliary file, whatever packages call it.
NOT_AUXILIARY = {".tex", ".pdf", ".log", ".blg", ".bib", ".fls", ".bibhash", ".gz", ".settled"}
LABEL = re.compile(r"^\\newlabel\{([^{}]+)\}", re.MULTILINE)
CITED = re.compile(r"^\\(?:citation|bibdata|bibstyle)\{.*\}$", re.MULTILINE)


class Job(Struct, frozen=True):
    """`STEM.tex` in `directory`, with its figures beside it, to be typeset there.

    `formats` is the folder in which dumped preambles are kept; None: none is dumped.
    """

    directory: Path
    stem: str
    environment: Mapping[str, str]
    formats: Path | None = None
    programs: Programs = field(default_factory=Programs)
    engine: Engine = PDFLATEX

    def file(self, suffix: str) -> Path:
        """`STEM` with `suffix`, in the job's directory."""
        return self.directory / f"{self.stem}{suffix}"

    def text(self, suffix: str) -> str:
        """What that file holds; empty if there is none."""
        path = self.file(suffix)
        return path.read_text("utf-8", "replace") if path.exists() else ""


class Compiled(Struct, frozen=True):
    """What the last pass said; `settled`: references and page numbers are final.

    `preamble_log`: what LaTeX said when the preamble was dumped, and does not say again.
    """

    log: str
    bibliography_log: str
    passes: int
    settled: bool
    preamble_log: str = ""
    # What the bibliography program made, and the labels, where the last pass failed.
    bibliography: str = ""
    labels: frozenset[str] = frozenset()
    depends: Observed | None = None  # besides the job's directory; None: that can't be told


def run_passes(job: Job, dumped: Path | None = None) -> Compiled:
    """Typeset `job`, from a `dumped` preamble if there is one; its auxiliary files are used if
    they are there, and renewed.

    Auxiliary files of a build that failed can make a sound document fail: on an error the passes
    are run once more without them, and after an error none is kept.
    """
    had_auxiliary = bool(auxiliary_state(job))
    compiled = _passes(job, dumped)
    if first_error(compiled.log) and had_auxiliary:
        _forget_auxiliary(job)
        compiled = _passes(job, dumped)
    if first_error(compiled.log):
        _forget_auxiliary(job)
    return compiled


def _passes(job: Job, dumped: Path | None) -> Compiled:
    log = bibliography_log = ""
    for number in range(1, MAX_PASSES + 1):
        before = auxiliary_state(job)
        log = run_pass(job, dumped)
        if first_error(log):
            texts = (path.read_text("utf-8", "replace") for path in job.directory.rglob("*.aux"))
            labels = frozenset(name for text in texts for name in LABEL.findall(text))
            failed = Compiled(log, bibliography_log, number, settled=False)
            return replace(failed, bibliography=job.text(".bbl"), labels=labels)
        bibliography_log = _make_bibliography(job)
        if auxiliary_state(job) == before:
            return Compiled(log, bibliography_log, number, settled=True)
    return Compiled(log, bibliography_log, MAX_PASSES, settled=False)


def run_pass(job: Job, dumped: Path | None = None) -> str:
    """One pass that makes pages, not only a log: its text. Raises ProgramKilledError."""
    log, status = run_command(job, job.engine.pages(job.stem, dumped))
    if status and first_error(log) is None:  # whatever its log looks like, the pass has failed
        name = job.engine.program
        log += f"\n! {name} failed with exit status {status}, and its log does not say why\n"
    return log


def run_command(job: Job, command: Sequence[str]) -> tuple[str, int]:
    """The text of the log that TeX, run by `command`, writes for the job, and the exit status.

    Raises ProgramKilledError.
    """
    job.file(".log").unlink(missing_ok=True)
    try:
        status, said = job.programs.run(command, job.directory, job.environment, PATIENCE)
    except subprocess.TimeoutExpired:
        return f"! {ENDLESS}\n", 1
    if not job.file(".log").exists():
        output = said.decode("utf-8", "replace").strip() or f"exit status {status}"
        return f"! {job.engine.program} did not start: {output}\n", 1
    return job.text(".log"), status


def auxiliary_state(job: Job) -> dict[str, str]:
    """The digest of each file that one pass writes and the next one reads."""
    return {
        path.name: digest(path.read_bytes())
        for path in sorted(job.directory.iterdir())
        if path.is_file() and path.suffix not in NOT_AUXILIARY
    }


def _forget_auxiliary(job: Job) -> None:
    """Remove those files: the next pass starts afresh."""
    for name in auxiliary_state(job):
        (job.directory / name).unlink()
    job.file(".bibhash").unlink(missing_ok=True)


def databases_in(directory: Path) -> list[Path]:
    """The bibliographies and their styles that lie where LaTeX runs."""
    return sorted([*directory.glob("*.b[is][bt]"), *directory.glob("*/*.b[is][bt]")])


def _make_bibliography(job: Job) -> str:
    """Make `STEM.bbl` anew if the citations or the databases changed; the text of the log."""
    texts = [path.read_text("utf-8", "replace") for path in sorted(job.directory.glob("*.aux"))]
    cited = "\n".join(found for text in texts for found in CITED.findall(text))
    if not (r"\citation{" in cited and r"\bibdata{" in cited):
        job.file(".bbl").unlink(missing_ok=True)
        return ""
    key = combined((cited, *(digest(path.read_bytes()) for path in databases_in(job.directory))))
    mark = job.file(".bibhash")
    if not (job.file(".bbl").exists() and mark.exists() and mark.read_text() == key):
        mark.unlink(missing_ok=True)  # a killed run must not pass for a whole one
        job.programs.run(job.engine.cite(job.stem), job.directory, job.environment)
        mark.write_text(key)
    return job.text(".blg")
