"""Errors of syntax in the code of chunks and inline code, found without running it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from treadle.press.document.fence import is_chunk_fence
from treadle.press.document.inline_code import find_inlines
from treadle.press.document.model import Chunk, Document, Inline, Prose
from treadle.press.document.notebook_lines import not_python
from treadle.press.document.source_files import SourceFiles
from treadle.problem import Problem, Span, error

LINE = re.compile(r"\b(on|at) line (\d+)")  # of the code, in Python's messages


class _Failure(Struct, frozen=True):
    message: str
    line: int  # of the code, from 1
    column: int = 0


def check_syntax(document: Document) -> tuple[Problem, ...]:
    """An error for each chunk or inline code that Python can't compile. Nothing is run.

    Chunks that are not evaluated, or may raise (`error=True`), are not looked at, nor is one whose
    fence is never closed: prose may be in its code. Chunks with
    `complete=False` are compiled together with the next complete one, as they are run.
    """
    found: list[Problem] = []
    for block in document.blocks:
        inlines = block.inlines if isinstance(block, Prose) else _option_inlines(block)
        found += _check_inlines(inlines)
    for chunks in _run_together(chunk for chunk in document.chunks if chunk.closed):
        found += _check_code(chunks, document.files)
    found += _check_late_futures(document.chunks)
    return tuple(sorted(found, key=lambda item: item.span.line))


def parsed(code: str) -> ast.Module:
    """The tree of `code`, without the warnings of its syntax; an empty one if there is none."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _compile(code: str) -> _Failure | None:
    """What keeps `code` from being compiled."""
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(code, "<chunk>", "exec", dont_inherit=True)
    except SyntaxError as failure:
        message = f"{type(failure).__name__}: {failure.msg}"
        return _Failure(message, max(failure.lineno or 1, 1), max(failure.offset or 0, 0))
    except (ValueError, RecursionError, MemoryError, OverflowError) as failure:
        return _Failure(f"can't compile this: {failure}", 1)
    return None


def _option_inlines(chunk: Chunk) -> Iterator[Inline]:
    fence = chunk.fence
    for text in chunk.options.texts:
        for inline in find_inlines(text, fence):
            yield Inline(inline.code, inline.shows, fence, inline.start, inline.end)


def _check_inlines(inlines: Iterable[Inline]) -> Iterator[Problem]:
    for inline in inlines:
        failure = _compile(inline.code)
        if failure is not None:
            line = min(inline.span.line + failure.line - 1, inline.span.end_line)
            message = f"{failure.message} in inline code `{inline.code}`"
            at = Span.at(inline.span.file, line)
            yield not_python(inline.code.strip(), at) or error(at, message)
        elif inline.shows and not _is_expression(inline.code):
            message = f"`<%= %>` takes one expression, not `{inline.code}`"
            yield error(inline.span, message, "statements go between `<%` and `%>`")


def _is_expression(code: str) -> bool:
    """Whether `code`, which compiles, is one expression; a semicolon may follow it."""
    body = parsed(code).body
    return len(body) == 1 and isinstance(body[0], ast.Expr)


def _run_together(chunks: Iterable[Chunk]) -> Iterator[Sequence[Chunk]]:
    """What is compiled as one: a test, a chunk, or incomplete ones and the complete one after."""
    pending: list[Chunk] = []
    for chunk in chunks:
        options = chunk.options
        if options.test:
            yield [chunk]
            continue
        pending.append(chunk)
        if options.complete:
            if options.evaluate and not options.error:
                yield pending
            pending = []


def _check_code(chunks: Sequence[Chunk], files: SourceFiles) -> Iterator[Problem]:
    failure = _compile("\n".join(chunk.code for chunk in chunks))
    if failure is None:
        return
    swallowed = (_swallowed_fence(chunk, files) for chunk in chunks)
    if unclosed := next(filter(None, swallowed), None):
        yield unclosed
        return
    lines = [line for chunk in chunks for line in _code_lines(chunk)]
    prefixes = [len(chunk.prefix) for chunk in chunks for _ in _code_lines(chunk)]

    def there(found: re.Match[str]) -> str:
        return f"{found[1]} {files.in_words(_at(lines, int(found[2])))}"

    message = LINE.sub(there, failure.message)
    column = failure.column and failure.column + _at(prefixes, failure.line)
    span = Span.at(chunks[0].span.file, _at(lines, failure.line), column)
    text = "\n".join(chunk.code for chunk in chunks).split("\n")
    line = text[min(failure.line, len(text)) - 1]
    yield not_python(line, span) or error(span, message)


def _code_lines(chunk: Chunk) -> range:
    return range(chunk.code_line, chunk.code_line + chunk.code.count("\n") + 1)


def _at(lines: Sequence[int], number: int) -> int:
    return lines[min(max(number, 1), len(lines)) - 1]


def _swallowed_fence(chunk: Chunk, files: SourceFiles) -> Problem | None:
    """A forgotten closing fence: the next chunk's opening fence is a line of this one's code."""
    texts = zip(_code_lines(chunk), chunk.code.split("\n"), strict=True)
    inner = next((line for line, text in texts if is_chunk_fence(text)), None)
    if inner is None:
        return None
    message = f"this chunk's fence is not closed before the chunk on {files.in_words(inner)}"
    return error(chunk.fence, message, "end the chunk with a closing fence")


def _check_late_futures(chunks: Iterable[Chunk]) -> Iterator[Problem]:
    """A module has its `from __future__` imports in its first chunk, or none."""
    begun: set[tuple[str | None, bool]] = set()
    for chunk in chunks:
        options = chunk.options
        if not (options.test or (options.module and options.evaluate)):
            continue
        module = (options.module, options.test)
        if (module in begun or options.main) and (line := _future_line(chunk.code)) is not None:
            span = Span.at(chunk.span.file, chunk.code_line + line - 1)
            yield error(span, "`from __future__` must stand in the first chunk of its module")
        begun.add(module)


def _future_line(code: str) -> int | None:
    for node in parsed(code).body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return node.lineno
    return None
