"""The format of a preamble: LaTeX reads the preamble once, and each pass begins where it ends.

A pass from a format gives other bytes than one without, so the way is chosen by the preamble alone:
the first build and any later one go the same.
"""

from __future__ import annotations

import os
import re
import shutil
import zlib
from pathlib import Path

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from treadle.engine.store.atomic import write_whole
from treadle.engine.store.digest import combined, digest
from treadle.engine.store.path_answers import standing
from treadle.engine.store.traces import decoded, encoded
from treadle.engine.trace import Observed
from treadle.press.latex.measures import Measures
from treadle.press.plugin.figure_style import FigureStyle
from treadle.press.tex.engine import relevant
from treadle.press.tex.log import first_error
from treadle.press.tex.passes import (
    Job,
    holds,
    observed_inputs,
    recorded,
    run_command,
    together,
)
from treadle.press.weave.page import Page, columns_of, measure_of

POINTS_PER_INCH = 72.27
LOWEST = 0.9  # the width of a figure to the page's height: with its caption it fits a slide
# What a preamble says whose columns only the title block begins.
SPANS = "% The title block spans both columns."
SLIDES = r"\setbeamertemplate{frametitle continuation}"
# \columnwidth: in two columns a figure has one of them.
PROBE = r"""\begin{document}\makeatletter
\def\sizeof#1{\setbox0\hbox{#1abcdefghijklmnopqrstuvwxyz0123456789\xdef\sizes{\sizes\space\f@size}}%
  \xdef\sizes{\sizes\space\number\wd0}}
\def\sizes{}\ifdefined\normalsize\sizeof\normalsize\else\sizeof{}\fi
\ifdefined\small\sizeof\small\fi \ifdefined\footnotesize\sizeof\footnotesize\fi
\ifdefined\scriptsize\sizeof\scriptsize\fi \sizeof{\fontsize{7}{8.4}\selectfont}
\def\widths{}\count@32 \loop\setbox0\hbox{\char\count@}\edef\widths{\widths\space\number\wd0}%
  \ifnum\count@<126 \advance\count@1 \repeat
\typeout{TREADLE-TYPE \the\tabcolsep\sizes\space:\widths}
\setbox0\hbox{\ifdefined\codefont\codefont\else\footnotesize\fi\ttfamily 0}
\typeout{TREADLE-MEASURE \the\columnwidth\space\the\textheight\space\f@size\space\the\wd0
  \space\if@twocolumn two\else one\fi\space\f@family
  \space\ifdefined\c@secnumdepth\the\c@secnumdepth\else0\fi
  \space\the\textwidth}
\csname @@end\endcsname
"""
MEASURED = re.compile(
    r"TREADLE-MEASURE (?P<width>[\d.]+)pt (?P<height>[\d.]+)pt (?P<size>[\d.]+) "
    r"(?P<character>[\d.]+)pt (?P<columns>one|two) (?P<family>\S+) (?P<depth>-?\d+) "
    r"(?P<page>[\d.]+)pt"
)
TYPE = re.compile(r"TREADLE-TYPE (?P<gap>[\d.]+)pt (?P<sizes>[\d. ]+) :(?P<widths>[\d ]+)")
SCALED_POINT = 65536

# `STEM.tex` stays a whole document, read under its own name, so that every line has its own
# number: the format passes over the lines of the preamble, whatever they hold, all characters
# being letters like any other. What the preamble has put on the page so far, such as writes to the
# auxiliary file, is kept in a box, as TeX would lose it.
#
# A format does not hold all that a preamble may do: font maps (which is why their commands tell
# when they are used), colour stacks, objects and images in the PDF, open files and groups. Nor
# does it look again, at every build, for a file that was not there. A preamble that does any of
# this is read at every pass.

PRELUDE = (
    r"\catcode64=11 \let\treadle@mapfile\pdfmapfile \let\treadle@mapline\pdfmapline"
    r" \protected\def\pdfmapfile{\global\let\treadle@map=1\treadle@mapfile}"
    r" \protected\def\pdfmapline{\global\let\treadle@map=1\treadle@mapline}"
    r" \catcode64=12 "
)
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
LOOKS_FOR_FILE = re.compile(r"\\(?:Input)?IfFileExists\s*\{[^}]*/|\\openin")


def _dump(preamble: str, job: Job) -> tuple[Path | None, bool]:
    """Dump `preamble`, whole lines, to the job's `STEM.fmt`: None where it can't be dumped.

    And whether that is final: it is the preamble that is at fault, another try would end likewise.
    """
    postlude = POSTLUDE.replace("%LINES% %\n  ", f"{preamble.count(chr(10))} ")
    job.file(".tex").write_text(preamble + postlude, "utf-8", newline="\n")
    log, _ = run_command(job, job.engine.dump(job.stem, PRELUDE))
    file = job.file(".fmt")
    failed = first_error(log) is not None
    if failed or not _suited(preamble, log, job):
        file.unlink(missing_ok=True)
        return None, not failed or job.file(".log").exists()
    if not file.exists():
        return None, False
    data = file.read_bytes()
    if data.startswith(b"\x1f\x8b"):  # TeX reads it unpacked as well, and in half the time
        file.write_bytes(zlib.decompress(data, zlib.MAX_WBITS | 16))
    return file, True


def _suited(preamble: str, log: str, job: Job) -> bool:
    """Whether a format holds all that the preamble has done."""
    outputs = {path.suffix for path in recorded(job, "OUTPUT")}
    inputs = {path.suffix for path in recorded(job, "INPUT")}
    return (
        outputs <= {".log", ".fmt"}
        and not inputs & IMAGES
        and SUITED.search(log) is not None
        and NO_OBJECTS.search(log) is not None
        and not LOOKS_FOR_FILE.search(preamble)
    )


# The format: made once, kept until something it depends on changes.

KEPT = 6  # formats of earlier preambles: going back to one costs nothing
RECORD = "record.json"
PROBED = "measure"  # stem of the document that measures


class Format(Struct, frozen=True):
    """A preamble that LaTeX has read, and will read again where it can't be dumped: `file` is None.

    `failed`: it has errors, and the style is a guess. `log`: what LaTeX said, and does not say
    again, or the errors.
    """

    file: Path | None
    log: str = ""
    style: FigureStyle = FigureStyle()
    page: Page | None = None
    failed: bool = False
    identity: str = ""  # changes with the format
    depends: Observed = Observed()


class _Record(Struct, frozen=True):
    """What is kept beside a format, or, where there can be none, instead."""

    observed: Observed
    dumped: bool
    style: FigureStyle
    page: Page


def preamble_of(tex: str) -> str:
    r"""The lines of a document before `\begin{document}`; empty if it has no such line."""
    head, begin, _ = f"\n{tex}".partition("\n\\begin{document}")
    return f"{head}\n"[1:] if begin else ""


def format_of(preamble: str, job: Job, formats: Path) -> Format:
    """The format of `preamble` (whole lines) for `job`, made in the folder `formats` if there is
    none that still holds."""
    scheme = (PRELUDE, POSTLUDE, PROBE, *job.engine.dump(job.stem, ""))
    directory = formats / combined((*scheme, preamble, relevant(job.environment)))[:24]
    known = _recall(directory, job.stem)
    if known is not None:
        os.utime(directory)
        return known
    forget_format(directory)
    directory.mkdir(parents=True)
    made = _make(preamble, replace(job, directory=directory))
    by_age = sorted(formats.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    for path in by_age[:-KEPT]:
        forget_format(path)
    return made


def forget_format(directory: Path) -> None:
    """Remove what is kept in it, for example as TeX can't read it."""
    shutil.rmtree(directory, ignore_errors=True)


def _make(preamble: str, job: Job) -> Format:
    file, final = _dump(preamble, job) if job.engine.dumps else (None, True)
    log = _probe(preamble, job, file)
    if file is not None and first_error(log) is not None:
        file, final = None, True
        log = _probe(preamble, job, None)
    told = MEASURED.search(log)
    if first_error(log) is not None or told is None:
        return Format(None, log, failed=True)
    width = float(told["width"])
    family = "lmr" if told["family"] == "cmr" else told["family"]
    highest = LOWEST * float(told["height"])
    lengths = (min(width, highest), width, float(told["page"]), highest)
    text, line, of_page, widest = (round(each / POINTS_PER_INCH, 4) for each in lengths)
    style = FigureStyle(
        text,
        float(told["size"]),
        family,
        line_width=line if line > text else 0.0,
        page_width=of_page if of_page > line else 0.0,
        widest=widest if of_page > widest else 0.0,
    )
    twocolumn, depth = told["columns"] == "two", int(told["depth"])
    whole = (width, float(told["page"]), float(told["height"]))
    measure = measure_of(*(each / POINTS_PER_INCH for each in whole), slides=SLIDES in preamble)
    columns = columns_of(width, float(told["character"]))
    page = Page(columns, twocolumn, depth, family, measure, _measures(log, told))
    if final:
        _remember(job, style, page, file)
    return _recall(job.directory, job.stem) or Format(None, style=style, page=page)


def _measures(log: str, told: re.Match[str]) -> Measures:
    line, page, height = (float(told[name]) for name in ("width", "page", "height"))
    found = TYPE.search(log)
    if found is None:
        return Measures(line, page, height)
    told_sizes = list(map(float, found["sizes"].split()))
    points, samples = tuple(told_sizes[::2]), told_sizes[1::2]
    scales = tuple(sample / samples[0] for sample in samples)
    widths = tuple(int(each) / SCALED_POINT for each in found["widths"].split())
    return Measures(line, page, height, points, scales, widths, float(found["gap"]))


def _probe(preamble: str, job: Job, file: Path | None) -> str:
    """The log of a document without pages that measures its text."""
    job = replace(job, stem=PROBED)
    probe = PROBE.replace("\n", "\\twocolumn\n", 1) if SPANS in preamble else PROBE
    job.file(".tex").write_text(preamble + probe, "utf-8", newline="\n")
    return run_command(job, job.engine.draft(PROBED, file))[0]


def _remember(job: Job, style: FigureStyle, page: Page, file: Path | None) -> None:
    made = () if file is None else ((str(file), "inode", standing(str(file), "inode")),)
    observed = Observed(stats=made)
    for stem in (job.stem, PROBED) if job.engine.dumps else (PROBED,):
        observed = together(observed, observed_inputs(replace(job, stem=stem)))
    record = _Record(observed, file is not None, style, page)
    write_whole(str(job.directory / RECORD), [encoded(record)])


def _recall(directory: Path, stem: str) -> Format | None:
    try:
        text = (directory / RECORD).read_bytes()
        record = decoded(text, Decoder(_Record))
        log = (directory / f"{stem}.log").read_text("utf-8", "replace") if record.dumped else ""
    except (OSError, ValueError):
        return None
    if not holds(record.observed):
        return None
    file = directory / f"{stem}.fmt" if record.dumped else None
    identity = digest(text)
    return Format(file, log, record.style, record.page, False, identity, record.observed)
