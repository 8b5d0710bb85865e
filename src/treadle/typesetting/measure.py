"""How wide the text of a document is, and how large its font: what figures are drawn for."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from treadle.typesetting.latex import OPTIONS, Job, run_pdflatex
from treadle.typesetting.log import first_error

POINTS_PER_INCH = 72.27
# \columnwidth: in two columns a figure has one of them.
PROBE = r"""\begin{document}\makeatletter
\typeout{TREADLE-MEASURE \the\columnwidth\space\f@size}
\csname @@end\endcsname
"""
MEASURED = re.compile(r"TREADLE-MEASURE (?P<width>[\d.]+)pt (?P<size>[\d.]+)")


@dataclass(frozen=True)
class Measure:
    """The width of the text in inches and the size of its font in points."""

    text_width: float = 6.3
    font_size: float = 10.0


@dataclass(frozen=True)
class Measured:
    """A measure; `log` is LaTeX's where the preamble has errors (the measure is then a guess)."""

    measure: Measure
    log: str = ""


def measure_preamble(preamble: str, directory: Path, environment: Mapping[str, str]) -> Measured:
    """Measure by a run of pdflatex on `preamble`, kept in `directory` for the next build."""
    if not shutil.which("pdflatex"):
        return Measured(Measure())
    key = hashlib.sha256((preamble + PROBE).encode()).hexdigest()
    kept = directory / "measure.json"
    if measure := _recall(kept, key):
        return Measured(measure)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "measure.tex").write_text(preamble.rstrip("\n") + "\n" + PROBE, "utf-8")
    log = run_pdflatex(Job(directory, "measure", environment, (*OPTIONS, "-draftmode")))
    found = MEASURED.search(log)
    if first_error(log) or found is None:
        return Measured(Measure(), log)
    width = round(float(found["width"]) / POINTS_PER_INCH, 4)
    measure = Measure(width, float(found["size"]))
    kept.write_text(json.dumps({"key": key, "width": width, "size": measure.font_size}))
    return Measured(measure)


def _recall(kept: Path, key: str) -> Measure | None:
    try:
        values = json.loads(kept.read_text())
        return Measure(values["width"], values["size"]) if values["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
