"""Inline code in prose: `<%= expression %>` and `<% statement %>`."""

from __future__ import annotations

import re
import textwrap

from treadle.diagnostics import Diagnostic, Span, warning
from treadle.document.model import Inline

_INLINE = re.compile(r"<%(?P<shows>=?)(?P<code>.*?)%>", re.DOTALL)


def find_inlines(text: str, span: Span) -> tuple[Inline, ...]:
    """The inline code of `text`, which begins on `span.line` of `span.file`, in order.

    An inline's own span begins at its first line of code.
    """
    return tuple(_inline(text, match, span) for match in _INLINE.finditer(text))


def unclosed_inlines(text: str, span: Span) -> tuple[Diagnostic, ...]:
    """A warning if a `<%=` is left open: it stays in the text as it is."""
    rest = _INLINE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    position = rest.find("<%=")
    if position < 0:
        return ()
    place = Span.at(span.file, span.line + text.count("\n", 0, position))
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
