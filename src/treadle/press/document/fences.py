"""The text of a file, cut into prose, fenced chunks and inline code."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from treadle.press.document.model import Chunk, Inline, Prose
from treadle.press.document.options import parse_options
from treadle.problem import Problem, Span, error, warning

# The text of a file: UTF-8, with every line ended by a newline character alone.


def load(path: Path) -> tuple[str, tuple[Problem, ...]]:
    """The text of the file, or the reason why there is none."""
    line, hint = 1, ""
    try:
        return path.read_bytes().decode("utf-8"), ()
    except FileNotFoundError:
        message = "there is no such file"
    except IsADirectoryError:
        message = "this is a folder, not a document"
    except OSError as failure:
        message = f"can't read the file: {failure.strerror}"
    except UnicodeDecodeError as failure:
        data, at = failure.object, failure.start
        line = normalise(data[:at].decode("utf-8")).count("\n") + 1
        message, hint = f"byte 0x{data[at]:02x} is not UTF-8", "save the file as UTF-8"
    return "", (error(Span.at(str(path), line), message, hint),)


def is_file(path: Path) -> bool:
    """Whether a file is there; not if the system won't tell (a name that is too long)."""
    try:
        return path.is_file()
    except OSError:
        return False


def normalise(text: str) -> str:
    r"""`text` without a byte-order mark, its lines ended by `\n` whatever ended them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def split_lines(text: str) -> list[str]:
    r"""The lines of `text` as an editor counts them: `\n` alone ends a line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


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
    return Inline(
        code=code.strip(),
        shows=bool(match["shows"]),
        span=Span(span.file, min(first, last), last),
        start=match.start(),
        end=match.end(),
    )
