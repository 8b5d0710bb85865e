"""What chunks show and is no text: files in the folder of the document's figures.

SVG, which LaTeX can't include, is made a PDF, if something installed can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copyfile

from msgspec.structs import replace

from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import Display, Output, Remark
from treadle.press.document.model import Chunk
from treadle.press.latex.conversions import (
    NotConvertedError,
    converted,
    converter_for,
    converters_in_words,
)
from treadle.press.plugin.figure_order import as_made
from treadle.press.plugin.figure_rows import NUMBER
from treadle.press.weave.outputs import FORMS, SUFFIXES

PDF = "application/pdf"
SVG, ENDING = "image/svg+xml", ".svg"
_BETTER = (PDF, "text/latex")  # what the page takes before SVG


class ShownFiles:
    """The files of one chunk, STEM-1.pdf and so on in `figures`."""

    def __init__(self, chunk: Chunk, stem: str, blobs: Blobs, figures: Path) -> None:
        self._chunk = chunk
        self._stem = stem
        self._blobs = blobs
        self._figures = figures
        self._number = 0
        self.lost: list[Remark] = []  # what could not be drawn

    def placed(self, outputs: Iterable[Output]) -> Iterator[Output]:
        """The outputs, with the names of their files, which are written. Under captions figures
        stand as they were made; else where they were shown, among the rest.

        Raises OSError and CorruptEntryError.
        """
        found = tuple(_last_drawn(outputs))
        for output in as_made(found) if self._chunk.options.captioned else found:
            yield self._display(output) if isinstance(output, Display) else output

    def _display(self, display: Display) -> Display:
        drawn = self._drawn(display)
        if not display.files and drawn is None:
            return display
        self._number += 1
        kinds = [*display.files, *([PDF] if drawn else [])]
        stem = f"{self._stem}-{self._number}"
        names = {kind: f"{stem}{SUFFIXES.get(kind, '')}" for kind in kinds}
        for kind, blob in display.files.items():
            self._blobs.copy_to(blob, self._figures / names[kind])
        if drawn:
            copyfile(drawn, self._figures / names[PDF])
        return replace(display, files=names)

    def _drawn(self, display: Display) -> Path | None:
        """The PDF of what the page is to show by its SVG. Where none can be made, that is lost,
        unless there is another picture of it."""
        having = {*display.data, *display.files}
        if SVG not in having or having.intersection(_BETTER):
            return None
        converter = converter_for(ENDING)
        why, hint = "nothing here can", f"install {converters_in_words(ENDING)}, or show a PNG"
        if converter:
            try:
                return converted(display.data[SVG].encode(), converter, self._converted)
            except NotConvertedError as failure:
                why, hint = str(failure), "show a PNG"
        if not having.intersection(FORMS) - {"text/plain"}:
            self.lost.append(Remark(f"an SVG is not drawn: {why}", hint))
        return None

    @property
    def _converted(self) -> Path:
        return self._figures.parent / "converted"


def _last_drawn(outputs: Iterable[Output]) -> Iterator[Output]:
    """The outputs, each figure as it was drawn last, in the place where it was shown first."""
    outputs = tuple(outputs)
    drawn = {
        o.metadata[NUMBER]: o for o in outputs if isinstance(o, Display) and NUMBER in o.metadata
    }
    for output in outputs:
        if isinstance(output, Display) and NUMBER in output.metadata:
            if last := drawn.pop(output.metadata[NUMBER], None):
                yield replace(last, metadata={**output.metadata, **last.metadata})
        else:
            yield output
