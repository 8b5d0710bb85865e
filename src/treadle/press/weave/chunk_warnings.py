"""What the author of a chunk would miss on the page, or find there as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from treadle.engine.trace import Echo, Stream
from treadle.press.document.model import Chunk, Document
from treadle.press.document.options import HIDDEN
from treadle.press.latex.rows import Measure
from treadle.press.markdown.marks import is_markdown
from treadle.press.plugin.font_files import is_known
from treadle.press.results import ChunkResult, InlineResult, Results
from treadle.press.weave.arrangement import too_small
from treadle.press.weave.outputs import Shown, shown, text_of_outputs
from treadle.press.weave.page import Page
from treadle.press.weave.printed_floats import AS_MARKDOWN, joined, printed_floats
from treadle.problem import Problem, Span, error, warning

GLYPHS = (  # matplotlib's words for one that no font has, in a label and in one with formulas
    (re.compile(r"^UserWarning: Glyph (\d+) .* missing from ", re.MULTILINE), 10),
    (re.compile(r"^Font '.*' does not have a glyph for .* \[U\+([0-9a-f]+)\]", re.MULTILINE), 16),
)
FIGURES = re.compile(r"\bplt\.|\bpyplot\b|\bsubplots\(|\bsavefig\(")  # code that draws
FONTS = ("preamble", "header-includes", "documentclass")  # the keys that may choose them


def chunk_warnings(document: Document, results: Results, page: Page) -> Iterator[Problem]:
    """A problem for each chunk of which something gets lost."""
    given = list(zip(document.blocks, results, strict=True))
    pairs = [(a, b) for a, b in given if isinstance(a, Chunk) and isinstance(b, ChunkResult)]
    draws, family = False, page.family
    for chunk in document.chunks:
        yield from _not_run(chunk)
    for chunk, result in pairs:
        items = tuple(shown(result.outputs))
        draws = draws or any(item.kind == "figure" for item in items)
        yield from _caption_of_nothing(chunk, result, items)
        yield from _left_out_of_tables(chunk, items)
        yield from _one_for_each(chunk, items)
        yield from _not_as_drawn(chunk, result)
        yield from _too_small(chunk, items, page.measure)
        yield from _left_unrun(chunk, result)
        yield from _boxes_in_figures(chunk, result)
        if chunk.options.results not in HIDDEN and chunk.options.display_data:
            yield from _remarks(chunk.span.file, result)
        if not document.is_latex:
            yield from _taken_for_latex(chunk, items)
    inline = [(a.span.file, b) for a, b in given if isinstance(b, InlineResult)]
    for file, of_inline in inline:
        yield from _remarks(file, of_inline)
    if draws and not is_known(family):
        given_by = next((key for key in FONTS if key in document.front.lines), "")
        name = family.partition("(")[0]
        what = f"figures stay in Latin Modern: none of their fonts matches the text's, `{name}`"
        hint = "docs/templates.md names theirs; matplotlib's `font.family` sets another"
        yield warning(document.said(given_by), what, hint)


def _not_run(chunk: Chunk) -> Iterator[Problem]:
    """The caption of a chunk that is only shown."""
    options = chunk.options
    reasons = {
        "it is not run": not options.evaluate,
        "a test is not run here": options.test,
        "its code goes on in the next chunk, which may have the caption": not options.complete,
    }
    if options.captioned and (reason := next((text for text in reasons if reasons[text]), "")):
        what = f"the caption of {chunk.label} is not printed: {reason}"
        yield warning(chunk.fence, what, "leave the caption out, or say it in the text")


def _caption_of_nothing(
    chunk: Chunk, result: ChunkResult, items: Sequence[Shown]
) -> Iterator[Problem]:
    """Captions belong to figures and tables: an error where there is neither, but for a chunk that
    hides them, or that may fail and has."""
    options = chunk.options
    hidden = options.results in HIDDEN
    kinds = {item.kind for item in items}
    has_float = ("figure" in kinds and options.include) or ("table" in kinds and not hidden)
    if not options.captioned or has_float:
        return
    printed = printed_floats(chunk, joined(items))
    if len(printed) > 1:
        yield _of_several(chunk, len(printed))
    if printed and (options.caption or len(printed) > 1):
        return
    what = f"the caption of {chunk.label} is not printed: "
    if hidden or not (options.include and options.fig):
        hint = "show it, or leave the caption out"
        yield warning(chunk.fence, f"{what}what it would stand under is hidden", hint)
    elif result.failure is not None:
        hint = "without `error=True` the build fails there"
        yield warning(chunk.fence, f"{what}it raises before it shows a figure or a table", hint)
    else:
        reason, hint = _to_caption(chunk, items)
        yield error(chunk.fence, f"{what}{reason}", hint)


def _to_caption(chunk: Chunk, items: Sequence[Shown]) -> tuple[str, str]:
    """Why there is nothing to caption, and the way out."""
    text = text_of_outputs(item for item in items if item.kind in {"text", "latex"})
    if r"\begin{" in text or r"\includegraphics" in text:
        hint = r"print the caption as well: a float and in it \caption{...}"
        return "it shows LaTeX, which has its own captions", hint
    hint = "leave it out, or have the chunk show one of them"
    if FIGURES.search(chunk.code):
        hint = "a figure that is closed is not shown: leave it open, or display it"
    return "it shows neither figure nor table", hint


def _one_for_each(chunk: Chunk, items: Sequence[Shown]) -> Iterator[Problem]:
    """Lists of captions and of texts for who can't see figures have one for each of these."""
    options = chunk.options
    figures = sum(item.kind == "figure" for item in items) if options.include else 0
    tables = 0 if figures or options.results in HIDDEN else sum(i.kind == "table" for i in items)
    count, kind = (figures, "figure") if figures else (tables, "table")
    if options.subcaptions and count and len(options.subcaptions) != count:
        yield _uneven(chunk, "caption", len(options.subcaptions), count, kind)
    if options.alts and figures and len(options.alts) != figures:
        yield _uneven(chunk, "alternative text", len(options.alts), figures, "figure")


def _uneven(chunk: Chunk, what: str, given: int, count: int, kind: str) -> Problem:
    said = f"{given} {what}{'s' * (given != 1)} for {count} {kind}{'s' * (count != 1)}"
    hint = f"give one for each: {count}"
    if count == 1:
        hint = "write one text, not a list" if what != "caption" else 'write caption="..."'
    return error(chunk.fence, f"{chunk.label} has {said}", hint)


def _not_as_drawn(chunk: Chunk, result: ChunkResult) -> Iterator[Problem]:
    """Figures that are not what the code may have meant."""
    if count := result.empty_figures:
        which = "an empty figure" if count == 1 else f"{count} empty figures"
        text = f"{chunk.label} has {which}"
        yield warning(chunk.fence, text, "`plt.figure()` begins one; `plt.close()` takes it back")


def _too_small(chunk: Chunk, items: Sequence[Shown], measure: Measure) -> Iterator[Problem]:
    """Figures whose labels are too small to read where they are shown."""
    figures = [item for item in items if item.kind == "figure"]
    if chunk.options.include and (text := too_small(chunk, figures, measure)):
        hint = "without a size of their own (`figsize`, `f_size`) figures are drawn for their place"
        yield warning(chunk.fence, text, hint)


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


def _remarks(file: str, result: ChunkResult | InlineResult) -> Iterator[Problem]:
    """What was lost while it ran."""
    for line, remark in dict.fromkeys(result.remarks):
        yield warning(Span.at(file, line), remark.text, remark.hint)


def _boxes_in_figures(chunk: Chunk, result: ChunkResult) -> Iterator[Problem]:
    """Boxes in the place of characters."""
    said = [item.text for item in result.outputs if isinstance(item, Stream)]
    codes = (
        int(code, base) for glyph, base in GLYPHS for text in said for code in glyph.findall(text)
    )
    if lacking := "".join(dict.fromkeys(map(chr, codes))):
        what = f"a figure of {chunk.label} has boxes in the place of `{lacking}`"
        hint = "name a font with them: `matplotlib.font_manager.fontManager.addfont(FILE)`, "
        hint += "and its name at the end of the list `plt.rcParams['font.family']`"
        yield warning(chunk.fence, what, hint)
