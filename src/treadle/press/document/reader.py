"""Read a `.pmd` file: text to Document, with every problem at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from treadle.press.document.fences import load, normalise, read_blocks, split_lines
from treadle.press.document.front_matter import read_front_matter, with_author
from treadle.press.document.model import Chunk, Document, FrontMatter, Prose
from treadle.press.document.settings import read_settings
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
        empty = error(Span.at(str(path), 1), "the document is empty")
        return Document(path, FrontMatter(), ()), (empty,)
    return _read(path, text)


def _read(path: Path, text: str) -> tuple[Document, tuple[Problem, ...]]:
    top = read_front_matter(text, str(path))
    front, author_problems = with_author(top.front, path)
    blocks = tuple(read_blocks(text, str(path), top.body_line))
    # Pweave drops an empty chunk, but counts it.
    document = Document(path, front, tuple(block for block, _ in blocks if not _is_empty(block)))
    _, settings_problems = read_settings(document)
    found = [
        *top.problems,
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
                open_fence = "" if _closes(text.strip(), open_fence) else open_fence
            elif (fence := _FENCE.fullmatch(text)) and not _is_code(fence["indent"], above):
                open_fence = fence["fence"]
                if _is_like_a_chunk(fence["info"]):
                    yield warning(Span.at(block.span.file, number), message, hint)
            above.append(text)


def _closes(mark: str, fence: str) -> bool:
    return mark.startswith(fence) and not mark.strip(mark[0])


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
