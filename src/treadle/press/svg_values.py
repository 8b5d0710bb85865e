"""SVG that code shows: LaTeX can't include it, so it is made a PDF, if something installed can."""

from __future__ import annotations

from pathlib import Path

from treadle.engine.trace import Display, Remark
from treadle.press.latex.conversions import (
    NotConvertedError,
    converted,
    converter_for,
    converters_in_words,
)
from treadle.press.weave.outputs import FORMS

SVG, ENDING = "image/svg+xml", ".svg"
_BETTER = ("application/pdf", "text/latex")  # what the page takes before SVG


def drawn_svg(display: Display, folder: Path) -> Path | Remark | None:
    """The PDF of a display that the page is to show by its SVG; it is kept in `folder`.

    What is to be told, where none can be made and the display has no other picture; None if there
    is no need of one. Raises OSError.
    """
    having = {*display.data, *display.files}
    if SVG not in having or having.intersection(_BETTER):
        return None
    converter = converter_for(ENDING)
    others = having.intersection(FORMS) - {"text/plain"}
    if converter is None:
        hint = f"install {converters_in_words(ENDING)}, or show a PNG"
        return None if others else Remark("an SVG is not drawn: nothing here can", hint)
    source = folder / f"shown{ENDING}"
    folder.mkdir(parents=True, exist_ok=True)
    source.write_text(display.data[SVG], "utf-8")
    try:
        return converted(source, converter, folder)
    except NotConvertedError as failure:
        return None if others else Remark(f"an SVG is not drawn: {failure}", "show a PNG")
    finally:
        source.unlink(missing_ok=True)
