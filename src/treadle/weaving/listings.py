"""Code and printed text as lines within a `Verbatim`, highlighted and no wider than the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from treadle.weaving.latex import escape_verbatim
from treadle.weaving.printed import printed_lines, wrap_at

# Pygments' token types, the first that fits counts: the command that sets it, or none.
STYLES: tuple[tuple[_TokenType, str], ...] = (
    (Token.Comment, r"\hlcomment"),
    (Token.Keyword.Constant, r"\hlnumber"),
    (Token.Keyword, r"\hlkeyword"),
    (Token.Operator.Word, r"\hlkeyword"),
    (Token.Literal.String, r"\hlstring"),
    (Token.Literal.Number, r"\hlnumber"),
    (Token.Name.Function, r"\hlname"),
    (Token.Name.Class, r"\hlname"),
    (Token.Name.Decorator, r"\hlname"),
    (Token.Name.Tag, r"\hlkeyword"),
    (Token.Name.Attribute, r"\hlname"),
    (Token.Generic.Prompt, r"\hlprompt"),
    (Token.Generic.Error, r"\hlnumber"),
    (Token.Generic.Traceback, r"\hlnumber"),
)
MARK = r"\wrapmark{}"  # two columns wide

Run = tuple[str, str]  # the command that sets it, and the text


def highlighted(code: str, language: str) -> tuple[tuple[Run, ...], ...]:
    """The lines of `code`, each as runs of one style; an unknown language has none."""
    try:
        lexer: Lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return tuple((("", line),) for line in code.split("\n"))
    lines: list[list[Run]] = [[]]
    for kind, value in lexer.get_tokens(code + "\n"):  # a prompt's lexer wants whole lines
        first, *others = value.split("\n")
        style = _style(kind)
        lines[-1].append((style, first))
        lines.extend([(style, text)] for text in others)
    return tuple(tuple(_merged(line)) for line in lines[:-1])


def code_lines(code: str, language: str, width: int | None) -> tuple[tuple[str, int], ...]:
    """LaTeX for each line of `code` and the number of the line (from 0) it belongs to.

    Lines over `width` columns are broken; None leaves them as they are.
    """
    lines = enumerate(highlighted(code.expandtabs(8), language))
    return tuple((text, number) for number, runs in lines for text in _set(runs, width))


def output_lines(text: str, width: int | None) -> tuple[str, ...]:
    """LaTeX for the lines of printed text, broken as code is."""
    return tuple(piece for line in printed_lines(text) for piece in _set((("", line),), width))


def _style(kind: _TokenType) -> str:
    return next((command for token, command in STYLES if kind[: len(token)] == token), "")


def _merged(runs: Iterable[Run]) -> Iterator[Run]:
    held: Run = ("", "")
    for style, text in runs:
        if style == held[0] or not text.strip():
            held = (held[0], held[1] + text)
        else:
            yield held
            held = (style, text)
    yield held


def _set(runs: tuple[Run, ...], width: int | None) -> Iterator[str]:
    line = "".join(text for _, text in runs)
    breaks = wrap_at(line, width) if width else ()
    for start, end in pairwise((0, *breaks, len(line) + 1)):
        yield (MARK if start else "") + "".join(_cut(runs, start, end)).rstrip(" ")


def _cut(runs: tuple[Run, ...], start: int, end: int) -> Iterator[str]:
    position = 0
    for style, text in runs:
        piece = text[max(start - position, 0) : max(end - position, 0)]
        position += len(text)
        if not piece.strip() or not style:
            yield escape_verbatim(piece)
            continue
        tail = piece[len(piece.rstrip()) :]
        yield f"{style}{{{escape_verbatim(piece.rstrip())}}}{tail}"
