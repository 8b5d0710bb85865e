"""Inline code in prose: `<%= expression %>` and `<% statement %>`, and Quarto's `{python} x`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from treadle.press.document.model import Inline
from treadle.problem import Problem, Span, warning

# A second `<%` shows that nothing closes the first: no Python holds one, but in a string. Two
# back-ticks show what stands in one.
_INLINE = re.compile(
    r"<%(?P<shows>=?)(?P<code>(?:(?!<%).)*?)%>"
    r"|(?<!`)`\{python\}[ \t]+(?P<quarto>[^`]+)`(?!`)"
    r"|(?<!`)(?P<ticks>``+)(?!`)(?:(?!<%)[^\n])+?(?<!`)(?P=ticks)(?!`)",
    re.DOTALL,
)
_OPEN = re.compile(r"<%=|<%(?=\s*\w)")
_LINES = tuple[int, int]
MARKS = re.compile(r"<%|\{python\}")  # without one there is no inline code


def find_inlines(
    text: str, span: Span, shown: Iterable[_LINES] = (), code: Iterable[_LINES] = ()
) -> tuple[Inline, ...]:
    """The inline code of `text`, which begins on `span.line` of `span.file`, in order.

    An inline's own span begins at its first line of code. In the lines `shown`, from the first to
    before the last, counted from 0, there is none, and in those of other `code` none of Quarto's.
    """
    if not MARKS.search(text):
        return ()
    fenced = {line for first, end in code for line in range(first, end)}
    found = (item for item in _INLINE.finditer(_hidden(text, shown)) if not item["ticks"])
    return tuple(
        _inline(text, item, span)
        for item in found
        if not (item["quarto"] and text.count("\n", 0, item.start()) in fenced)
    )


def unclosed_inlines(text: str, span: Span, shown: Iterable[_LINES] = ()) -> Iterator[Problem]:
    """A warning for each `<%=` or `<% name` that is left open: it stays in the text as it is."""
    if "<%" not in text:
        return
    rest = _INLINE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), _hidden(text, shown))
    for found in _OPEN.finditer(rest):
        place = Span.at(span.file, span.line + rest.count("\n", 0, found.start()))
        yield warning(place, f"`{found[0]}` is not closed by `%>`", "it is printed as it stands")


def _hidden(text: str, shown: Iterable[_LINES]) -> str:
    lines = text.split("\n")
    for first, end in shown:
        lines[first:end] = [" " * len(line) for line in lines[first:end]]
    return "\n".join(lines)


def _inline(text: str, found: re.Match[str], span: Span) -> Inline:
    group = "code" if found["quarto"] is None else "quarto"
    raw = found[group]
    leading = len(raw) - len(raw.lstrip())
    first = span.line + text.count("\n", 0, found.start(group) + leading)
    last = span.line + text.count("\n", 0, found.end())
    # Code that begins on a line of its own may be indented as a whole.
    code = (textwrap.dedent(raw) if "\n" in raw[:leading] else raw).strip()
    lines = Span(span.file, min(first, last), last)
    shows = bool(found["shows"]) or group == "quarto"
    return Inline(code, shows, lines, found.start(), found.end())
