"""How figures are to look: measured from the document's preamble before anything is drawn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from treadle.app.scratch import Scratch
from treadle.engine.messages import FigureStyle
from treadle.press.document.model import Document, Prose
from treadle.press.document.settings import read_settings
from treadle.press.tex.diagnose import diagnose_errors
from treadle.press.tex.engine import Programs
from treadle.press.tex.environment import document_epoch, tex_environment
from treadle.press.tex.format import Store, format_of
from treadle.press.tex.places import Places
from treadle.press.weave.preamble import preamble
from treadle.press.weave.weave import weave
from treadle.problem import Problem


class Layout(Struct, frozen=True):
    """The figures' style, and what is wrong with the preamble."""

    style: FigureStyle
    diagnostics: tuple[Problem, ...] = ()
    depends: Mapping[str, str] = {}  # what the style rests on: see `typesetting.record`


def measured_layout(
    document: Document, scratch: Scratch, folder: Path, programs: Programs
) -> Layout:
    """The layout of `document`, which lies in `folder`; `programs` runs LaTeX.

    An error in the preamble is found here, before chunks have run for minutes.
    """
    text = preamble(document).rstrip("\n") + "\n\n"  # as it stands in the document
    settings, _ = read_settings(document)
    epoch = document_epoch(settings.date, text + "".join(_sources(document)))
    environment = tex_environment((folder,), epoch)
    if not shutil.which("pdflatex"):
        return Layout(FigureStyle())
    made = format_of(text, Store(scratch.formats, document.stem, environment, programs))
    style = FigureStyle(made.measure.text_width, made.measure.font_size)
    if not made.failed:
        return Layout(style, depends=made.depends)
    bare = weave(document, (None,) * len(document.blocks))  # for the lines of the preamble
    places = Places(str(document.path), "measure.tex", bare.tex, bare.lines)
    return Layout(style, diagnose_errors(made.log, places))


def _sources(document: Document) -> Iterator[str]:
    for block in document.blocks:
        yield block.text if isinstance(block, Prose) else block.code
