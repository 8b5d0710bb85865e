"""What a chunk's caption, or the captions of its figures, turn into floats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.document.model import Chunk
from treadle.press.document.options import HIDDEN
from treadle.press.latex.figures import (
    LETTERS,
    Float,
    Graphic,
    Panel,
    Part,
    figures_in_place,
    float_of_rows,
    letter,
    many_letters,
    part_of_line,
    plain_row,
    row_of_panels,
)
from treadle.press.latex.fragment import Fragment, Line
from treadle.press.latex.lengths import length
from treadle.press.latex.rows import HALF, Measure, filled, in_floats, share
from treadle.press.latex.table_layout import Room
from treadle.press.latex.tables import entry
from treadle.press.markdown.text_context import ReadyLatex
from treadle.press.results import ChunkResult
from treadle.press.weave.arrangement import Arrangement, arrangement, too_small
from treadle.press.weave.outputs import Shown, shown, table_lines

T = TypeVar("T")


class Look(Struct, frozen=True):
    """How the chunks of one document are set."""

    stem: str  # the folder of the figures, beside the LaTeX
    columns: int  # characters of code in a line
    caption: Callable[[str, int], str]  # Markdown and its line to LaTeX
    slides: bool = False
    measure: Measure = Measure()
    # For a table, in lists and quotations with so many margins, or in a box of so much of a line.
    room: Callable[[int, float | None], Room] = lambda *_: Room()


def floats_of(chunk: Chunk, result: ChunkResult, look: Look) -> Iterator[ReadyLatex]:
    """What the chunk's captions turn into floats; figures are not hidden by `results`."""
    options, origin = chunk.options, chunk.span.line
    outputs = list(shown(result.outputs))
    figures = [item for item in outputs if item.kind == "figure"]
    hidden = options.results in HIDDEN
    if not options.captioned:
        if hidden and figures and options.include:
            lines = figures_in_place(graphics_of(chunk, result, figures, look), origin)
            yield placed_figures(lines, chunk, figures, look)
        return
    whole = result.caption or options.caption or ""
    caption = look.caption(whole, origin) if whole else ""
    tables = [] if hidden else [item for item in outputs if item.kind == "table"]
    yield from _tables(chunk, result, tables, caption, look, beside=bool(figures))
    if figures and options.include:
        lines = _figures(chunk, result, figures, caption, look)
        yield placed_figures(lines, chunk, figures, look)


def placed_figures(
    lines: Fragment, chunk: Chunk, figures: Sequence[Shown], look: Look
) -> ReadyLatex:
    """The lines that show figures: drawn for the line, they may be too small to read in a box."""

    def made(box: float) -> ReadyLatex:
        narrow = replace(look.measure, line=look.measure.line * box)
        told = too_small(chunk, figures, narrow)
        if too_small(chunk, figures, look.measure):
            told = ""  # it is told already
        hint = "fewer columns, or a smaller `f_size=`, in inches, leave them larger"
        return ReadyLatex(lines, told=told, hint=hint)

    return ReadyLatex(lines, boxed=made)


def graphics_of(
    chunk: Chunk, result: ChunkResult, figures: Iterable[Shown], look: Look
) -> list[Graphic]:
    """Images of these figures of the chunk, each with its own text for who can't see it."""
    width = length(chunk.options.width)
    names = (item.text for item in shown(result.outputs) if item.kind == "figure")
    alts = dict(zip(names, result.alts, strict=False))
    return [
        Graphic(
            f"{look.stem}/{item.text}",
            width or item.width,
            "" if width else item.height,
            alt=alts.get(item.text, result.alt) or item.alt,
            slide=look.slides,
        )
        for item in figures
    ]


def label_of(kind: str, chunk: Chunk) -> str:
    return f"{kind}:{chunk.options.name}" if chunk.options.name else ""


def panel_labels(kind: str, chunk: Chunk) -> list[str]:
    """Those of the figures, or tables, that have captions of their own."""
    label = label_of(kind, chunk)
    numbers = range(1, len(chunk.options.subcaptions) + 1)
    return [f"{label}-{letter(number)}" for number in numbers] if label else [""] * len(numbers)


# Figures.


def _figures(
    chunk: Chunk, result: ChunkResult, figures: Sequence[Shown], caption: str, look: Look
) -> Fragment:
    """The figures under their caption, over several floats if one page does not hold them."""
    found = arrangement(chunk, figures, look.measure)
    graphics = graphics_of(chunk, result, figures, look)
    float_ = float_around("figure", caption, chunk)
    if chunk.options.subcaptions:
        images = [_alone(graphic, chunk) for graphic in graphics]
        return _of_panels("figure", images, float_, found, chunk, result, look)
    if found.fixed and found.columns > 1:
        most = part_of_line(found.columns)
        graphics = [replace(graphic, most=most) for graphic in graphics]
    if float_.width:
        graphics = [replace(graphic, width=r"\linewidth") for graphic in graphics]

    def row(some: Sequence[Graphic], _: list[str]) -> Fragment:
        return plain_row(some, chunk.span.line)

    return _floats(graphics, row, float_, found, look)


def _floats(
    items: Sequence[T],
    row: Callable[[Sequence[T], list[str]], Fragment],
    float_: Float,
    found: Arrangement,
    look: Look,
) -> Fragment:
    """The rows, as many in each float as a page holds: `row` makes them, and adds the footnotes of
    their captions to the list."""
    rows = list(_cut(items, found.rows))
    counts = list(in_floats(found.heights, look.measure.height))
    lines: list[Line] = []
    before = 0
    for number, some in enumerate(_cut(rows, counts), 1):
        notes: list[str] = []
        fragments = [row(each, notes) for each in some]
        part = Part(number, len(counts), before, tuple(notes))
        lines += float_of_rows(fragments, float_, part)
        before += sum(map(len, some))
    return tuple(lines)


def _cut(items: Sequence[T], counts: Iterable[int]) -> Iterator[Sequence[T]]:
    """The items in groups of so many."""
    at = 0
    for count in counts:
        yield items[at : at + count]
        at += count


# Tables, and panels: figures or tables with captions of their own.


def _tables(
    chunk: Chunk,
    result: ChunkResult,
    tables: Sequence[Shown],
    caption: str,
    look: Look,
    *,
    beside: bool,
) -> Iterator[ReadyLatex]:
    """The tables under their caption, or as panels; `beside` figures, which have the panels."""
    origin, float_ = chunk.span.line, float_around("table", caption, chunk)
    if tables and chunk.options.subcaptions and not beside:
        columns = chunk.options.columns or 1
        bodies = [table_lines(item, None, origin, look.room(0, share(columns))) for item in tables]
        counts = tuple(filled(len(tables), columns))
        found = Arrangement(counts, columns, heights=(0.0,) * len(counts))
        parts = [body.lines for body in bodies]
        lines = _of_panels("table", parts, float_, found, chunk, result, look)
        told = next((body for body in bodies if body.told), bodies[0])
        yield ReadyLatex(lines, told=told.told, hint=told.hint)
        return
    if len(tables) > 1 and caption:
        yield _in_one_float(tables, float_, chunk, look)
        return
    for item in tables:
        yield table_of(item, float_ if caption else None, chunk, look)


def _in_one_float(tables: Sequence[Shown], float_: Float, chunk: Chunk, look: Look) -> ReadyLatex:
    """Tables one below the other under one caption, as figures are."""

    def made(box: float | None) -> ReadyLatex:
        margins = lists_around(chunk) + 2 * chunk.prefix.count(">")
        room = look.room(margins, 1.0 if box is None else box)  # none has a float of its own
        bodies = [table_lines(item, None, chunk.span.line, room) for item in tables]
        told = next((body for body in bodies if body.told), bodies[0])
        lines = float_of_rows([body.lines for body in bodies], float_)
        return ReadyLatex(lines, told=told.told, hint=told.hint)

    whole = replace(made(None), boxed=made)
    return _one_by_one(tables, float_, chunk, look) if _is_broken(whole.lines) else whole


def _is_broken(lines: Fragment) -> bool:
    """Whether a table of these goes on over pages, which nothing in a float does."""
    return any(r"\begin{longtable}" in line.text for line in lines)


def _one_by_one(tables: Sequence[Shown], float_: Float, chunk: Chunk, look: Look) -> ReadyLatex:
    """Tables with the caption and a number each, as no float holds them; the first has a label."""
    others = replace(float_, label="")
    given = [float_, *(others for _ in tables[1:])]
    made = [table_of(item, each, chunk, look) for item, each in zip(tables, given, strict=True)]
    what = f"{len(tables)} tables of {chunk.label} have one caption, and a number each"
    lines = tuple(line for each in made for line in each.lines)
    return ReadyLatex(lines, told=what, hint="show each in a chunk of its own: one is too long")


def table_of(item: Shown, float_: Float | None, chunk: Chunk, look: Look) -> ReadyLatex:
    """A table, laid out for where it stands."""

    def made(box: float | None) -> ReadyLatex:
        room = look.room(lists_around(chunk) + 2 * chunk.prefix.count(">"), box)
        laid = table_lines(item, float_, chunk.span.line, room)
        return ReadyLatex(laid.lines, told=laid.told, hint=laid.hint)

    return replace(made(None), boxed=made)


def lists_around(chunk: Chunk) -> int:
    """The items of lists in which it stands."""
    return (len(chunk.prefix.replace(">", "").expandtabs(4)) + 2) // 4


def own_floats(chunk: Chunk, result: ChunkResult) -> dict[Shown, Float]:
    """Those of tables which bring captions of their own; the first has the chunk's label."""
    floats = dict[Shown, Float]()
    for item in shown(result.outputs):
        if item.table and item.table.caption and item not in floats:
            float_ = float_around("table", entry(item.table.caption), chunk)
            floats[item] = replace(float_, label="") if floats else float_
    return floats


def _of_panels(
    kind: str,
    contents: Sequence[Fragment],
    float_: Float,
    found: Arrangement,
    chunk: Chunk,
    result: ChunkResult,
    look: Look,
) -> Fragment:
    width = length(chunk.options.width) or part_of_line(found.columns)
    panels = _panels(kind, contents, chunk, result, look)

    def row(some: Sequence[Panel], notes: list[str]) -> Fragment:
        return row_of_panels(some, kind, (width, found.columns), chunk.span.line, notes)

    letters = many_letters(kind) if len(panels) > LETTERS else ""
    return _floats(panels, row, replace(float_, begin=letters), found, look)


def _panels(
    kind: str, contents: Sequence[Fragment], chunk: Chunk, result: ChunkResult, look: Look
) -> list[Panel]:
    """What has captions of its own; what has none, which is an error, has a letter."""
    given = result.subcaptions or chunk.options.subcaptions
    texts = [look.caption(text, chunk.span.line) if text else "" for text in given]
    texts += [""] * (len(contents) - len(texts))
    labels = panel_labels({"figure": "fig", "table": "tbl"}[kind], chunk)
    labels += [""] * (len(contents) - len(labels))
    return [Panel(*each) for each in zip(contents, texts, labels, strict=False)]


def _alone(graphic: Graphic, chunk: Chunk) -> Fragment:
    """An image in a panel, which has the width that the chunk says."""
    width = r"\linewidth" if graphic.width else ""
    return (Line(str(replace(graphic, width=width)), chunk.span.line),)


def float_around(kind: str, caption: str, chunk: Chunk) -> Float:
    """The float of a figure or a table: what `f_env` says of the one, holds of the other."""
    options = chunk.options
    given = options.f_env or kind
    environment, floats = re.subn("figure|table", kind, given)
    environment = environment if floats or kind == "figure" else kind
    label = label_of({"figure": "fig", "table": "tbl"}[kind], chunk)
    width = length(options.width) or HALF if environment.startswith("wrap") else ""
    return Float(caption, label, environment, options.f_pos.strip("[]"), chunk.span.line, width)
