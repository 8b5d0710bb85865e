r"""Dump a preamble: LaTeX reads it once, and a pass begins where it ends.

The format passes over the lines of the preamble, so that `STEM.tex` stays a whole document, is
read under its own name, and every line has its own number.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from msgspec import Struct

from treadle.typesetting.latex import OPTIONS, Job, run_command
from treadle.typesetting.log import first_error
from treadle.typesetting.record import recorded_inputs, recorded_outputs

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
