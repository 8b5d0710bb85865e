"""The format of a preamble: made once, kept until something it depends on changes.

A pass from a format gives other bytes than one without, so the way is chosen by the preamble alone:
the first build and any later one go the same.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from treadle.engine.store.digest import combined
from treadle.press.tex.engine import Programs
from treadle.press.tex.inputs_record import (
    holds,
    keys_of,
    observed,
    recorded_inputs,
    recorded_outputs,
    relevant,
)
from treadle.press.tex.log import first_error
from treadle.press.tex.passes import OPTIONS, Job, run_command, run_pdflatex

# How wide the text of a document is, and how large its font: what figures are drawn for.

POINTS_PER_INCH = 72.27
# \columnwidth: in two columns a figure has one of them.
PROBE = r"""\begin{document}\makeatletter
\typeout{TREADLE-MEASURE \the\columnwidth\space\f@size}
\csname @@end\endcsname
"""
MEASURED = re.compile(r"TREADLE-MEASURE (?P<width>[\d.]+)pt (?P<size>[\d.]+)")


class Measure(Struct, frozen=True):
    """The width of the text in inches and the size of its font in points."""

    text_width: float = 6.3
    font_size: float = 10.0


def measure_of(log: str) -> Measure | None:
    """The measure that a document which ends in `PROBE` has told."""
    found = MEASURED.search(log)
    if found is None:
        return None
    return Measure(round(float(found["width"]) / POINTS_PER_INCH, 4), float(found["size"]))


# Dump a preamble: LaTeX reads it once, and a pass begins where it ends.
#
# The format passes over the lines of the preamble, so that `STEM.tex` stays a whole document, is
# read under its own name, and every line has its own number.

# A format holds no font map, so that a preamble which loads one can't be dumped: it is noticed.
PRELUDE = (
    r"\catcode64=11 \let\treadle@mapfile\pdfmapfile \let\treadle@mapline\pdfmapline"
    r" \protected\def\pdfmapfile{\global\let\treadle@map=1\treadle@mapfile}"
    r" \protected\def\pdfmapline{\global\let\treadle@map=1\treadle@mapline}"
    r" \catcode64=12 "
)
# What the preamble has put on the page so far, such as writes to the auxiliary file, is kept in a
# box: TeX would lose it. Then the lines of the preamble are passed over, all characters being
# letters like any other.
POSTLUDE = r"""\catcode64=11
\typeout{TREADLE-DUMP \ifdefined\treadle@map map\fi
  stack\pdfcolorstackinit page direct{0 g 0 G}}
\let\pdfmapfile\treadle@mapfile \let\pdfmapline\treadle@mapline
\newbox\treadle@page
\ifnum\lastnodetype=-1 \else
\begingroup
\vsize\maxdimen \maxdepth\maxdimen \topskip0pt \vbadness10000 \vfuzz\maxdimen
\output{\global\setbox\treadle@page\vbox{\unvbox255 \setbox0\lastbox\unskip}\deadcycles0 }
\hbox{}\penalty-10000
\endgroup
\fi
\def\treadle@begin{\unvbox\treadle@page
  \begingroup\count@=0 \loop\catcode\count@=12 \ifnum\count@<255 \advance\count@ 1 \repeat
  \treadle@line}
\begingroup\catcode13=12 \gdef\treadle@line#1^^M{\ifnum\inputlineno<%LINES% %
  \expandafter\treadle@line\else\expandafter\endgroup\fi}\endgroup
\everyjob\expandafter{\the\everyjob\treadle@begin}
\catcode64=12
\dump
"""
SUITED = re.compile(r"^TREADLE-DUMP +stack ?1$", re.MULTILINE)
NO_OBJECTS = re.compile(r"^0 indirect objects$", re.MULTILINE)
IMAGES = {".pdf", ".png", ".jpg", ".jpeg", ".jbig2"}
# It looks for a file at every build, and a format would have looked once.
LOOKS = re.compile(r"\\(?:Input)?IfFileExists\s*\{[^}]*/|\\openin")


class Dump(Struct, frozen=True):
    """The log, and the format; None where the preamble can't be dumped.

    `final`: it is the preamble that is at fault, so that another try would end likewise.
    """

    log: str
    file: Path | None
    final: bool


def dump(preamble: str, job: Job) -> Dump:
    """Dump `preamble`, whole lines, to the job's `STEM.fmt`."""
    postlude = POSTLUDE.replace("%LINES% %\n  ", f"{preamble.count(chr(10))} ")
    job.file(".tex").write_text(preamble + postlude, "utf-8", newline="\n")
    options = ("-ini", f"-jobname={job.stem}", *OPTIONS)
    log = run_command(job, ["pdflatex", *options, "&pdflatex", rf"{PRELUDE}\input {job.stem}.tex"])
    file = job.file(".fmt")
    if first_error(log) is not None:
        file.unlink(missing_ok=True)
        return Dump(log, None, job.file(".log").exists())
    if not _suited(preamble, log, job):
        file.unlink(missing_ok=True)
        return Dump(log, None, final=True)
    if not file.exists():
        return Dump(log, None, final=False)
    _unpack(file)
    return Dump(log, file, final=True)


def _suited(preamble: str, log: str, job: Job) -> bool:
    """Whether a format holds all that the preamble has done."""
    outputs = {Path(name).suffix for name in recorded_outputs(job.directory, job.stem)}
    inputs = {path.suffix for path in recorded_inputs(job.directory, job.stem)}
    return (
        outputs <= {".log", ".fmt"}
        and not inputs & IMAGES
        and SUITED.search(log) is not None
        and NO_OBJECTS.search(log) is not None
        and not LOOKS.search(preamble)
    )


def _unpack(file: Path) -> None:
    """TeX reads a format that is not compressed as well, and in half the time."""
    data = file.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        file.write_bytes(zlib.decompress(data, zlib.MAX_WBITS | 16))


# The format of a preamble: made once, kept until something it depends on changes.
#
# A pass from a format gives other bytes than one without, so the way is chosen by the preamble
# alone: the first build and any later one go the same.

KEPT = 6  # formats of earlier preambles: going back to one costs nothing
RECORD = "record.json"


class Format(Struct, frozen=True):
    """A preamble that LaTeX has read; `log` is what it said.

    `file` is None where the preamble can't be dumped; `failed`: it has errors, and the measure is
    a guess.
    """

    file: Path | None
    log: str
    measure: Measure = field(default_factory=Measure)
    failed: bool = False
    identity: str = ""  # changes with the format
    inputs: tuple[Path, ...] = ()  # what it read of the folders that TeX searches for the document
    depends: Mapping[str, str] = {}  # all it rests on: see `record`


class Store(Struct, frozen=True):
    """Where formats are kept: a folder of this program's own."""

    folder: Path
    stem: str
    environment: Mapping[str, str]
    programs: Programs = field(default_factory=Programs)


def preamble_of(tex: str) -> str:
    r"""The lines of a document before `\begin{document}`; empty if it has no such line."""
    lines = tex.split("\n")
    for number, line in enumerate(lines):
        if line.startswith(r"\begin{document}"):
            return "".join(f"{text}\n" for text in lines[:number])
    return ""


def format_of(preamble: str, store: Store) -> Format:
    """The format of `preamble` (whole lines), made if there is none that still holds."""
    scheme = combined((PRELUDE, POSTLUDE, PROBE, *OPTIONS))
    identity = combined((scheme, preamble, store.stem, relevant(store.environment)))[:24]
    directory = store.folder / identity
    known = _recall(directory, store)
    if known is not None:
        os.utime(directory)
        return known
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    made = _make(preamble, directory, store)
    _forget_old(store.folder)
    return made


def forget_format(format_: Format) -> None:
    """Remove it, for example as TeX can't read it."""
    if format_.file is not None:
        shutil.rmtree(format_.file.parent, ignore_errors=True)


def _make(preamble: str, directory: Path, store: Store) -> Format:
    job = Job(directory, store.stem, store.environment, programs=store.programs)
    found = dump(preamble, job)
    log = _probe(preamble, directory, store, found.file)
    if found.file is not None and first_error(log) is not None:
        found = Dump(found.log, None, final=True)
        log = _probe(preamble, directory, store, None)
    measure = measure_of(log)
    if first_error(log) is not None or measure is None:
        return Format(None, log, failed=True)
    if found.final:
        _remember(directory, store, measure, dumped=found.file is not None)
        return _recall(directory, store) or Format(None, log, measure)
    return Format(None, log, measure)


def _probe(preamble: str, directory: Path, store: Store, file: Path | None) -> str:
    """The log of a document without pages that measures its text."""
    options = (*OPTIONS, "-draftmode")
    plain = Job(directory, "measure", store.environment, options, programs=store.programs)
    job = plain.using(file)
    # The format passes over so many lines, whatever they hold.
    job.file(".tex").write_text(preamble + PROBE, "utf-8", newline="\n")
    return run_pdflatex(job)


def _remember(directory: Path, store: Store, measure: Measure, *, dumped: bool) -> None:
    stem = store.stem
    keys = {*keys_of(directory, stem, store.environment)}
    keys |= {*keys_of(directory, "measure", store.environment)}
    values = observed(sorted(keys))
    if dumped:
        key = f"stat:{directory / f'{stem}.fmt'}"
        values |= observed([key])
    record = {
        "values": values,
        "dumped": dumped,
        "width": measure.text_width,
        "size": measure.font_size,
    }
    part = directory / f"{RECORD}.part"
    part.write_text(json.dumps(record), "utf-8")
    part.replace(directory / RECORD)


def _recall(directory: Path, store: Store) -> Format | None:
    try:
        text = (directory / RECORD).read_text("utf-8")
        record = json.loads(text)
        values = record["values"]
        measure = Measure(float(record["width"]), float(record["size"]))
        dumped = bool(record["dumped"])
        log = directory / f"{store.stem}.log" if dumped else directory / "measure.log"
        if not holds(values):
            return None
        said = log.read_text("utf-8", "replace")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    own = tuple(Path(key[5:]) for key in values if key.startswith("file:"))
    file = directory / f"{store.stem}.fmt" if dumped else None
    return Format(file, said, measure, False, combined((text,)), own, values)


def _forget_old(folder: Path) -> None:
    kept = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in kept[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
