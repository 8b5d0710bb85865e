r"""Displayed mathematics: `\[ ... \]`, or an `equation` if it has a label."""

from __future__ import annotations

import re

from treadle.weaving.fragment import Fragment, Line, indent
from treadle.weaving.markdown.context import Context
from treadle.weaving.markdown.raw_latex import BEGIN, MATHS

INNER = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\\(?:text|mbox)\{[^{}]*\}|\\&", re.DOTALL)


def display(content: str, label: str, line: int, context: Context) -> Fragment:
    """The display of `content`, which begins at `line` with the opening dollars."""
    start = line + content[: len(content) - len(content.lstrip())].count("\n")
    body = tuple(part for part in context.lines(content.strip(), start) if part.text.strip())
    body = tuple(Line(part.text.strip(), part.origin) for part in body)
    end = context.origin(line + content.count("\n"))
    mark = rf"\label{{{label}}}" if label else ""
    if (found := BEGIN.match(body[0].text) if body else None) and found[1] in MATHS:
        first = body[0].text.replace(found.group(), found.group() + mark, 1)
        return (Line(first, body[0].origin), *body[1:])
    if _has_rows(content):
        body = _within("aligned", body)
    if not label and r"\label{" not in content:
        return (Line(r"\[", context.origin(line)), *indent(body), Line(r"\]", end))
    opening = Line(rf"\begin{{equation}}{mark}", context.origin(line))
    return (opening, *indent(body), Line(r"\end{equation}", end))


def _has_rows(content: str) -> bool:
    rest = INNER.sub("", content)
    return "&" in rest or r"\\" in rest


def _within(name: str, body: Fragment) -> Fragment:
    begin = Line(rf"\begin{{{name}}}", body[0].origin)
    return (begin, *indent(body), Line(rf"\end{{{name}}}", body[-1].origin))
