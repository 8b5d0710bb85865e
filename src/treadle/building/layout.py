"""How figures are to look: measured from the document's preamble before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from treadle.building.scratch import Scratch
from treadle.diagnostics import Diagnostic
from treadle.document.model import Document
from treadle.execution.task import FigureStyle
from treadle.typesetting.diagnose import diagnose_errors
from treadle.typesetting.environment import tex_environment
from treadle.typesetting.measure import measure_preamble
from treadle.typesetting.places import Places
from treadle.weaving.preamble import preamble
from treadle.weaving.weave import weave


@dataclass(frozen=True)
class Layout:
    """The figures' style, and what is wrong with the preamble."""

    style: FigureStyle
    diagnostics: tuple[Diagnostic, ...] = ()


def measured_layout(document: Document, scratch: Scratch, folder: Path) -> Layout:
    """The layout of `document`, which lies in `folder`.

    An error in the preamble is found here, before chunks have run for minutes.
    """
    environment = tex_environment((folder,), 0)
    measured = measure_preamble(preamble(document), scratch.root / "measure", environment)
    style = FigureStyle(measured.measure.text_width, measured.measure.font_size)
    if not measured.log:
        return Layout(style)
    bare = weave(document, (None,) * len(document.blocks))  # for the lines of the preamble
    places = Places(str(document.path), "measure.tex", bare.tex, bare.lines)
    return Layout(style, diagnose_errors(measured.log, places))
