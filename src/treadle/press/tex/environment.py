"""What a run of TeX rests on: variables, a fixed time, and the files and folders it looks at."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.engine.plan.validity import Present, outdated
from treadle.engine.store.digest import combined
from treadle.engine.store.files import FileDigests, standing
from treadle.engine.trace import Observed

if TYPE_CHECKING:
    from treadle.press.tex.engine import Engine


def tex_environment(folders: tuple[Path, ...], epoch: int) -> dict[str, str]:
    """Variables for TeX's programs, which search `folders` after the current one."""
    search = os.pathsep.join([".", *(str(folder) for folder in folders), ""])
    return {
        **os.environ,
        # Unwrapped lines and long contexts: the log is read by a program.
        "max_print_line": "1000",
        "error_line": "254",
        "half_error_line": "238",
        # TeX writes only under the scratch folder, and reads by name along its paths only.
        "openin_any": "p",
        "openout_any": "p",
        "SOURCE_DATE_EPOCH": str(epoch),
        "FORCE_SOURCE_DATE": "1",
        "TZ": "UTC",
        "TEXINPUTS": search,
        "BIBINPUTS": search,
        "BSTINPUTS": search,
    }


def relevant(environment: Mapping[str, str]) -> str:
    """A digest of the variables that TeX may look at."""
    words = ("TEX", "INPUTS", "FONTS", "texmf", "memory", "_size", "open", "shell_escape", "MKTEX")
    exact = {"HOME", "SOURCE_DATE_EPOCH", "FORCE_SOURCE_DATE", "TZ", "PATH"}
    names = (
        name for name in sorted(environment) if name in exact or any(word in name for word in words)
    )
    return combined(f"{name}={environment[name]}" for name in names)


# The time that stands for "now" in the PDF.

# A document without a date must give the same bytes every day, so some day has to stand for it.
UNDATED = datetime.date(2000, 1, 1)
TODAY = re.compile(r"\\today\b")
DATES = ("%Y-%m-%d", "%d %B %Y", "%B %d %Y", "%d %b %Y", "%d/%m/%Y", "%B %Y", "%Y")


def document_epoch(date: datetime.date | str | None, tex: str) -> int:
    """Seconds since 1970 that stand for "now" in the PDF.

    `SOURCE_DATE_EPOCH` if the user set it; else the document's `date`; else a fixed day, unless
    the LaTeX prints the current date and a fixed one would be false.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdigit():
        return int(given)
    day = parse_date(date) or UNDATED
    if is_dated_today(date, tex):
        day = datetime.date.fromisoformat(today())
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC).timestamp())


def is_dated_today(date: datetime.date | str | None, tex: str) -> bool:
    """Whether the PDF is another one tomorrow."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return not given.isdigit() and parse_date(date) is None and bool(TODAY.search(tex))


def today() -> str:
    """The day, as 2025-03-01, in the time zone of documents."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def parse_date(value: datetime.date | str | None) -> datetime.date | None:
    """A document's date: of YAML, or text such as 2025-03-01, 1 March 2025, March 2025."""
    if isinstance(value, datetime.date):
        return value
    text = re.sub(r"[,.]|(?<=\d)(st|nd|rd|th)\b", "", value or "").strip()
    for form in DATES:
        try:
            return datetime.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


# What a run depended on, other than its variables and the files of its own folder.

# A path with a folder in it, in braces: LaTeX may look for such a file, and find none as yet.
IN_FOLDER = re.compile(r"\{([^{}\s\\]+)/[^{}/]*\}")
UNLISTED_TREES = ("/etc/texmf/tex",)  # TeX looks there itself, without a list of files


def observed_inputs(
    directory: Path, stem: str, environment: Mapping[str, str], engine: Engine
) -> Observed:
    """What the run of `STEM.tex` in `directory` read, and where it may have looked, as it is now.

    The author's files count by what they hold, those of the TeX installation by their inodes;
    a folder that is searched counts by its names, since a new file may be found before another.
    """
    names = environment.get("TEXINPUTS", "").split(os.pathsep)
    folders = [Path(name) for name in names if name not in ("", ".")]
    inputs = [path for path in recorded(directory, stem, "INPUT") if directory not in path.parents]
    own = [path for path in inputs if any(folder in path.parents for folder in folders)]
    # A change of a tree of TeX's changes the list of its files.
    lists = {folder / "ls-R" for path in inputs for folder in path.parents}
    installed = {*inputs, *filter(Path.exists, lists)} - {*own}
    home = environment.get("TEXMFHOME") or str(Path("~/texmf").expanduser())
    paths = {
        "inode": installed,
        "names": {*folders, *_subfolders(directory, stem, folders)},
        "program": engine.programs,
        "tree": (home, *UNLISTED_TREES),
    }
    asked = [(path, how) for how, some in paths.items() for path in sorted(map(str, some))]
    digest_of = FileDigests().of
    return Observed(
        reads=tuple((path, digest_of(path)) for path in sorted(map(str, own))),
        stats=tuple((path, how, standing(path, how)) for path, how in asked),
    )


def recorded(directory: Path, stem: str, kind: str) -> tuple[Path, ...]:
    """The files that `STEM.fls` says were read (INPUT) or written (OUTPUT), each once."""
    record = directory / f"{stem}.fls"
    lines = record.read_text("utf-8", "replace").splitlines() if record.exists() else []
    names = (line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} "))
    return tuple(dict.fromkeys(directory / name for name in dict.fromkeys(names)))


def _subfolders(directory: Path, stem: str, folders: Iterable[Path]) -> Iterator[Path]:
    """The folders in which a file may turn up that LaTeX would rather take, or has missed."""
    tex = directory / f"{stem}.tex"
    text = tex.read_text("utf-8", "replace") if tex.exists() else ""
    named = set(IN_FOLDER.findall(text)) - {stem}
    return (folder / name for folder in folders for name in named)


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
