"""Fences in prose that look like a chunk's and are none, so that their code is not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from msgspec import Struct

from treadle.press.document.model import Document, Prose
from treadle.problem import Problem, Span, error, warning

# The text of a file: UTF-8, with every line ended by a newline character alone.


def load(path: Path) -> tuple[str, tuple[Problem, ...]]:
    """The text of the file, or the reason why there is none."""
    start = Span.at(str(path), 1)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return "", (error(start, "there is no such file"),)
    except IsADirectoryError:
        return "", (error(start, "this is a folder, not a document"),)
    except OSError as failure:
        return "", (error(start, f"can't read the file: {failure.strerror}"),)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as failure:
        line = normalise(data[: failure.start].decode("utf-8")).count("\n") + 1
        message = f"byte 0x{data[failure.start]:02x} is not UTF-8"
        return "", (error(Span.at(str(path), line), message, "save the file as UTF-8"),)


def is_file(path: Path) -> bool:
    """Whether a file is there; not if the system won't tell (a name that is too long)."""
    try:
        return path.is_file()
    except OSError:
        return False


def normalise(text: str) -> str:
    r"""`text` without a byte-order mark, its lines ended by `\n` whatever ended them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


# Cut a text into prose and fenced chunks, as Pweave's markdown reader does.

# The opening fence stands at the start of its line; the brace is optional, and so is its end.
_OPENING = re.compile(r"(?P<fence>`{3,}|~{3,})(?:\{\.|\{|)python(?P<rest>.*)", re.DOTALL)
_CLOSING = re.compile(r"\s*(?P<fence>`{3,}|~{3,})\s*")


class RawProse(Struct, frozen=True):
    """Text outside chunks; `line` is the line of its first character."""

    text: str
    line: int


class RawChunk(Struct, frozen=True):
    """A chunk before its options are read. `options` is what follows the word `python`."""

    options: str
    code: str
    line: int  # of the opening fence
    end_line: int  # of the closing fence, or the last of the file
    closed: bool
    near_miss: int | None  # the first line that looks like a closing fence and is not


def split_lines(text: str) -> list[str]:
    r"""The lines of `text` as an editor counts them: `\n` alone ends a line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def is_chunk_fence(text: str) -> bool:
    """Whether a line of prose with this text would open a chunk."""
    return _OPENING.match(text) is not None


def cut(text: str, line: int = 1) -> Iterator[RawProse | RawChunk]:
    """The prose and the chunks of `text`, whose first line has the number `line`, in order."""
    lines = split_lines(text)
    start = position = 0
    while position < len(lines):
        opening = _OPENING.match(lines[position])
        if opening is None:
            position += 1
            continue
        if position > start:
            yield _prose(lines, start, position, line)
        chunk = _chunk(lines, position, opening, line)
        yield chunk
        start = position = chunk.end_line - line + 1
    if start < len(lines):
        yield _prose(lines, start, len(lines), line)


def _prose(lines: list[str], start: int, end: int, line: int) -> RawProse:
    return RawProse("".join(f"{text}\n" for text in lines[start:end]), start + line)


def _chunk(lines: list[str], start: int, opening: re.Match[str], line: int) -> RawChunk:
    near_miss = None
    end = len(lines)
    for position in range(start + 1, len(lines)):
        closing = _CLOSING.fullmatch(lines[position])
        if closing is None:
            continue
        if closing["fence"].startswith(opening["fence"]):
            end = position
            break
        near_miss = near_miss or position + line
    closed = end < len(lines)
    return RawChunk(
        options=opening["rest"],
        code="".join(f"{text}\n" for text in lines[start + 1 : end]).rstrip(),
        line=start + line,
        end_line=end + line if closed else end + line - 1,
        closed=closed,
        near_miss=None if closed else near_miss,
    )


# Fences in prose that look like a chunk's and are none, so that their code is not run.

# CommonMark: what follows back-ticks on an opening fence holds no back-tick.
_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
# `{.python}` after a blank is pandoc's way to have code highlighted, and so is a bare word.
_LIKE_A_CHUNK = re.compile(r"\s*(?:\{\s*py(?:thon)?\b|\{\.?python\b|python\b.*=)", re.IGNORECASE)
_WORD = re.compile(r"\s*\{\s*(?P<word>[A-Za-z]+)[\s,}]")
_MISSPELT = 0.8  # of difflib's ratio to `python`
OTHERS = {"cython", "ipython", "jython", "rpython", "xpython"}  # are not misspelt
_PLAIN = re.compile(r"\s+\{\.")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-+*:]|\d+[.)])[ \t]")


class _Reading(Struct):
    """The lines of prose so far, and the fence of the block that is open."""

    above: list[str]
    open_fence: str = ""


def chunk_lookalikes(document: Document) -> tuple[Problem, ...]:
    """A warning for each fence in prose that was probably meant to open a chunk.

    Fences within a fenced or an indented block of code are its text.
    """
    reading = _Reading([])
    found = []
    for block in document.blocks:
        if not isinstance(block, Prose):
            continue
        for number, text in enumerate(split_lines(block.text), start=block.span.line):
            if _opens_lookalike(text, reading):
                found.append(_warning(Span.at(block.span.file, number)))
            reading.above.append(text)
    return tuple(found)


def _opens_lookalike(text: str, reading: _Reading) -> bool:
    """Whether `text` is such a fence; keeps track of the block that is open."""
    if reading.open_fence:
        mark = text.strip()
        if mark.startswith(reading.open_fence) and not mark.strip(mark[0]):
            reading.open_fence = ""
        return False
    fence = _FENCE.fullmatch(text)
    if fence is None or _is_indented_code(fence["indent"], reading.above):
        return False
    reading.open_fence = fence["fence"]
    info = fence["info"]
    return not _PLAIN.match(info) and (bool(_LIKE_A_CHUNK.match(info)) or _is_misspelt(info))


def _is_misspelt(info: str) -> bool:
    found = _WORD.match(info)
    if found is None or found["word"].lower() in OTHERS:
        return False
    return SequenceMatcher(None, found["word"].lower(), "python").ratio() >= _MISSPELT


def _is_indented_code(indent: str, above: list[str]) -> bool:
    """Whether a line so far to the right is code; in an item of a list it is not."""
    if len(indent.expandtabs(4)) < 4:
        return False
    outer = (line for line in reversed(above) if line.strip() and not line.startswith(indent))
    return _LIST_ITEM.match(next(outer, "")) is None


def _warning(span: Span) -> Problem:
    message = "this looks like a chunk and is not read as one: its code is not run"
    return warning(span, message, "write ```{python at the start of the line, in lower case")
