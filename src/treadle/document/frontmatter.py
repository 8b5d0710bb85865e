"""The front matter: a YAML block between `---` lines, or pandoc's `%` title block."""

from __future__ import annotations

import re

from msgspec import Struct

from treadle.diagnostics import Diagnostic, Span, error
from treadle.document.fences import split_lines
from treadle.document.model import FrontMatter
from treadle.document.title_block import read_title_block
from treadle.document.yaml_block import read_yaml

_OPENING = re.compile(r"---[ \t]*")
_KEY = re.compile(r"[\w-]+[ \t]*:(\s|$)")
_CLOSING = re.compile(r"(---|\.\.\.)[ \t]*")


class FrontRead(Struct, frozen=True):
    """The front matter, the line the rest of the document begins on, and the problems."""

    front: FrontMatter
    body_line: int
    diagnostics: tuple[Diagnostic, ...] = ()


def read_front_matter(text: str, file: str) -> FrontRead:
    """The front matter at the top of `text`, if there is any.

    A YAML block may follow blank lines; `---` before a blank line is a rule, as in
    pandoc, and so is one that nothing closes and no key follows.
    """
    lines = split_lines(text)
    if lines and lines[0].startswith("%") and not lines[0].startswith("%%"):
        front, end = read_title_block(lines)
        return FrontRead(_with_text(front, lines, end), end + 1, _inline_errors(lines[:end], file))
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if start + 1 < len(lines) and _OPENING.fullmatch(lines[start]) and lines[start + 1].strip():
        return _read_yaml_block(lines, start, file)
    return FrontRead(FrontMatter(), 1)


def _read_yaml_block(lines: list[str], start: int, file: str) -> FrontRead:
    end = next((i for i in range(start + 1, len(lines)) if _CLOSING.fullmatch(lines[i])), None)
    if end is None and not _KEY.match(lines[start + 1]):
        return FrontRead(FrontMatter(), 1)
    if end is None:
        message = "the front matter that begins here has no closing `---`"
        return FrontRead(FrontMatter(), 1, (error(Span.at(file, start + 1), message),))
    block = "".join(f"{line}\n" for line in lines[start + 1 : end])
    front, diagnostics = read_yaml(block, start + 2, file)
    problems = diagnostics + _inline_errors(lines[: end + 1], file)
    return FrontRead(_with_text(front, lines, end + 1), end + 2, problems)


def _with_text(front: FrontMatter, lines: list[str], end: int) -> FrontMatter:
    text = "".join(f"{line}\n" for line in lines[:end])
    return FrontMatter(front.values, front.lines, text)


def _inline_errors(lines: list[str], file: str) -> tuple[Diagnostic, ...]:
    """Inline code up here would be printed as it stands: no chunk has run yet."""
    return tuple(
        error(
            Span.at(file, number),
            "inline code is not evaluated in the front matter",
            "use it in the text below",
        )
        for number, line in enumerate(lines, start=1)
        if "<%" in line
    )
