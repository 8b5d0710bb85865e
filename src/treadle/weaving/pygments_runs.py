"""Highlight any language that Pygments knows."""

from __future__ import annotations

from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from treadle.weaving.python_runs import Run

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


def pygments_runs(code: str, language: str) -> list[Run]:
    """The runs of `code`; one without style if the language is unknown."""
    lexer = _lexer(language)
    if lexer is None:
        return [("", code)]
    return [(_style(kind), value) for kind, value in lexer.get_tokens(code)]


@lru_cache(maxsize=8)
def _lexer(language: str) -> Lexer | None:
    try:
        found: Lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return found


@lru_cache(maxsize=256)
def _style(kind: _TokenType) -> str:
    return next((command for token, command in STYLES if kind[: len(token)] == token), "")
