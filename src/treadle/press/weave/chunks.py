"""Chunks: their code and what came of it, as LaTeX or as Markdown to be set with the prose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from msgspec import Struct

from treadle.engine.messages import (
    ChunkResult,
    Failure,
    Figure,
    Latex,
    Output,
    Source,
    Stream,
    Table,
    Value,
)
from treadle.press.document.model import HIDDEN, Chunk
from treadle.press.markdown.context import Place
from treadle.press.weave.fragment import Fragment, Line, fixed, indent, lines_at, stack
from treadle.press.weave.graphics import Float, Graphic, figure_float, figures_in_place, length
from treadle.press.weave.listings import code_lines, output_lines
from treadle.press.weave.markdown_source import Markdown
from treadle.press.weave.tabulars import Tabular, cell, table

AS_MARKDOWN = {"markdown", "markup", "md"}
SESSION = {"source", "text", "stderr"}


class Look(Struct, frozen=True):
    """How the chunks of one document are set."""

    stem: str  # the folder of the figures, beside the LaTeX
    columns: int  # characters of code in a line
    caption: Callable[[str, int], str]  # Markdown and its line to LaTeX


def chunk_parts(chunk: Chunk, result: ChunkResult | None, look: Look) -> Iterator[Markdown | Place]:
    """What stands in the document for a chunk, from top to bottom."""
    if (chunk.options.echo and not chunk.options.term) or (
        chunk.options.term and result is None and chunk.options.echo
    ):
        yield from _code(chunk, result, look)
    if result is None:
        return
    if chunk.options.term:
        yield from _session(chunk, result, look)
    elif chunk.options.results not in HIDDEN:
        yield from _results(chunk, _shown(chunk, result.outputs), look)
    yield from _floats(chunk, result, look)
    if result.failure:
        yield _verbatim("chunkerror", _traceback(result.failure), chunk, look)


def _traceback(failure: Failure) -> str:
    # The document is the same wherever it was built.
    return failure.traceback.replace(failure.file, Path(failure.file).name)


def _code(chunk: Chunk, result: ChunkResult | None, look: Look) -> Iterator[Place]:
    shown = result.shown_source if result and result.shown_source else ""
    code = (shown or chunk.code).rstrip()
    leading = len(code) - len(code.lstrip("\n"))
    code = code.lstrip("\n")
    if not code:
        return
    start = chunk.code_line + leading
    body = tuple(
        Line(text, chunk.span.line if shown else start + number, True)
        for text, number in code_lines(code, "python", _width(chunk, "code", look))
    )
    yield Place(_environment("chunkcode", body))


def _results(chunk: Chunk, outputs: Iterable[Output], look: Look) -> Iterator[Markdown | Place]:
    verbatim = chunk.options.results == "verbatim"
    captioned = bool(chunk.options.caption)
    for kind, group in groupby(outputs, _kind):
        if kind == "figure":
            if not captioned and chunk.options.include:
                yield Place(figures_in_place(_graphics(chunk, "", group, look), chunk.span.line))
        elif kind == "table":
            if not captioned:
                tables = (item for item in group if isinstance(item, Table))
                yield from (Place(_table(item, None, chunk)) for item in tables)
        elif kind == "latex":
            yield from (_latex(item, chunk) for item in group if isinstance(item, Latex))
        elif kind == "stderr":
            yield _verbatim("chunkerror", _text(group), chunk, look)
        elif verbatim:
            yield _verbatim("chunkoutput", _text(group), chunk, look)
        else:
            yield _raw(_text(group), chunk)


def _raw(text: str, chunk: Chunk) -> Markdown | Place:
    if chunk.options.results in AS_MARKDOWN:
        return Markdown("\n" + text.rstrip("\n") + "\n\n", chunk.span.line, still=True)
    return Place(fixed(lines_at(text.rstrip("\n"), chunk.span.line)), flows=True)


def _session(chunk: Chunk, result: ChunkResult, look: Look) -> Iterator[Markdown | Place]:
    """Code and output as one session at the prompt, parted only by figures and the like."""
    outputs = _shown(chunk, result.outputs)
    if chunk.options.results in HIDDEN:
        outputs = [item for item in outputs if isinstance(item, Source)]
    for is_text, group in groupby(outputs, lambda item: _kind(item) in SESSION):
        if is_text:
            lines = stack(_session_lines(item, chunk, look) for item in group)
            yield Place(_environment("chunkcode", lines))
        else:
            yield from _results(chunk, group, look)


def _session_lines(item: Output, chunk: Chunk, look: Look) -> Fragment:
    origin = chunk.span.line
    if isinstance(item, Source):
        lines = code_lines(item.text.rstrip("\n"), "pycon", _width(chunk, "code", look))
        return tuple(Line(text, origin, True) for text, _ in lines)
    width = _width(chunk, "output", look)
    return tuple(Line(text, origin, True) for text in output_lines(_text([item]), width))


def _floats(chunk: Chunk, result: ChunkResult, look: Look) -> Iterator[Place]:
    """What the chunk's caption turns into a float; not hidden by `results`."""
    options, origin = chunk.options, chunk.span.line
    figures = [item for item in result.outputs if isinstance(item, Figure)]
    hidden = options.results in HIDDEN
    if not options.caption:
        if hidden and figures and options.include:
            yield Place(figures_in_place(_graphics(chunk, result.alt, figures, look), origin))
        return
    caption = look.caption(result.caption or options.caption, origin)
    tables = [] if hidden else [item for item in result.outputs if isinstance(item, Table)]
    for item in tables:
        float_ = Float(caption, _label("tbl", chunk), "table", _position(chunk))
        yield Place(_table(item, float_, chunk))
        caption = "" if figures else caption
    if figures and options.include:
        environment = options.f_env or "figure"
        caption = look.caption(result.caption or options.caption, origin)
        float_ = Float(caption, _label("fig", chunk), environment, _position(chunk))
        yield Place(figure_float(_graphics(chunk, result.alt, figures, look), float_, origin))


def _table(item: Table, float_: Float | None, chunk: Chunk) -> Fragment:
    rows = tuple(tuple(cell(text) for text in row) for row in item.rows)
    header = tuple(cell(text) for text in item.header)
    return table(Tabular(header, rows, item.align), float_, chunk.span.line)


def _graphics(chunk: Chunk, alt: str, figures: Iterable[Output], look: Look) -> list[Graphic]:
    width = length(chunk.options.width)
    text = alt or chunk.options.alt or ""
    return [
        Graphic(f"{look.stem}/{item.path}", width, alt=text)
        for item in figures
        if isinstance(item, Figure)
    ]


def _latex(item: Latex, chunk: Chunk) -> Place:
    text = item.text.strip()
    inner = text.strip("$").removeprefix(r"\displaystyle").strip()
    if text.startswith("$") and text.endswith("$") and "$" not in inner:
        begin, end = Line(r"\[", chunk.span.line), Line(r"\]", chunk.span.line)
        return Place((begin, *indent(lines_at(inner, chunk.span.line)), end), flows=True)
    return Place(fixed(lines_at(text, chunk.span.line)))


def _verbatim(environment: str, text: str, chunk: Chunk, look: Look) -> Place:
    lines = output_lines(text.strip("\n"), _width(chunk, "output", look))
    body = tuple(Line(line, chunk.span.line, True) for line in lines)
    return Place(_environment(environment, body) if body else ())


def _environment(name: str, body: Fragment) -> Fragment:
    begin = Line(rf"\begin{{{name}}}", body[0].origin)
    return (begin, *body, Line(rf"\end{{{name}}}", body[-1].origin, True))


def _width(chunk: Chunk, part: str, look: Look) -> int | None:
    """The columns lines are broken at; None where the author wants them unbroken."""
    wrap = chunk.options.given.get("wrap", True)
    wanted = {"code": {"code"}, "output": {"output", "results"}}[part]
    return look.columns if wrap is True or wrap in wanted else None


def _shown(chunk: Chunk, outputs: Iterable[Output]) -> list[Output]:
    options = chunk.options
    return [
        item
        for item in outputs
        if (options.display_stream or not isinstance(item, Stream))
        and (options.display_data or not isinstance(item, Value | Latex | Table))
        and (options.echo or not isinstance(item, Source))
    ]


def _kind(item: Output) -> str:
    match item:
        case Stream(name="stderr"):
            return "stderr"
        case Stream() | Value():
            return "text"
        case _:
            return type(item).__name__.lower()


def _text(items: Iterable[Output]) -> str:
    """Printed text and displayed values in one; a value is on a line of its own."""
    text = ""
    for item in items:
        if isinstance(item, Value):
            text += ("\n" if text and not text.endswith("\n") else "") + item.text + "\n"
        elif isinstance(item, Stream):
            text += item.text
    return text


def _label(kind: str, chunk: Chunk) -> str:
    return f"{kind}:{chunk.options.name}" if chunk.options.name else ""


def _position(chunk: Chunk) -> str:
    return chunk.options.f_pos.strip("[]")
