"""What the author of a chunk would miss on the page, or find there as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from treadle.engine.trace import Echo, Stream
from treadle.press.document.model import Chunk, Document
from treadle.press.document.options import HIDDEN
from treadle.press.markdown.marks import is_markdown
from treadle.press.plugin.font_files import is_known
from treadle.press.results import ChunkResult, Results
from treadle.press.weave.outputs import Shown, shown, text_of_outputs
from treadle.press.weave.printed_floats import AS_MARKDOWN, joined, printed_floats
from treadle.problem import Problem, Span, error, warning

GLYPH = re.compile(r"^UserWarning: Glyph (\d+) .* missing from ", re.MULTILINE)  # matplotlib's
FONTS = ("preamble", "header-includes", "documentclass")  # the keys that may choose them


def chunk_warnings(document: Document, results: Results, family: str) -> Iterator[Problem]:
    """A warning for each chunk that was run, and of which something gets lost. `family`: of the
    text, as LaTeX calls it."""
    given = list(zip(document.blocks, results, strict=True))
    pairs = [(a, b) for a, b in given if isinstance(a, Chunk) and isinstance(b, ChunkResult)]
    draws = False
    for chunk, result in pairs:
        items = tuple(shown(result.outputs))
        draws = draws or any(item.kind == "figure" for item in items)
        yield from _caption_of_nothing(chunk, items)
        yield from _left_out_of_tables(chunk, items)
        yield from _left_unrun(chunk, result)
        yield from _boxes_in_figures(chunk, result)
        if not document.is_latex:
            yield from _taken_for_latex(chunk, items)
    if draws and not is_known(family):
        given_by = next((key for key in FONTS if key in document.front.lines), "")
        name = family.partition("(")[0]
        what = f"figures stay in Latin Modern: none of their fonts matches the text's, `{name}`"
        hint = "docs/templates.md names theirs; matplotlib's `font.family` sets another"
        yield warning(document.said(given_by), what, hint)


def _caption_of_nothing(chunk: Chunk, items: Sequence[Shown]) -> Iterator[Problem]:
    """Captions belong to figures and tables; who hides them says so."""
    options = chunk.options
    if not options.caption:
        return
    printed = printed_floats(chunk, joined(items))
    has_float = len(printed) == 1 or any(item.kind in {"figure", "table"} for item in items)
    if len(printed) > 1 and not has_float:
        yield _of_several(chunk, len(printed))
        return
    hides = not (options.include and options.fig) or options.results in HIDDEN
    if not has_float and not hides:
        what = f"the caption of {chunk.label} is not printed: it shows neither figure nor table"
        yield warning(chunk.fence, what, "leave it out, or have the chunk show one of them")


def _of_several(chunk: Chunk, count: int) -> Problem:
    what = f"the caption of {chunk.label} may be that of each of the {count} things that it prints"
    markdown = chunk.options.results in {*AS_MARKDOWN, "verbatim"}
    way = "`: Caption {#tbl:name}` below a table" if markdown else r"a float with a `\caption`"
    hint = f"print each with its own, {way}"
    return error(chunk.fence, what, hint)


def _left_out_of_tables(chunk: Chunk, items: Sequence[Shown]) -> Iterator[Problem]:
    """What a table has not of its value."""
    if chunk.options.results in HIDDEN or not chunk.options.display_data:
        return
    tables = [item.table for item in items if item.table]
    for loss in dict.fromkeys(loss for table in tables for loss in table.losses):
        yield warning(chunk.fence, f"{chunk.label}: {loss.what}", loss.hint)
    for own in dict.fromkeys(table.caption for table in tables if chunk.options.caption):
        if own:
            what = f"{chunk.label}: the table's own caption, `{own}`, is not printed"
            yield warning(chunk.fence, what, "the chunk's stands in its place: keep one of them")


def _left_unrun(chunk: Chunk, result: ChunkResult) -> Iterator[Problem]:
    """A session ends where it raises; what follows is not shown either."""
    failure, last = result.failure, chunk.code.rstrip().split("\n")[-1]
    echoed = [item.text for item in result.outputs if isinstance(item, Echo)]
    if failure and echoed and last not in echoed[-1]:
        what = f"{chunk.label} raises here: what follows is neither run nor shown"
        hint = "put it into a chunk of its own"
        inside = failure.file == chunk.span.file
        yield warning(Span.at(failure.file, failure.line) if inside else chunk.fence, what, hint)


def _taken_for_latex(chunk: Chunk, items: Sequence[Shown]) -> Iterator[Problem]:
    """A chunk that prints Markdown where it says that it prints LaTeX."""
    text = text_of_outputs(item for item in items if item.kind == "text")
    if chunk.options.results not in {"verbatim", *HIDDEN, *AS_MARKDOWN} and is_markdown(text):
        what = f"what {chunk.label} prints looks like Markdown, and is set as LaTeX"
        yield warning(chunk.fence, what, "results='markdown' has it read as Markdown")


def _boxes_in_figures(chunk: Chunk, result: ChunkResult) -> Iterator[Problem]:
    """Boxes in the place of characters."""
    said = (item.text for item in result.outputs if isinstance(item, Stream))
    codes = (code for text in said for code in GLYPH.findall(text))
    if lacking := "".join(dict.fromkeys(chr(int(code)) for code in codes)):
        what = f"a figure of {chunk.label} has boxes in the place of `{lacking}`"
        hint = "name a font with them: `matplotlib.font_manager.fontManager.addfont(FILE)`, "
        hint += "and its name at the end of the list `plt.rcParams['font.family']`"
        yield warning(chunk.fence, what, hint)
