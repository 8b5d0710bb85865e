"""Bare passes of pdflatex over a `.tex`: the floor under every build of a PDF."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import median, seconds_of

BEGIN = "\\begin{document}"


@dataclass(frozen=True)
class Floor:
    """Seconds of one pass: over the file as it is, and with its preamble in a format."""

    plain: float
    dumped: float


def bare_passes(out_dir: Path, stem: str, rounds: int) -> Floor:
    """Measured in a copy of what a build wrote, with auxiliary files that have settled."""
    folder = out_dir.with_name(f"{out_dir.name}-bare")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(out_dir, folder, ignore=shutil.ignore_patterns(".treadle"))
    preamble, begin, body = (folder / f"{stem}.tex").read_text("utf-8").partition(BEGIN)
    (folder / "preamble.tex").write_text(f"{preamble}\\dump\n", "utf-8")
    (folder / "body.tex").write_text(begin + body, "utf-8")
    latex = ("pdflatex", "-interaction=batchmode")
    plain = (*latex, f"{stem}.tex")
    seconds_of((*latex, "-ini", "-jobname=dumped", "&pdflatex", "preamble.tex"), folder)
    seconds_of(plain, folder)
    if "\\bibliography{" in body:
        seconds_of(("bibtex", stem), folder)
        seconds_of(plain, folder)
    dumped = (*latex, "-fmt=dumped", f"-jobname={stem}", "body.tex")
    return Floor(*(_settled(command, folder, rounds) for command in (plain, dumped)))


def _settled(command: tuple[str, ...], folder: Path, rounds: int) -> float:
    seconds_of(command, folder)
    return median(lambda _: seconds_of(command, folder), rounds)
