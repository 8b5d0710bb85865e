"""What LaTeX says of a document's preamble: how wide and large its text is, or what is wrong."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from treadle.engine.trace import Observed
from treadle.press.document.front_matter_keys import read_settings
from treadle.press.document.model import Document, Prose
from treadle.press.plugin.figure_style import FigureStyle
from treadle.press.tex.dates import document_epoch
from treadle.press.tex.engine import tex_environment
from treadle.press.tex.format import format_of
from treadle.press.tex.passes import Job, observed_inputs
from treadle.press.tex.programs import Programs
from treadle.press.weave.page import Page
from treadle.press.weave.preamble import preamble
from treadle.problem import Problem, has_errors


class Layout(Struct, frozen=True):
    """The figures' style, the measures of the page, and what is wrong with the preamble."""

    style: FigureStyle
    page: Page | None = None  # None: as the front matter tells
    problems: tuple[Problem, ...] = ()
    depends: Observed | None = Observed()  # what the style rests on; None: that can't be told


def measured_layout(document: Document, formats: Path, folder: Path, programs: Programs) -> Layout:
    """The layout of `document`, which lies in `folder`; the formats' folder is `formats`.

    An error in the preamble is found here, before chunks have run for minutes.
    """
    lines, printing = preamble(document)
    if has_errors(printing.problems):
        return Layout(FigureStyle(), problems=printing.problems, depends=None)
    text = lines.rstrip("\n") + "\n\n"  # as it stands in the document
    settings, _ = read_settings(document)
    sources = (block.text if isinstance(block, Prose) else block.code for block in document.blocks)
    environment = tex_environment((folder,), document_epoch(settings.date, text + "".join(sources)))
    job = Job(formats, document.stem, environment, formats, programs, printing.engine)
    if not printing.engine.works:
        return Layout(FigureStyle(), depends=observed_inputs(job))
    made = format_of(text, job, formats)
    if not made.failed:
        return Layout(made.style, made.page, depends=made.depends)
    from treadle.press.tex.diagnose import diagnose_errors  # few preambles are wrong
    from treadle.press.tex.places import Places
    from treadle.press.weave.weave import weave

    bare = weave(document, (None,) * len(document.blocks))  # for the lines of the preamble
    places = Places(str(document.path), "measure.tex", bare.tex, bare.lines)
    return Layout(made.style, problems=diagnose_errors(made.log, places), depends=None)
