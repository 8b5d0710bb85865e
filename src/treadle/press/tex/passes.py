"""Run TeX and its bibliography program until nothing changes any more, and what they have read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.engine.plan.validity import Present, outdated
from treadle.engine.store.digest import combined, digest
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.path_answers import standing
from treadle.engine.trace import Observed
from treadle.press.tex.engine import PDFLATEX, TELLING, Engine
from treadle.press.tex.log import first_error
from treadle.press.tex.programs import Patience, ProgramAbortedError, Programs

MAX_PASSES = 5
PATIENCE = Patience()
ENDLESS = (
    f"LaTeX did not finish: it wrote nothing for {PATIENCE.quiet:g} s, or ran for "
    f"{PATIENCE.seconds:g} s; does a macro or a loop go on for ever?"
)
# Everything else LaTeX writes is an auxiliary file, whatever packages call it.
NOT_AUXILIARY = {".tex", ".pdf", ".log", ".blg", ".bib", ".fls", ".bibhash", ".gz", ".settled"}
NOT_AUXILIARY |= {".asked", ".bibasked"}
LABEL = re.compile(r"^\\newlabel\{([^{}]+)\}", re.MULTILINE)
# biblatex's name of a database; BibTeX's; and what stands for the log of a program not there.
SOURCE = re.compile(r"<bcf:datasource [^>]*>([^<]+)</bcf:datasource>")
DATABASES = re.compile(r"^\\bibdata\{(.*)\}$", re.MULTILINE)
NO_PROGRAM = "There is no program "
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
        status, said = _run_telling(job, command)
    except subprocess.TimeoutExpired:
        return f"! {ENDLESS}\n", 1
    job.file(".asked").write_text(asked_for(said), "utf-8")
    if not job.file(".log").exists():
        output = TOLD.sub("", said.decode("utf-8", "replace")).strip() or f"exit status {status}"
        return f"! {job.engine.program} did not start: {output}\n", 1
    return job.text(".log"), status


def _run_telling(job: Job, command: Sequence[str]) -> tuple[int, bytes]:
    """Run it so that it tells what it looks for; where it does not survive that, as pdfTeX with an
    image that can't be read, so that it tells what is wrong."""
    try:
        return job.programs.run(command, job.directory, job.environment, PATIENCE)
    except ProgramAbortedError:
        quiet = {name: value for name, value in job.environment.items() if name != TELLING}
        return job.programs.run(command, job.directory, quiet, PATIENCE)


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


class _Cited(Struct, frozen=True):
    """What the bibliography is to be made of: by whom, of which citations and databases."""

    command: tuple[str, ...]
    text: str
    names: tuple[str, ...]


def _cited(job: Job) -> _Cited | None:
    """None: nothing is cited. biblatex leaves `STEM.bcf`, where it is not told to leave its
    work to BibTeX."""
    if job.file(".bcf") in recorded(job, "OUTPUT"):
        text = job.text(".bcf")
        return _Cited(job.engine.cite_for_biblatex(job.stem), text, tuple(SOURCE.findall(text)))
    texts = [path.read_text("utf-8", "replace") for path in sorted(job.directory.glob("*.aux"))]
    cited = "\n".join(found for text in texts for found in CITED.findall(text))
    if not (r"\citation{" in cited and r"\bibdata{" in cited):
        return None
    names = (name for names in DATABASES.findall(cited) for name in names.split(","))
    return _Cited(job.engine.cite(job.stem), cited, tuple(names))


def _make_bibliography(job: Job) -> str:
    """Make `STEM.bbl` anew if the citations or the databases changed; the text of the log."""
    cited = _cited(job)
    if cited is None:
        job.file(".bbl").unlink(missing_ok=True)
        return ""
    if not shutil.which(cited.command[0]):
        return f"{NO_PROGRAM}{cited.command[0]}\n"
    beside = elsewhere(job, cited.names)
    databases = (digest(path.read_bytes()) for path in [*databases_in(job.directory), *beside])
    key = combined((cited.text, *cited.command, *databases))
    mark = job.file(".bibhash")
    made = all(job.file(suffix).exists() for suffix in (".bbl", ".bibasked", ".bibhash"))
    if not (made and mark.read_text() == key):
        mark.unlink(missing_ok=True)  # a killed run must not pass for a whole one
        _, said = job.programs.run(cited.command, job.directory, job.environment)
        job.file(".bibasked").write_text(asked_for(said), "utf-8")
        mark.write_text(key)
    with job.file(".fls").open("a", encoding="utf-8") as record:  # the pass rests on them, too
        record.writelines(f"INPUT {path}\n" for path in beside)
    return job.text(".blg")


def elsewhere(job: Job, names: Iterable[str]) -> list[Path]:
    """The databases that are not in the job's directory but beside the document."""
    folders = job.environment.get("BIBINPUTS", "").split(os.pathsep)
    found = []
    for name in dict.fromkeys(names):
        file = name if name.endswith(".bib") else f"{name}.bib"
        if (job.directory / file).exists():
            continue
        places = (Path(folder, file) for folder in folders if folder not in ("", "."))
        found += [path for path in places if path.is_file()][:1]
    return found


# What a run depended on, other than its variables and the files of its own folder.

# How TeX's programs tell of a search: `start generic search(files=[a.tex a], must_exist=...`.
# It begins with the end of a line: then a megabyte of them is searched in a millisecond.
SEARCH = re.compile(rb"\nkdebug:start \w* ?search\(\w+=\[?([^\n]*?)\]?, must_exist=")
TOLD = re.compile(r"^kdebug:.*\n?", re.MULTILINE)
UNLISTED_TREES = ("/etc/texmf/tex",)  # TeX looks there itself, without a list of files


def observed_inputs(job: Job) -> Observed:
    """What the last run read, and where it may have looked, as it is now.

    The author's files count by what they hold, those of the TeX installation by their inodes;
    a folder that is searched counts by the names in it that were looked for (where TeX does not
    tell, by all), since a new file may be found before another. A format of ours counts by what it
    was made of: to go through its 22 MB takes 10 ms.
    """
    names = job.environment.get("TEXINPUTS", "").split(os.pathsep)
    folders = [Path(name) for name in names if name not in ("", ".")]
    ours = tuple(f"{folder}/" for folder in (job.directory, job.formats or job.directory))
    inputs = [path for path in map(str, recorded(job, "INPUT")) if not path.startswith(ours)]
    authors = tuple(f"{str(folder).rstrip('/')}/" for folder in folders)
    own = [path for path in inputs if path.startswith(authors)]
    # A change of a tree of TeX's changes the list of its files.
    lists = (os.path.join(folder, "ls-R") for folder in _folders_above(inputs))  # noqa: PTH118
    installed = {*inputs, *filter(os.path.exists, lists)}.difference(own)
    home = job.environment.get("TEXMFHOME") or str(Path("~/texmf").expanduser())
    paths = {
        "inode": installed,
        "program": job.engine.programs,
        "tree": (home, *UNLISTED_TREES),
    }
    asked = [(path, how) for how, some in paths.items() for path in sorted(some)]
    asked += [(str(path), how) for folder in folders for path, how in _searched(job, folder)]
    digest_of = FileDigests().of
    return Observed(
        reads=tuple((path, digest_of(path)) for path in sorted(own)),
        stats=tuple((path, how, standing(path, how)) for path, how in asked),
    )


def _folders_above(paths: Iterable[str]) -> set[str]:
    """All folders in which these lie. Texts: of a hundred files, objects take 5 ms."""
    found: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)  # noqa: PTH120
        while folder not in found:
            found.add(folder)
            folder = os.path.dirname(folder)  # noqa: PTH120
    return found


def recorded(job: Job, kind: str) -> tuple[Path, ...]:
    """The files that the last run has read (INPUT) or written (OUTPUT), each once."""
    lines = job.text(".fls").splitlines()
    names = (line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} "))
    return tuple(dict.fromkeys(job.directory / name for name in dict.fromkeys(names)))


def asked_for(said: bytes) -> str:
    """The names that a program has looked for, a line each, of what it printed; empty: it does not
    tell. Of those that may hold blanks, each that it can have been."""
    texts = {text.decode("utf-8", "replace") for text in SEARCH.findall(b"\n" + said)}
    lists = (text.split(" ") for text in texts)
    names = {
        " ".join(some[a:b]) for some in lists for a, b in combinations(range(len(some) + 1), 2)
    }
    return "".join(f"{name}\n" for name in sorted(names) if not name.startswith("/"))


def _searched(job: Job, folder: Path) -> Iterator[tuple[Path, str]]:
    """What counts of a folder that is searched, and of those in it, as `standing` takes it."""
    texts = [job.text(suffix) for suffix in (".asked", ".bibasked") if job.file(suffix).exists()]
    if not all(texts) or not texts:
        yield folder, "names"
        return
    names: dict[str, set[str]] = {}
    for name in "".join(texts).splitlines():
        inside, _, last = name.rpartition("/")
        names.setdefault(inside, set()).add(last.lower())
    for inside, some in sorted(names.items()):
        yield folder / inside, f"among {'/'.join(sorted(some))}"


def together(one: Observed, other: Observed) -> Observed:
    """What rests on two runs."""
    return Observed(
        reads=tuple(dict.fromkeys(one.reads + other.reads)),
        stats=tuple(dict.fromkeys(one.stats + other.stats)),
    )


def holds(observed: Observed) -> bool:
    """Whether all is as `observed_inputs` found it."""
    files = FileDigests()
    present = Present("", files.of, files.listing, standing, os.environ, frozenset)
    return outdated(observed, present, {}) is None
