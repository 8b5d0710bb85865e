"""How the figures of a chunk stand under its caption."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.document.model import Chunk
from treadle.press.latex.lengths import inches
from treadle.press.latex.rows import ASPECT, BELOW, Measure, columns_for, filled, in_lines, share
from treadle.press.weave.outputs import Shown

SMALLEST = 0.4  # of its size at which a figure's labels, of 9 points, can still be read
_Sizes = Sequence[tuple[float, float]]  # width and height, in inches


class Arrangement(Struct, frozen=True):
    """How many figures there are in each row, and at most, how large they are, and how high the
    rows. `fixed`: each has its share of the line, and not its own width."""

    rows: tuple[int, ...]
    columns: int
    sizes: _Sizes = ()
    heights: tuple[float, ...] = ()
    fixed: bool = False


def arrangement(chunk: Chunk, figures: Sequence[Shown], measure: Measure) -> Arrangement:
    """As many figures side by side as the chunk says, else as the line holds, and more where they
    would be too high for a page."""
    options = chunk.options
    line, sizes = measure.width(options.f_env), _sizes_alone(chunk, figures, measure)
    if options.columns:
        return _in_columns(sizes, options.columns, line)
    rows = in_lines([width for width, _ in sizes], line)
    found = _in_rows(sizes, rows, max(rows))
    too_high = sum(found.heights) + BELOW * (len(rows) - 1) > measure.height
    if options.width or not too_high or len(rows) == 1:
        return found
    aspect = max(height / width for width, height in sizes)
    columns = columns_for(len(figures), line, measure.height, aspect)
    return _in_columns(sizes, columns, line) if columns > max(rows) else found


def reduction(chunk: Chunk, figures: Sequence[Shown], measure: Measure) -> float:
    """The share of its width that the most reduced figure has on the page, of those whose size is
    known."""
    sizes = _sizes_alone(chunk, figures, measure)
    if chunk.options.captioned and figures:
        sizes = arrangement(chunk, figures, measure).sizes
    drawn = zip(sizes, (item.size for item in figures), strict=True)
    return min((shown[0] / own[0] for shown, own in drawn if own), default=1.0)


def too_small(chunk: Chunk, figures: Sequence[Shown], measure: Measure) -> str:
    """What is told of figures whose labels are too small to read on the page, or nothing."""
    scale = reduction(chunk, figures, measure)
    what = "the figure" if len(figures) == 1 else "figures"
    text = f"{what} of {chunk.label} and all labels are set at {scale:.0%} of their size"
    return text if scale < SMALLEST else ""


def _sizes_alone(chunk: Chunk, figures: Sequence[Shown], measure: Measure) -> _Sizes:
    """The sizes of the figures were each alone: one has at most the width of the line."""
    line = measure.width(chunk.options.f_env)
    given = inches(chunk.options.width, line, measure.page)
    sizes = []
    for item in figures:
        width, height = item.size or (line, ASPECT * line)
        shown = min(given or width, line)
        sizes.append((shown, height * shown / width))
    return sizes


def _in_columns(sizes: _Sizes, columns: int, line: float) -> Arrangement:
    most = share(columns) * line
    small = [(min(w, most), h * min(1.0, most / w)) for w, h in sizes]
    return replace(_in_rows(small, filled(len(sizes), columns), columns), fixed=True)


def _in_rows(sizes: _Sizes, rows: Sequence[int], columns: int) -> Arrangement:
    left = [height for _, height in sizes]
    heights = []
    for count in rows:
        heights.append(max(left[:count]))
        left = left[count:]
    return Arrangement(tuple(rows), columns, sizes, tuple(heights))
