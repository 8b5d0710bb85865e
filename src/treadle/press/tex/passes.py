"""Run pdflatex and bibtex until the auxiliary files no longer change."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.engine.store.digest import digest
from treadle.press.tex.engine import Patience, Programs
from treadle.press.tex.log import first_error

# Run bibtex when what it reads has changed.

COMMANDS = re.compile(r"^\\(?:citation|bibdata|bibstyle)\{.*\}$", re.MULTILINE)


def make_bibliography(
    directory: Path, stem: str, environment: Mapping[str, str], programs: Programs
) -> str:
    """Make `STEM.bbl` anew if the citations or the databases changed; the text of bibtex's log."""
    commands = _commands(directory)
    log_file, bbl, mark = (directory / f"{stem}{end}" for end in (".blg", ".bbl", ".bibhash"))
    if not _wanted(commands):
        bbl.unlink(missing_ok=True)
        return ""
    key = _key(commands, directory)
    if not (bbl.exists() and mark.exists() and mark.read_text() == key):
        mark.unlink(missing_ok=True)  # a killed run must not pass for a whole one
        programs.run(["bibtex", stem], directory, environment)
        mark.write_text(key)
    return log_file.read_text("utf-8", "replace") if log_file.exists() else ""


def _commands(directory: Path) -> str:
    texts = (path.read_text("utf-8", "replace") for path in sorted(directory.glob("*.aux")))
    return "\n".join("\n".join(COMMANDS.findall(text)) for text in texts)


def _wanted(commands: str) -> bool:
    return r"\citation{" in commands and r"\bibdata{" in commands


def databases_in(directory: Path) -> list[Path]:
    """The bibliographies and their styles that lie where LaTeX runs."""
    return sorted([*directory.glob("*.b[is][bt]"), *directory.glob("*/*.b[is][bt]")])


def _key(commands: str, directory: Path) -> str:
    digest = hashlib.sha256(commands.encode())
    for path in databases_in(directory):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# Run pdflatex and bibtex until the auxiliary files no longer change.

MAX_PASSES = 5
PATIENCE = Patience()
ENDLESS = (
    f"LaTeX did not finish: it wrote nothing for {PATIENCE.quiet:g} s, or ran for "
    f"{PATIENCE.seconds:g} s; does a macro or a loop go on for ever?"
)
OPTIONS = ("-interaction=nonstopmode", "-file-line-error", "-no-shell-escape", "-recorder")
PASS_OPTIONS = ("-synctex=1",)  # which line of the tex each thing on a page comes from
# Everything else LaTeX writes is an auxiliary file, whatever packages call it.
NOT_AUXILIARY = {".tex", ".pdf", ".log", ".blg", ".bib", ".fls", ".bibhash", ".gz", ".settled"}


LABEL = re.compile(r"^\\newlabel\{([^{}]+)\}", re.MULTILINE)


class Job(Struct, frozen=True):
    """`STEM.tex` in `directory`, with its figures beside it, to be typeset there.

    `formats` is the folder in which dumped preambles are kept; None: none is dumped.
    """

    directory: Path
    stem: str
    environment: Mapping[str, str]
    options: tuple[str, ...] = OPTIONS
    formats: Path | None = None
    programs: Programs = field(default_factory=Programs)

    def file(self, suffix: str) -> Path:
        """`STEM` with `suffix`, in the job's directory."""
        return self.directory / f"{self.stem}{suffix}"

    def using(self, dumped: Path | None) -> Job:
        """The job, begun from a dumped preamble."""
        if dumped is None:
            return self
        return replace(self, options=(*self.options, f"-fmt={dumped}"))


class Compiled(Struct, frozen=True):
    """What the last pass said; `settled`: references and page numbers are final.

    `preamble_log`: what LaTeX said when the preamble was dumped, and does not say again.
    """

    log: str
    bibliography_log: str
    passes: int
    settled: bool
    preamble_log: str = ""
    # What bibtex made, and the labels, where the last pass failed.
    bibliography: str = ""
    labels: frozenset[str] = frozenset()
    depends: Mapping[str, str] = {}  # all it rests on besides the job's directory: see `record`


def run_passes(job: Job) -> Compiled:
    """Typeset `job`; its auxiliary files are used if they are there, and renewed.

    Auxiliary files of a build that failed can make a sound document fail: on an error the passes
    are run once more without them, and after an error none is kept.
    """
    had_auxiliary = bool(auxiliary_state(job))
    compiled = _passes(job)
    if first_error(compiled.log) and had_auxiliary:
        forget_auxiliary(job)
        compiled = _passes(job)
    if first_error(compiled.log):
        forget_auxiliary(job)
    return compiled


def _passes(job: Job) -> Compiled:
    bibliography_log = ""
    log = ""
    for number in range(1, MAX_PASSES + 1):
        before = auxiliary_state(job)
        log = run_pass(job)
        if first_error(log):
            made = _text(job.file(".bbl"))
            return Compiled(
                log,
                bibliography_log,
                number,
                settled=False,
                bibliography=made,
                labels=_labels(job),
            )
        bibliography_log = make_bibliography(job.directory, job.stem, job.environment, job.programs)
        if auxiliary_state(job) == before:
            return Compiled(log, bibliography_log, number, settled=True)
    return Compiled(log, bibliography_log, MAX_PASSES, settled=False)


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else ""


def _labels(job: Job) -> frozenset[str]:
    texts = map(_text, job.directory.rglob("*.aux"))
    return frozenset(name for text in texts for name in LABEL.findall(text))


def run_pdflatex(job: Job) -> str:
    """One pass; the text of its log."""
    return run_command(job, ["pdflatex", *job.options, f"{job.stem}.tex"])


def run_pass(job: Job) -> str:
    """One pass that makes pages, not only a log: its text."""
    command = ("pdflatex", *job.options, *PASS_OPTIONS, f"{job.stem}.tex")
    log, status = _run(job, command)
    if status and first_error(log) is None:  # whatever its log looks like, the pass has failed
        log += f"\n! pdflatex failed with exit status {status}, and its log does not say why\n"
    return log


def run_command(job: Job, command: Sequence[str]) -> str:
    """Run it in the job's directory; the text of the log it writes for the job.

    Raises ProgramKilledError.
    """
    log, _ = _run(job, command)
    return log


def _run(job: Job, command: Sequence[str]) -> tuple[str, int]:
    """The log and the exit status."""
    job.file(".log").unlink(missing_ok=True)
    try:
        status, said = job.programs.run(command, job.directory, job.environment, PATIENCE)
    except subprocess.TimeoutExpired:
        return f"! {ENDLESS}\n", 1
    if not job.file(".log").exists():
        output = said.decode("utf-8", "replace").strip()
        return f"! pdflatex did not start: {output or f'exit status {status}'}\n", 1
    return job.file(".log").read_text("utf-8", "replace"), status


def auxiliary_state(job: Job) -> dict[str, str]:
    """The hash of each file that one pass writes and the next one reads."""
    return {
        path.name: digest(path.read_bytes())
        for path in sorted(job.directory.iterdir())
        if path.is_file() and path.suffix not in NOT_AUXILIARY
    }


def forget_auxiliary(job: Job) -> None:
    """Remove those files: the next pass starts afresh."""
    for name in auxiliary_state(job):
        (job.directory / name).unlink()
    job.file(".bibhash").unlink(missing_ok=True)
