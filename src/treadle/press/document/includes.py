"""Where prose names a file that is to stand in its place, as Quarto, MyST and R Markdown have it.

Such a sign stands on lines of its own. In code that is shown and in comments it is its author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from treadle.press.document.fence import Fence
from treadle.press.document.model import Include
from treadle.press.document.read_options import parse_options
from treadle.problem import Problem, Span, error, warning

_SHORTCODE = re.compile(r" {0,3}\{\{<\s*include\s+(?P<path>\S.*?)\s*>\}\}\s*")
_DIRECTIVE = re.compile(r"(?:`{3,}|~{3,})\{include\}\s*(?P<path>\S.*?)\s*")
_OF_R = re.compile(r"(?:`{3,}|~{3,})\{r\b(?P<rest>[^}]*\bchild\s*=.*)")
_MAY_BE = re.compile(r"\{\{<\s*include|\{include\}|\{r\b.*\bchild")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


class Found(Struct, frozen=True):
    """An include, on the lines from `first` to before `end`, counted from 0."""

    first: int
    end: int
    include: Include
    problems: tuple[Problem, ...] = ()


def includes(
    lines: Sequence[str], start: int, end: int, file: str, others: Sequence[Fence]
) -> Iterator[Found]:
    """Those in the lines from `start` to before `end`, whose blocks of code are `others`."""
    text = "\n".join(lines[start:end])
    if not _MAY_BE.search(text):
        return
    fenced = {line for at in others for line in range(at.first, at.end)}
    by_line = {at.first: at for at in others if not at.prefix}
    bare = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text).split("\n")
    for number, line in enumerate(bare, start):
        if at := by_line.get(number):
            yield from _of_fence(at, file)
        elif number not in fenced and (named := _SHORTCODE.fullmatch(line)):
            span = Span.at(file, number + 1)
            yield Found(number, number + 1, Include((_bare(named["path"]),), span))


def _of_fence(at: Fence, file: str) -> Iterator[Found]:
    span = Span(file, at.first + 1, at.end)
    if named := _DIRECTIVE.fullmatch(at.opening):
        given = next((n for n, line in enumerate(at.code, at.first + 2) if line.strip()), None)
        told: tuple[Problem, ...] = ()
        if given is not None:
            text = "what stands in an `{include}` means nothing here"
            told = (warning(Span.at(file, given), text, "the whole file is included"),)
        yield Found(at.first, at.end, Include((_bare(named["path"]),), span), told)
    elif named := _OF_R.fullmatch(at.opening):
        options, problems = parse_options(f" {named['rest']}", Span.at(file, at.first + 1))
        paths = options.child or () if options.evaluate else ()
        yield Found(at.first, at.end, Include(paths, span), problems)


# Markdown that LaTeX would read as its own.
_READ_BY_LATEX = re.compile(
    r"^[^%`\n]*?(?<!\\)(?P<command>\\(?:input|include|subfile)\s*\{(?P<path>[^{}]+\.(?:pmd|q?md|rmd|mdw))\})",
    re.IGNORECASE,
)


def read_by_latex(
    lines: Sequence[str], start: int, end: int, file: str, others: Sequence[Fence]
) -> Iterator[Problem]:
    """An error where LaTeX is told to read Markdown: it would print what it can't run."""
    fenced = {line for at in others for line in range(at.first, at.end)}
    for number in range(start, end):
        if number not in fenced and (found := _READ_BY_LATEX.match(lines[number])):
            what = f"`{found['command']}` reads LaTeX, and this file is Markdown"
            hint = f"write {{{{< include {found['path'].strip()} >}}}} on a line of its own"
            yield error(Span.at(file, number + 1), what, hint)


def _bare(path: str) -> str:
    """Without quotation marks around it."""
    return path[1:-1] if len(path) > 1 and path[0] == path[-1] and path[0] in "\"'" else path
