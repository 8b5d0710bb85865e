"""What a fence of a Markdown text is, and the marks that open and close one.

A chunk's fence stands at the start of a line, as in Pweave, or at the start of what an item of a
list, a quotation or a definition holds; in an environment of LaTeX, anywhere. What stands in
another fence, or in a verbatim environment of LaTeX, is shown as it is.
"""

from __future__ import annotations

import re

from msgspec import Struct

# The brace is optional, and so is its end.
OPENING = re.compile(r"(?P<fence>`{3,}|~{3,})(?:\{\.|\{|)python(?P<rest>.*)", re.DOTALL)
CLOSING = re.compile(r"\s*(?P<fence>`{3,}|~{3,})\s*")
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
