"""Where the fences of a Markdown text are: chunks, and other code.

Fences at the start of a line are told by their lines, as nothing that comes before changes what
they are. Only where there are others is the parser asked (whose import takes 27 ms, and it 40 ms
for 1,000 chunks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from treadle.press.document.fence import CLOSING, OPENING, Fence
from treadle.press.latex.fragment import VERBATIM

# Another fence at the start of a line: what follows backticks holds none.
OTHER = re.compile(r"(?P<fence>`{3,}|~{3,})(?:(?<=~).*|[^`]*)")
OTHER_CLOSING = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[ \t]*")
MAY_OPEN = re.compile(rf"`{{3}}|~{{3}}|{VERBATIM.pattern}", VERBATIM.flags)


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
