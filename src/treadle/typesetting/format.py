"""The format of a preamble: made once, kept until something it depends on changes.

A pass from a format gives other bytes than one without, so the way is chosen by the preamble alone:
the first build and any later one go the same.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from treadle.store.digest import combined
from treadle.typesetting.dumping import POSTLUDE, PRELUDE, Dump, dump
from treadle.typesetting.latex import OPTIONS, Job, run_pdflatex
from treadle.typesetting.log import first_error
from treadle.typesetting.measure import PROBE, Measure, measure_of
from treadle.typesetting.programs import Programs
from treadle.typesetting.record import holds, keys_of, observed, relevant

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
