"""The line map: pieces of LaTeX whose every line knows the line of the `.pmd` it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

# LaTeX's log and SyncTeX speak of lines of the `.tex`, an author of lines of the `.pmd`. No search
# can lead from one to the other afterwards: a macro of a template makes ten lines of one, a table
# aligns its rows, printed text may look like prose. So a line of LaTeX is made together with its
# origin, and whatever moves, joins or wraps lines (`indent`, `glue`, the slots of templates) takes
# the origin along: the map is right by construction, and a line without one is a type error.


class Line(NamedTuple):
    """One line of LaTeX. `origin` is its `.pmd` line; a `fixed` line is never indented."""

    text: str
    origin: int
    fixed: bool = False


Fragment = tuple[Line, ...]


def lines_at(text: str, origin: int) -> Fragment:
    """Every line of `text`, all from the one line `origin`."""
    return tuple(Line(line, origin) for line in text.split("\n"))


def glue(parts: Iterable[Fragment]) -> Fragment:
    """The parts one after the other as running text: a part goes on in the last line before it."""
    lines: list[Line] = []
    for part in parts:
        if lines and part:
            last, first = lines.pop(), part[0]
            origin = last.origin if last.text else first.origin
            lines.append(Line(last.text + first.text, origin, last.fixed))
            lines.extend(part[1:])
        else:
            lines.extend(part)
    return tuple(lines)


def stack(parts: Iterable[Fragment]) -> Fragment:
    """The parts below one another, with no line between them."""
    return tuple(line for part in parts for line in part)


def indent(fragment: Fragment, width: int = 2) -> Fragment:
    """Moved to the right, but for empty lines and those that must stay (verbatim ones)."""
    blank = " " * width
    return tuple(
        line if line.fixed or not line.text else Line(blank + line.text, line.origin)
        for line in fragment
    )


def fixed(fragment: Fragment) -> Fragment:
    """The same lines, never to be indented."""
    return tuple(Line(line.text, line.origin, True) for line in fragment)


def environment(name: str, body: Fragment, origin: int, arguments: str = "") -> Fragment:
    r"""`body`, indented, between the environment's `\begin`, of the line `origin`, and `\end`."""
    end = body[-1].origin if body else origin
    begin = Line(rf"\begin{{{name}}}{arguments}", origin)
    return (begin, *indent(body), Line(rf"\end{{{name}}}", end))


def text_of(fragment: Sequence[Line]) -> str:
    return "\n".join(line.text for line in fragment)


VERBATIM = re.compile(
    r"\\begin\{([Vv]erbatim\*?|lstlisting|comment|filecontents\*?|listing|chunk[a-z]+)\}"
)

READS = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}]+)\}")  # another file of the author's


def verbatim_lines(lines: Iterable[str]) -> Iterator[bool]:
    """Whether each line belongs to a verbatim environment, its begin and its end included."""
    inside = ""
    for line in lines:
        inside = inside or (begun[1] if (begun := VERBATIM.search(line)) else "")
        yield bool(inside)
        if f"\\end{{{inside}}}" in line:
            inside = ""
