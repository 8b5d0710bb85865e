"""Errors of syntax in chunks and inline code, found before anything runs."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

from msgspec import Struct

from treadle.press.document.fences import is_chunk_fence
from treadle.press.document.model import Chunk, Document, Inline, Prose
from treadle.press.document.reader import find_inlines
from treadle.problem import Problem, Span, error

LINE = re.compile(r"\b((?:on|at) line )(\d+)")  # of the code, in Python's messages


class _Failure(Struct, frozen=True):
    """What is wrong, and on which line (from 1) of the code."""

    message: str
    line: int
    column: int = 0


class _Unit(Struct, frozen=True):
    """Code that is run at once, and the document's line of each of its lines."""

    code: str
    lines: tuple[int, ...]
    fences: tuple[int, ...]  # the lines of the chunks' opening fences
    file: str


def check_syntax(document: Document) -> tuple[Problem, ...]:
    """An error for each chunk or inline code that Python can't compile. Nothing is run.

    Chunks that are not evaluated, or may raise (`error=True`), are not looked at, nor is one whose
    fence is never closed: prose may be in its code. Chunks with
    `complete=False` are compiled together with the next complete one, as they are run.
    """
    found: list[Problem] = []
    for block in document.blocks:
        if isinstance(block, Prose):
            found += _check_inlines(block.inlines)
        else:
            found += _check_inlines(_option_inlines(block))
    closed = tuple(chunk for chunk in document.chunks if chunk.closed)
    units = [*_units(closed), *_tests(closed)]
    found += [item for unit in units for item in _check_unit(unit)]
    found += _check_late_futures(document.chunks)
    return tuple(sorted(found, key=lambda item: item.span.line))


def _option_inlines(chunk: Chunk) -> Iterator[Inline]:
    for text in (chunk.options.caption, chunk.options.alt):
        for inline in find_inlines(text or "", chunk.span):
            place = Span.at(chunk.span.file, chunk.span.line)
            yield Inline(inline.code, inline.shows, place, inline.start, inline.end)


def _check_inlines(inlines: Iterable[Inline]) -> list[Problem]:
    found = []
    for inline in inlines:
        failure = _compile(inline.code)
        if failure is None and inline.shows and not _is_expression(inline.code):
            message = f"`<%= %>` takes one expression, not `{inline.code}`"
            found.append(error(inline.span, message, "statements go between `<%` and `%>`"))
        if failure is not None:
            line = min(inline.span.line + failure.line - 1, inline.span.end_line)
            message = f"{failure.message} in inline code `{inline.code}`"
            found.append(error(Span.at(inline.span.file, line), message))
    return found


def _is_expression(code: str) -> bool:
    """Whether `code`, which compiles, is one expression; a semicolon may follow it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse(code).body
    return len(body) == 1 and isinstance(body[0], ast.Expr)


def _units(chunks: Iterable[Chunk]) -> Iterator[_Unit]:
    """What is run at once: a chunk, or incomplete ones and the complete one after them."""
    pending: list[Chunk] = []
    for chunk in chunks:
        if chunk.options.test:
            continue
        pending.append(chunk)
        if not chunk.options.complete:
            continue
        if chunk.options.evaluate and not chunk.options.error:
            yield _unit(pending)
        pending = []


def _tests(chunks: Iterable[Chunk]) -> Iterator[_Unit]:
    return (_unit([chunk]) for chunk in chunks if chunk.options.test)


def _unit(chunks: list[Chunk]) -> _Unit:
    lines = tuple(
        chunk.code_line + offset for chunk in chunks for offset in range(chunk.code.count("\n") + 1)
    )
    fences = tuple(chunk.span.line for chunk in chunks)
    return _Unit("\n".join(chunk.code for chunk in chunks), lines, fences, chunks[0].span.file)


def _check_unit(unit: _Unit) -> list[Problem]:
    failure = _compile(unit.code)
    if failure is None:
        return []
    if unclosed := _swallowed_fence(unit):
        return [unclosed]
    line = _line_of(failure.line, unit)
    message = LINE.sub(lambda found: f"{found[1]}{_line_of(int(found[2]), unit)}", failure.message)
    return [error(Span.at(unit.file, line, failure.column), message)]


def _line_of(number: int, unit: _Unit) -> int:
    return unit.lines[min(max(number, 1), len(unit.lines)) - 1]


def _swallowed_fence(unit: _Unit) -> Problem | None:
    """A forgotten closing fence: the next chunk's opening fence is a line of this one's code."""
    texts = zip(unit.lines, unit.code.split("\n"), strict=True)
    inner = next((line for line, text in texts if is_chunk_fence(text)), None)
    if inner is None:
        return None
    outer = max(fence for fence in unit.fences if fence < inner)
    message = f"this chunk's fence is not closed before the chunk on line {inner}"
    return error(Span.at(unit.file, outer), message, "end the chunk with a closing fence")


def _compile(code: str) -> _Failure | None:
    """What keeps `code` from being compiled."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "<chunk>", "exec", dont_inherit=True)
    except SyntaxError as failure:
        message = f"{type(failure).__name__}: {failure.msg}"
        return _Failure(message, max(failure.lineno or 1, 1), max(failure.offset or 0, 0))
    except (ValueError, RecursionError, MemoryError, OverflowError) as failure:
        return _Failure(f"can't compile this: {failure}", 1)
    return None


def _check_late_futures(chunks: tuple[Chunk, ...]) -> list[Problem]:
    """A module has its `from __future__` imports in its first chunk, or none."""
    found = []
    begun: set[tuple[str | None, bool]] = set()
    for chunk in chunks:
        options = chunk.options
        key = (options.module, options.test)
        if not (options.test or (options.module and options.evaluate)):
            continue
        if (key in begun or options.main) and (line := _future_line(chunk.code)) is not None:
            span = Span.at(chunk.span.file, chunk.code_line + line - 1)
            message = "`from __future__` must stand in the first chunk of its module"
            found.append(error(span, message))
        begun.add(key)
    return found


def _future_line(code: str) -> int | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    futures = (
        node.lineno
        for node in body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    )
    return next(futures, None)
