"""Where the fences of a Markdown text are: chunks, and other code.

A chunk's fence stands at the start of a line, as in Pweave, or at the start of what an item of a
list, a quotation or a definition holds; in an environment of LaTeX, anywhere. What stands in
another fence, or in a verbatim environment of LaTeX, is shown as it is.

Fences at the start of a line are told by their lines, as nothing that comes before changes what
they are. Only where there are others is the parser asked (whose import takes 27 ms, and it 40 ms
for 1,000 chunks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from treadle.press.latex.fragment import VERBATIM

# The brace is optional, and so is its end.
OPENING = re.compile(r"(?P<fence>`{3,}|~{3,})(?:\{\.|\{|)python(?P<rest>.*)", re.DOTALL)
CLOSING = re.compile(r"\s*(?P<fence>`{3,}|~{3,})\s*")
# Another fence at the start of a line: what follows backticks holds none.
OTHER = re.compile(r"(?P<fence>`{3,}|~{3,})(?:(?<=~).*|[^`]*)")
OTHER_CLOSING = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[ \t]*")
MAY_OPEN = re.compile(rf"`{{3}}|~{{3}}|{VERBATIM.pattern}", VERBATIM.flags)
SHOWING = 4  # characters of a fence that shows inline code, too: a shorter one is Pweave's


class Fence(Struct, frozen=True):
    """A fenced block on the lines from `first` to before `end`, counted from 0."""

    first: int
    end: int
    prefix: str  # what stands before it on its first line: blanks, marks of lists and quotations
    opening: str  # the rest of that line
    options: str  # of a chunk
    code: tuple[str, ...]
    closed: bool
    is_chunk: bool
    in_note: bool = False
    almost: int = 0  # the number, from 1, of a line that nearly closes it


def shows_all(at: Fence) -> bool:
    """Whether what stands in a fence is shown as it is, inline code as well: in a long one, and in
    a verbatim environment."""
    return not at.opening.startswith(("`", "~")) or at.opening.startswith(
        ("`" * SHOWING, "~" * SHOWING)
    )


def is_chunk_fence(text: str) -> bool:
    """Whether a line of prose with this text would open a chunk."""
    return OPENING.match(text) is not None


def fences(text: str) -> Iterator[Fence]:
    """The fenced blocks of a text, in order; a verbatim environment is one that opens nothing."""
    lines = text.split("\n")
    found = _at_the_margin(lines)
    if found is not None:
        yield from found
        return
    from treadle.press.document.nested_fences import nested_fences

    yield from nested_fences(text)


def _at_the_margin(lines: Sequence[str]) -> list[Fence] | None:
    """The fenced blocks, where each begins at the start of a line and is closed; None if there
    may be others."""
    found: list[Fence] = []
    end = 0
    for number, line in enumerate(lines):
        if number < end or not MAY_OPEN.search(line):
            continue
        fence = _at_its_line(lines, number)
        if fence is None:
            return None
        found.append(fence)
        end = fence.end
    return found


def _at_its_line(lines: Sequence[str], first: int) -> Fence | None:
    """The fenced block that line `first` opens and another one closes; None: it may be no such."""
    line = lines[first]
    chunk = OPENING.match(line)
    other = None if chunk else OTHER.fullmatch(line)
    opening = chunk or other
    if opening is None:
        return None
    closing = CLOSING if chunk else OTHER_CLOSING
    almost = 0
    for number in range(first + 1, len(lines)):
        closes = closing.fullmatch(lines[number])
        if closes is None:
            continue
        if closes["fence"].startswith(opening["fence"]):
            code = tuple(lines[first + 1 : number])
            rest = chunk["rest"] if chunk else ""
            is_chunk = chunk is not None
            return Fence(first, number + 1, "", line, rest, code, True, is_chunk, almost=almost)
        almost = almost or (number + 1 if chunk else 0)
    return None
