"""What outputs become on the page: one registry, by MIME type, and the LaTeX of each kind.

A new type is an entry of `FORMS`: the first that a display has is the one that is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from treadle.engine.store.traces import decoded
from treadle.engine.trace import Display, Echo, Output, Stream
from treadle.press.latex.figures import Float
from treadle.press.latex.fragment import Line, fixed, indent, lines_at
from treadle.press.latex.table_layout import Room
from treadle.press.latex.tables import LaidTable, table
from treadle.press.markdown.text_context import ReadyLatex
from treadle.press.plugin.tables import TABLE, Table
from treadle.press.weave.value_tables import tabular_of

_TABLE = Decoder(Table)


class Shown(Struct, frozen=True):
    """An output as the page knows it."""

    kind: str  # "figure", "table", "latex", "markdown", "text", "stderr" or "source"
    text: str = ""  # of a figure, the name of its file in the folder of the document's figures
    table: Table | None = None
    is_value: bool = False  # a value that was displayed, and nothing printed
    width: str = ""  # of a figure that says how large it is to be shown: LaTeX's
    height: str = ""
    alt: str = ""
    size: tuple[float, float] | None = None  # of a figure, inches, where that is known


def _table(text: str) -> Shown:
    return Shown("table", table=decoded(text.encode(), _TABLE), is_value=True)


_figure = partial(Shown, "figure", is_value=True)
_plain = partial(Shown, "text", is_value=True)
FORMS: dict[str, Callable[[str], Shown]] = {
    "application/pdf": _figure,
    TABLE: _table,
    "text/latex": partial(Shown, "latex", is_value=True),
    "image/png": _figure,
    "image/jpeg": _figure,
    "text/markdown": partial(Shown, "markdown", is_value=True),
    "text/plain": _plain,
}
# What the files of figures are called
SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}


def shown(outputs: Iterable[Output]) -> Iterator[Shown]:
    """The outputs as the page knows them; a display in none of the `FORMS` says which it has."""
    for output in outputs:
        match output:
            case Stream(name, text):
                yield Shown("stderr" if name == "stderr" else "text", text)
            case Echo(text):
                yield Shown("source", text)
            case _:
                yield _display(output)


def _display(display: Display) -> Shown:
    having = {**display.data, **display.files}
    for kind, form in FORMS.items():
        if kind in having:
            item = replace(form(having[kind]), size=_size(display))
            return _sized(item, display.metadata.get(kind)) if item.kind == "figure" else item
    return _plain(f"<{', '.join(sorted(having))}>")


_PIXELS = 96  # to the inch, as browsers have it
_WITHIN = r",max width=\linewidth"  # a notebook is wider than a page


def _sized(item: Shown, metadata: object) -> Shown:
    """A figure with the size in pixels, and the words, that its metadata give."""
    given = metadata if isinstance(metadata, Mapping) else {}
    width, height = (
        f"{given[side] / _PIXELS:.3f}in" if _is_length(given.get(side)) else ""
        for side in ("width", "height")
    )
    width, height = (width + _WITHIN, height) if width else ("", height and height + _WITHIN)
    return replace(item, width=width, height=height, alt=str(given.get("alt") or ""))


def _is_length(pixels: object) -> bool:
    """Whether a page may have it: TeX knows no length of several hundred inches."""
    return type(pixels) in {int, float} and 0.1 <= pixels <= 100 * _PIXELS  # type: ignore[operator]


def _size(display: Display) -> tuple[float, float] | None:
    """That of a vector figure: who displays an image says how many pixels it has."""
    width, height = (display.metadata.get(side) for side in ("width", "height"))
    if "application/pdf" not in display.files:
        return None
    if not isinstance(width, int | float) or not isinstance(height, int | float):
        return None
    return (width, height) if width > 0 and height > 0 else None


def text_of_outputs(items: Iterable[Shown]) -> str:
    """Printed text and displayed values in one; a value is on a line of its own."""
    text = ""
    for item in items:
        if item.is_value:
            text += ("\n" if text and not text.endswith("\n") else "") + item.text + "\n"
        else:
            text += item.text
    return text


def table_lines(item: Shown, float_: Float | None, origin: int, room: Room) -> LaidTable:
    """A table, whose fields are text, as LaTeX."""
    assert item.table is not None
    return table(tabular_of(item.table), float_, origin, room)


def latex_place(item: Shown, origin: int) -> ReadyLatex:
    """A value's own LaTeX; a formula is displayed."""
    text = item.text.strip()
    inner = text.strip("$").removeprefix(r"\displaystyle").strip()
    if text.startswith("$") and text.endswith("$") and "$" not in inner:
        lines = indent(lines_at(inner, origin))
        return ReadyLatex((Line(r"\[", origin), *lines, Line(r"\]", origin)), flows=True)
    return ReadyLatex(fixed(lines_at(text, origin)))
