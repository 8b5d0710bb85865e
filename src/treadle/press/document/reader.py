"""Read a `.pmd` file: text to Document, with every problem at its line."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from treadle.press.document.fences import (
    RawChunk,
    RawProse,
    chunk_lookalikes,
    cut,
    load,
    normalise,
    split_lines,
)
from treadle.press.document.front_matter import FrontRead, read_front_matter, with_author
from treadle.press.document.model import Chunk, Document, FrontMatter, Inline, Prose
from treadle.press.document.names import duplicate_names
from treadle.press.document.options import parse_options
from treadle.press.document.settings import read_settings
from treadle.problem import Problem, Span, error, warning

# Inline code in prose: `<%= expression %>` and `<% statement %>`.

_INLINE = re.compile(r"<%(?P<shows>=?)(?P<code>.*?)%>", re.DOTALL)


def find_inlines(text: str, span: Span) -> tuple[Inline, ...]:
    """The inline code of `text`, which begins on `span.line` of `span.file`, in order.

    An inline's own span begins at its first line of code.
    """
    return tuple(_inline(text, match, span) for match in _INLINE.finditer(text))


def unclosed_inlines(text: str, span: Span) -> tuple[Problem, ...]:
    """A warning if a `<%=` is left open: it stays in the text as it is."""
    rest = _INLINE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    position = rest.find("<%=")
    if position < 0:
        return ()
    place = Span.at(span.file, span.line + text.count("\n", 0, position))
    return (warning(place, "`<%=` is not closed by `%>`", "it is printed as it stands"),)


def _inline(text: str, match: re.Match[str], span: Span) -> Inline:
    raw = match["code"]
    leading = len(raw) - len(raw.lstrip())
    first = span.line + text.count("\n", 0, match.start("code") + leading)
    last = span.line + text.count("\n", 0, match.end())
    # Code that begins on a line of its own may be indented as a whole.
    code = textwrap.dedent(raw) if "\n" in raw[:leading] else raw
    return Inline(
        code=code.strip(),
        shows=bool(match["shows"]),
        span=Span(span.file, min(first, last), last),
        start=match.start(),
        end=match.end(),
    )


# Read a `.pmd` file: text to Document, with every problem at its line.


def read_document(path: Path, text: str | None = None) -> tuple[Document, tuple[Problem, ...]]:
    """The document at `path`, or made of `text` as if it stood there, and what is wrong with it.

    Diagnostics name the file as `path` does and come in the order of their lines.
    """
    if text is None:
        text, failures = load(path)
        if failures:
            return Document(path, FrontMatter(), ()), failures
    text = normalise(text)
    if not text.strip():
        empty = error(Span.at(str(path), 1), "the document is empty")
        return Document(path, FrontMatter(), ()), (empty,)
    return _read(path, text)


def _read(path: Path, text: str) -> tuple[Document, tuple[Problem, ...]]:
    front = read_front_matter(text, str(path))
    blocks, problems = _read_blocks(_body(text, front), front.body_line, str(path))
    whole, author_problems = with_author(front.front, path)
    document = Document(path, whole, blocks)
    _, settings_problems = read_settings(document)
    found = [
        *front.diagnostics,
        *author_problems,
        *settings_problems,
        *problems,
        *duplicate_names(document.chunks),
        *chunk_lookalikes(document),
    ]
    return document, tuple(sorted(found, key=lambda item: item.span.line))


def _body(text: str, front: FrontRead) -> str:
    return "".join(f"{line}\n" for line in split_lines(text)[front.body_line - 1 :])


def _read_blocks(
    body: str, line: int, file: str
) -> tuple[tuple[Prose | Chunk, ...], list[Problem]]:
    blocks: list[Prose | Chunk] = []
    problems: list[Problem] = []
    number = 0
    for raw in cut(body, line):
        if isinstance(raw, RawProse):
            span = Span(file, raw.line, raw.line + raw.text.count("\n") - 1)
            blocks.append(Prose(raw.text, span, find_inlines(raw.text, span)))
            problems += unclosed_inlines(raw.text, span)
            continue
        number += 1
        chunk, found = _read_chunk(raw, number, file)
        problems += found
        # Pweave drops an empty chunk, but counts it.
        if chunk.code or chunk.options.source is not None:
            blocks.append(chunk)
    return tuple(blocks), problems


def _read_chunk(raw: RawChunk, number: int, file: str) -> tuple[Chunk, list[Problem]]:
    options, found = parse_options(raw.options, Span.at(file, raw.line))
    problems = list(found)
    if not raw.closed:
        problems.append(_unclosed(raw, file))
    span = Span(file, raw.line, raw.end_line)
    return Chunk(number, raw.code, options, span, raw.line + 1, raw.closed), problems


def _unclosed(raw: RawChunk, file: str) -> Problem:
    hint = "close it with a fence at least as long, of the same character"
    if raw.near_miss is not None:
        hint = f"the fence on line {raw.near_miss} is shorter or of the other character"
    return error(Span.at(file, raw.line), "this chunk's fence is never closed", hint)
