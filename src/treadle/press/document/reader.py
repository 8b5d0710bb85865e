"""Read a `.pmd` file: text to Document, with every problem at its line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from treadle.press.document.front_matter import read_front_matter, with_author
from treadle.press.document.front_matter_keys import read_settings
from treadle.press.document.model import Chunk, Document, FrontMatter, Inline, Prose
from treadle.press.document.read_options import parse_options
from treadle.press.document.text import load, normalise, split_lines
from treadle.problem import Problem, Span, error, warning


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
        *_chunk_lookalikes(document),
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


# Prose and fenced chunks, told apart as Pweave's markdown reader does.

# The opening fence stands at the start of its line; the brace is optional, and so is its end.
_OPENING = re.compile(r"(?P<fence>`{3,}|~{3,})(?:\{\.|\{|)python(?P<rest>.*)", re.DOTALL)
_CLOSING = re.compile(r"\s*(?P<fence>`{3,}|~{3,})\s*")


def is_chunk_fence(text: str) -> bool:
    """Whether a line of prose with this text would open a chunk."""
    return _OPENING.match(text) is not None


def read_blocks(
    text: str, file: str, first: int = 1
) -> Iterator[tuple[Prose | Chunk, tuple[Problem, ...]]]:
    """The prose and the chunks of `text` from line `first` on, each with what is wrong with it."""
    lines = split_lines(text)
    start = first - 1
    number = 0
    for position, line in enumerate(lines):
        opening = _OPENING.match(line) if position >= start else None
        if opening is None:
            continue
        if position > start:
            yield _prose(lines, start, position, file)
        number += 1
        chunk, problems = _chunk(number, opening, lines, position, file)
        yield chunk, problems
        start = chunk.span.end_line
    if start < len(lines):
        yield _prose(lines, start, len(lines), file)


def _prose(
    lines: Sequence[str], start: int, end: int, file: str
) -> tuple[Prose, tuple[Problem, ...]]:
    text = "".join(f"{line}\n" for line in lines[start:end])
    span = Span(file, start + 1, end)
    return Prose(text, span, find_inlines(text, span)), _unclosed_inline(text, span)


def _chunk(
    number: int, opening: re.Match[str], lines: Sequence[str], start: int, file: str
) -> tuple[Chunk, tuple[Problem, ...]]:
    """The chunk whose `opening` fence is lines[start]; with no closing one it has all the rest."""
    end, almost = len(lines), 0
    for position in range(start + 1, len(lines)):
        closing = _CLOSING.fullmatch(lines[position])
        if closing and closing["fence"].startswith(opening["fence"]):
            end = position
            break
        if closing:
            almost = almost or position + 1
    closed = end < len(lines)
    fence = Span.at(file, start + 1)
    options, problems = parse_options(opening["rest"], fence)
    if not closed:
        hint = "close it with a fence at least as long, of the same character"
        if almost:
            hint = f"the fence on line {almost} is shorter or of the other character"
        problems += (error(fence, "this chunk's fence is never closed", hint),)
    code = "".join(f"{line}\n" for line in lines[start + 1 : end]).rstrip()
    span = Span(file, start + 1, end + closed)
    return Chunk(number, code, options, span, start + 2, closed), problems


# Inline code in prose: `<%= expression %>` and `<% statement %>`.

_INLINE = re.compile(r"<%(?P<shows>=?)(?P<code>.*?)%>", re.DOTALL)


def find_inlines(text: str, span: Span) -> tuple[Inline, ...]:
    """The inline code of `text`, which begins on `span.line` of `span.file`, in order.

    An inline's own span begins at its first line of code.
    """
    return tuple(_inline(text, match, span) for match in _INLINE.finditer(text))


def _unclosed_inline(text: str, span: Span) -> tuple[Problem, ...]:
    """A warning if a `<%=` is left open: it stays in the text as it is."""
    rest = _INLINE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    before, opened, _ = rest.partition("<%=")
    if not opened:
        return ()
    place = Span.at(span.file, span.line + before.count("\n"))
    return (warning(place, "`<%=` is not closed by `%>`", "it is printed as it stands"),)


def _inline(text: str, match: re.Match[str], span: Span) -> Inline:
    raw = match["code"]
    leading = len(raw) - len(raw.lstrip())
    first = span.line + text.count("\n", 0, match.start("code") + leading)
    last = span.line + text.count("\n", 0, match.end())
    # Code that begins on a line of its own may be indented as a whole.
    code = textwrap.dedent(raw) if "\n" in raw[:leading] else raw
    lines = Span(span.file, min(first, last), last)
    return Inline(code.strip(), bool(match["shows"]), lines, match.start(), match.end())


# Fences in prose that look like a chunk's and are none, so that their code is not run.

# CommonMark: what follows back-ticks on an opening fence holds no back-tick.
_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
# `{.python}` after a blank is pandoc's way to have code highlighted, and so is a bare word.
_PLAIN = re.compile(r"\s+\{\.")
_LIKE_A_CHUNK = re.compile(r"\s*(?:\{\s*py(?:thon)?\b|\{\.?python\b|python\b.*=)", re.IGNORECASE)
_WORD = re.compile(r"\s*\{\s*(?P<word>[A-Za-z]+)[\s,}]")
_MISSPELT = 0.8  # of difflib's ratio to `python`
_OTHERS = {"cython", "ipython", "jython", "rpython", "xpython"}  # are not misspelt
_LIST_ITEM = re.compile(r"[ \t]*(?:[-+*:]|\d+[.)])[ \t]")


def _chunk_lookalikes(document: Document) -> Iterator[Problem]:
    """A warning for each fence in prose that was probably meant to open a chunk.

    Fences within a fenced or an indented block of code are its text.
    """
    message = "this looks like a chunk and is not read as one: its code is not run"
    hint = "write ```{python at the start of the line, in lower case"
    above: list[str] = []
    open_fence = ""
    for block in document.blocks:
        if not isinstance(block, Prose):
            continue
        for number, text in enumerate(split_lines(block.text), start=block.span.line):
            if open_fence:
                mark = text.strip()
                if mark.startswith(open_fence) and not mark.strip(mark[0]):
                    open_fence = ""
            elif (fence := _FENCE.fullmatch(text)) and not _is_code(fence["indent"], above):
                open_fence = fence["fence"]
                if _is_like_a_chunk(fence["info"]):
                    yield warning(Span.at(block.span.file, number), message, hint)
            above.append(text)


def _is_code(indent: str, above: Sequence[str]) -> bool:
    """Whether a line so far to the right is code; in an item of a list it is not."""
    if len(indent.expandtabs(4)) < 4:
        return False
    outer = (line for line in reversed(above) if line.strip() and not line.startswith(indent))
    return _LIST_ITEM.match(next(outer, "")) is None


def _is_like_a_chunk(info: str) -> bool:
    if _PLAIN.match(info):
        return False
    if _LIKE_A_CHUNK.match(info):
        return True
    found = _WORD.match(info)
    word = found["word"].lower() if found else ""
    similar = SequenceMatcher(None, word, "python").ratio() >= _MISSPELT
    return similar and word not in _OTHERS
