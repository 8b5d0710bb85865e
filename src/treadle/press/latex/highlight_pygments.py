"""The runs of code as Pygments' lexers give them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from treadle.press.latex.highlight_python import Run

ERRORS = (Token.Generic.Error, Token.Generic.Traceback)
STYLES: dict[str, set[_TokenType]] = {
    r"\hlcomment": {Token.Comment},
    r"\hlkeyword": {Token.Keyword, Token.Operator.Word, Token.Name.Tag},
    r"\hlname": {Token.Name.Function, Token.Name.Class, Token.Name.Decorator, Token.Name.Attribute},
    r"\hlnumber": {Token.Literal.Number, Token.Keyword.Constant, *ERRORS},
    r"\hlprompt": {Token.Generic.Prompt},
    r"\hlstring": {Token.Literal.String},
}


def pygments_runs(code: str, language: str) -> Iterator[Run]:
    """The runs of `code`; one without a style in an unknown language."""
    lexer = _lexer(language)
    tokens = lexer.get_tokens(code) if lexer else [(Token.Text, code)]
    return ((_style(kind), text) for kind, text in tokens)


@lru_cache(maxsize=8)
def _lexer(language: str) -> Lexer | None:
    try:
        found: Lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return found


@lru_cache(maxsize=256)
def _style(kind: _TokenType) -> str:
    """The command for a type of tokens, or for the nearest of the types it is one of."""
    lineage = reversed(kind.split())
    return next((style for at in lineage for style, kinds in STYLES.items() if at in kinds), "")
