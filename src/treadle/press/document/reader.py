"""Read a `.pmd` file: text to Document, with every problem at its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from treadle.press.document.fences import OPENING, Fence, fences
from treadle.press.document.front_matter import read_front_matter, with_author
from treadle.press.document.front_matter_keys import read_settings
from treadle.press.document.inline_code import find_inlines, unclosed_inlines
from treadle.press.document.lookalikes import lookalikes, shows_all
from treadle.press.document.model import Chunk, Document, FrontMatter, Prose
from treadle.press.document.read_options import parse_options
from treadle.press.document.text import load, normalise, split_lines
from treadle.problem import Problem, Span, error


def read_document(path: Path, text: str | None = None) -> tuple[Document, tuple[Problem, ...]]:
    """The document at `path`, or made of `text` as if it stood there, and what is wrong with it.

    Problems name the file as `path` does and come in the order of their lines.
    """
    if text is None:
        text, failures = load(path)
        if failures:
            return Document(path, FrontMatter(), ()), failures
    text = normalise(text)
    if not text.strip():
        document = Document(path, FrontMatter(), ())
        return document, (error(document.at(1), "the document is empty"),)
    return _read(path, text)


def _read(path: Path, text: str) -> tuple[Document, tuple[Problem, ...]]:
    top, top_problems = read_front_matter(text, str(path))
    front, author_problems = with_author(top, path)
    blocks = tuple(read_blocks(text, str(path), top.text.count("\n") + 1))
    # Pweave drops an empty chunk, but counts it.
    document = Document(path, front, tuple(block for block, _ in blocks if not _is_empty(block)))
    _, settings_problems = read_settings(document)
    found = [
        *top_problems,
        *author_problems,
        *settings_problems,
        *(problem for _, problems in blocks for problem in problems),
        *_duplicate_names(document.chunks),
    ]
    return document, tuple(sorted(found, key=lambda item: item.span.line))


def _is_empty(block: Prose | Chunk) -> bool:
    return isinstance(block, Chunk) and not block.code and block.options.source is None


def _duplicate_names(chunks: Iterable[Chunk]) -> Iterator[Problem]:
    first: dict[str, Chunk] = {}
    for chunk in chunks:
        name = chunk.options.name
        if name and name in first:
            message = f"the chunk on line {first[name].span.line} is named `{name}` already"
            yield error(chunk.span, message, "give one of them another name")
        elif name:
            first[name] = chunk


# Prose and fenced chunks.

_Read = tuple[Prose | Chunk, tuple[Problem, ...]]


def read_blocks(text: str, file: str, first: int = 1) -> Iterator[_Read]:
    """The prose and the chunks of `text` from line `first` on, each with what is wrong with it."""
    lines = split_lines(text)
    start, number = first - 1, 0
    others: list[Fence] = []
    for fence in fences("\n".join(lines[start:])):
        at = replace(fence, first=fence.first + first - 1, end=fence.end + first - 1)
        if not fence.is_chunk:
            others.append(at)
            continue
        if at.first > start:
            yield _prose(lines, start, at.first, file, others)
        number += 1
        yield _chunk(number, at, file)
        start, others = at.end, []
    if start < len(lines):
        yield _prose(lines, start, len(lines), file, others)


def _prose(lines: Sequence[str], start: int, end: int, file: str, others: Sequence[Fence]) -> _Read:
    """Prose, and in it `others`: code that is shown."""
    text = "".join(f"{line}\n" for line in lines[start:end])
    span = Span(file, start + 1, end)
    shown = tuple((at.first - start, at.end - start) for at in others if shows_all(at))
    problems = (*unclosed_inlines(text, span, shown), *lookalikes(others, file))
    return Prose(text, span, find_inlines(text, span, shown)), problems


def _chunk(number: int, at: Fence, file: str) -> _Read:
    """The chunk of a fence; one that nothing closes has all that may be its code."""
    fence = Span.at(file, at.first + 1)
    opening = OPENING.match(at.opening)
    options, problems = parse_options(opening["rest"] if opening else "", fence)
    if not at.closed:
        hint = "close it with a fence at least as long, of the same character"
        if at.almost:
            hint = f"the fence on line {at.almost} is shorter or of the other character"
        problems += (error(fence, "this chunk's fence is never closed", hint),)
    if at.in_note:
        hint = "put it into the text, and what it computes into the note by `<%= %>`"
        problems += (error(fence, "a chunk can't stand in a footnote", hint),)
    code = "\n".join(at.code).rstrip()
    span = Span(file, at.first + 1, at.end)
    return Chunk(number, code, options, span, at.first + 2, at.closed, at.prefix), problems
