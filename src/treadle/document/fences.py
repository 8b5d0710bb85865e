"""Cut a text into prose and fenced chunks, as Pweave's markdown reader does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

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
