"""The parts of a document: prose, and chunks with what came of them; and all as one Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.trace import Echo
from treadle.press.document.front_code import FrontCode
from treadle.press.document.model import Chunk, Prose
from treadle.press.document.options import HIDDEN
from treadle.press.latex.figures import figures_in_place
from treadle.press.latex.fragment import Fragment, Line, fixed, lines_at, stack
from treadle.press.latex.listings import code_lines, output_lines
from treadle.press.markdown.parser import place, typed
from treadle.press.markdown.text_context import ReadyLatex
from treadle.press.results import ChunkResult, InlineResult
from treadle.press.weave.floats import (
    Look,
    float_around,
    floats_of,
    graphics_of,
    lists_around,
    own_floats,
    placed_figures,
    table_of,
)
from treadle.press.weave.outputs import (
    Shown,
    latex_place,
    shown,
    text_of_outputs,
)
from treadle.press.weave.printed_floats import (
    AS_MARKDOWN,
    CaptionLook,
    captioned,
    joined,
    printed_floats,
)

SESSION = {"source", "text", "stderr"}


def chunk_parts(
    chunk: Chunk, result: ChunkResult | None, look: Look
) -> Iterator[Markdown | ReadyLatex]:
    """What stands in the document for a chunk, from top to bottom, in the list or quotation to
    which the chunk belongs; an item that begins with a chunk is there even if that shows nothing.
    """
    if not chunk.prefix:
        yield from _parts(chunk, result, look)
        return
    prefix = re.sub(r"[^>\s]", " ", chunk.prefix)
    if prefix != chunk.prefix:
        yield ReadyLatex((), prefix=chunk.prefix)
    yield from (replace(part, prefix=prefix) for part in _parts(chunk, result, look))


def _parts(chunk: Chunk, result: ChunkResult | None, look: Look) -> Iterator[Markdown | ReadyLatex]:
    if chunk.options.echo and not (result and _has_session(result)):
        yield from _code(chunk, result, look)
    if result is None:
        return
    if chunk.options.term:
        yield from _session(chunk, result, look)
    elif chunk.options.results not in HIDDEN:
        yield from _results(chunk, result, _with_caption(chunk, result, look), look)
    yield from floats_of(chunk, result, look)
    if failure := result.failure:  # the document is the same wherever it was built
        traceback = failure.traceback.replace(failure.file, Path(failure.file).name)
        yield _verbatim("chunkerror", traceback, chunk, look)


def _has_session(result: ChunkResult) -> bool:
    """Whether its code was run, and shown, at a prompt: what does not parse is not."""
    return any(isinstance(output, Echo) for output in result.outputs)


def _code(chunk: Chunk, result: ChunkResult | None, look: Look) -> Iterator[ReadyLatex]:
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
    yield ReadyLatex(_environment("chunkcode", body))


def _results(
    chunk: Chunk, result: ChunkResult, outputs: Iterable[Shown], look: Look
) -> Iterator[Markdown | ReadyLatex]:
    captioned, origin = chunk.options.captioned, chunk.span.line
    for kind, group in groupby(outputs, lambda item: item.kind):
        if kind == "figure":
            if not captioned and chunk.options.include:
                figures = list(group)
                images = graphics_of(chunk, result, figures, look)
                yield placed_figures(figures_in_place(images, origin), chunk, figures, look)
        elif kind == "table":
            if not captioned:
                floats = own_floats(chunk, result)
                yield from (table_of(item, floats.get(item), chunk, look) for item in group)
        elif kind == "latex":
            yield from (latex_place(item, origin) for item in group)
        elif kind == "markdown":
            texts = (item.text.strip("\n") for item in group)
            yield from (Markdown(f"\n{text}\n\n", origin, still=True) for text in texts)
        elif kind == "stderr":
            yield _verbatim("chunkerror", text_of_outputs(group), chunk, look)
        elif chunk.options.results == "verbatim":
            yield _verbatim("chunkoutput", text_of_outputs(group), chunk, look)
        else:
            text = text_of_outputs(group).rstrip("\n")
            if chunk.options.results in AS_MARKDOWN:
                yield Markdown(f"\n{text}\n\n", origin, still=True)
            else:
                yield ReadyLatex(fixed(lines_at(text, origin)), flows=True)


def _with_caption(chunk: Chunk, result: ChunkResult, look: Look) -> list[Shown]:
    """What is seen of the outputs; the chunk's caption may be that of what it prints."""
    visible, caption = _visible(chunk, result), result.caption or chunk.options.caption
    if not caption or any(item.kind in {"figure", "table"} for item in visible):
        return visible
    items = joined(visible)
    found = printed_floats(chunk, items)
    if len(found) != 1:
        return visible
    latex = look.caption(caption, chunk.span.line) if found[0].latex else ""
    around = {kind: float_around(kind, "", chunk) for kind in ("table", "figure")}
    environments = {kind: each.environment for kind, each in around.items()}
    floating = CaptionLook(chunk.options.name or "", around["table"].position, environments)
    return captioned(items, found[0], caption, latex, floating)


def _session(chunk: Chunk, result: ChunkResult, look: Look) -> Iterator[Markdown | ReadyLatex]:
    """Code and output as one session at the prompt, parted only by figures and the like, and by
    what is no verbatim text."""
    outputs = _visible(chunk, result)
    if chunk.options.results in HIDDEN:
        outputs = [item for item in outputs if item.kind == "source"]
    kinds = SESSION if chunk.options.results == "verbatim" else SESSION - {"text"}
    for is_text, group in groupby(outputs, lambda item: item.kind in kinds):
        if is_text:
            lines = stack(_session_lines(item, chunk, look) for item in group)
            yield ReadyLatex(_environment("chunkcode", lines))
        else:
            yield from _results(chunk, result, group, look)


def _session_lines(item: Shown, chunk: Chunk, look: Look) -> Fragment:
    if item.kind == "source":
        width = _width(chunk, "code", look)
        texts = [text for text, _ in code_lines(item.text.rstrip("\n"), "pycon", width)]
    else:
        texts = [*output_lines(text_of_outputs([item]), _width(chunk, "output", look))]
    return tuple(Line(text, chunk.span.line, True) for text in texts)


def _verbatim(environment: str, text: str, chunk: Chunk, look: Look) -> ReadyLatex:
    lines = output_lines(text.strip("\n"), _width(chunk, "output", look))
    body = tuple(Line(line, chunk.span.line, True) for line in lines)
    return ReadyLatex(_environment(environment, body) if body else ())


def _environment(name: str, body: Fragment) -> Fragment:
    begin = Line(rf"\begin{{{name}}}", body[0].origin)
    return (begin, *body, Line(rf"\end{{{name}}}", body[-1].origin, True))


def _width(chunk: Chunk, part: str, look: Look) -> int | None:
    """The columns lines are broken at; None where the author wants them unbroken."""
    wrap = chunk.options.given.get("wrap", True)
    wanted = {"code": {"code"}, "output": {"output", "results"}}[part]
    # The margins of a list's item are as wide as six characters of code; a quotation has two.
    inner = 2 * chunk.prefix.count(">") + lists_around(chunk)
    columns = max(look.columns - 6 * inner, 20)
    return columns if wrap is True or wrap in wanted else None


def _visible(chunk: Chunk, result: ChunkResult) -> list[Shown]:
    """What of a chunk's output its options let be seen."""
    options = chunk.options
    return [
        item
        for item in shown(result.outputs)
        if (options.display_stream or item.kind not in ("text", "stderr") or item.is_value)
        and (options.warning or item.kind != "stderr")
        and (options.display_data or not item.is_value or item.kind == "figure")
        and (options.echo or item.kind != "source")
    ]


class Markdown(Struct, frozen=True):
    """Markdown from a line of the `.pmd`. `still`: all its lines are from that one line, and
    `prefix` stands before each."""

    text: str
    line: int
    still: bool = False
    prefix: str = ""


class WovenText(Struct, frozen=True):
    """The text, the `.pmd` line of each of its lines, and what its places stand for."""

    text: str
    origins: tuple[int, ...]
    places: tuple[ReadyLatex, ...]


def prose_parts(prose: Prose, result: InlineResult | None) -> Iterator[Markdown]:
    """A prose block with the results of its inline code in their places: what has none, as in a
    document that is only checked, is a letter where a formula begins or ends with it."""
    if isinstance(prose, FrontCode):  # its texts stand in front
        return
    texts = result.texts if result else ()
    position, line = 0, prose.span.line
    for number, inline in enumerate(prose.inlines):
        yield Markdown(prose.text[position : inline.start], line)
        before = prose.text.endswith("$", 0, inline.start)
        in_formula = before or prose.text.startswith("$", inline.end)
        shown = texts[number] if number < len(texts) else "x" * in_formula
        yield Markdown(shown, inline.span.line, still=True)
        line += prose.text.count("\n", position, inline.end)
        position = inline.end
    yield Markdown(prose.text[position:], line)


def join(parts: Sequence[Markdown | ReadyLatex]) -> WovenText:
    """All the parts as one text, so that notes and blocks may span the chunks between them."""
    texts: list[str] = []
    origins = [0]  # of the lines begun, the last of which may still be empty
    places: list[ReadyLatex] = []
    ended = True  # nothing stands in the last line
    for part in parts:
        if isinstance(part, ReadyLatex):
            if not ended:
                texts.append("\n")
                origins.append(origins[-1])
            texts.append(f"{part.prefix}{place(len(places))}\n")
            places.append(part)
            origins[-1] = part.lines[0].origin if part.lines else origins[-1]
            origins.append(origins[-1])
            ended = True
        elif part.text:
            if ended:
                origins[-1] = part.line
            count = part.text.count("\n")
            origins += [part.line + (0 if part.still else i + 1) for i in range(count)]
            texts.append(_prefixed(typed(part.text), part.prefix))
            ended = part.text.endswith("\n")
    if ended and len(origins) > 1:
        origins.pop()  # no line begins after the last one
    return WovenText("".join(texts), tuple(origins), tuple(places))


def _prefixed(text: str, prefix: str) -> str:
    """The text with the prefix before each of its lines; of a quotation, before empty ones, too."""
    *lines, last = text.split("\n")
    whole = (f"{prefix}{line}" if line else prefix.rstrip() for line in lines)
    return "\n".join([*whole, f"{prefix}{last}" if last else ""])
