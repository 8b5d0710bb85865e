"""Code and printed text as lines within a `Verbatim`, highlighted and no wider than the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from treadle.press.weave.latex import escape_verbatim

# Printed text as a terminal would leave it: no colours, no overwritten parts, lines of a width.

# CSI sequences (colours, cursor), OSC sequences (titles, links), and the two-character ones.
ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[()][0-9A-Za-z]|\x1b[78=>cDEHMNOZ]"
)
TAB = 8


def printed_lines(text: str) -> tuple[str, ...]:
    """The lines of `text`: without ANSI codes, overwritten parts and tabs; no empty last line."""
    clean = ANSI.sub("", text).replace("\r\n", "\n")
    lines = [_overwrite(line).expandtabs(TAB) for line in clean.split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def _overwrite(line: str) -> str:
    # A carriage return goes back to the start of the line: what follows is printed over it.
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :]
    return shown


def wrap_at(line: str, width: int) -> tuple[int, ...]:
    """Where to break `line` so that it fits `width` columns, after a blank or comma if possible.

    The lines that go on are two columns shorter, for the mark they begin with.
    """
    breaks: list[int] = []
    start, room = 0, max(width, 4)
    while len(line) - start > room:
        joint = max(line.rfind(mark, start, start + room) for mark in (" ", ","))
        start = joint + 1 if joint >= start + room // 2 else start + room
        breaks.append(start)
        room = max(width - 2, 2)
    return tuple(breaks)


# Highlight plain Python at once; code with rarer things in it is left to Pygments.
#
# What is given is what Pygments' tokens would give, a few times faster, and without its import.

Run = tuple[str, str]  # the command that sets it, and the text

KEYWORD, NAME, STRING = r"\hlkeyword", r"\hlname", r"\hlstring"
NUMBER, COMMENT = r"\hlnumber", r"\hlcomment"
KEYWORDS = {
    "assert", "async", "await", "break", "continue", "del", "elif", "else", "except", "finally",
    "for", "global", "if", "lambda", "pass", "raise", "nonlocal", "return", "try", "while",
    "yield", "as", "with", "in", "is", "and", "or", "not",
}  # fmt: skip
CONSTANTS = {"True", "False", "None"}
# `match` and `case` are words of the language in some places; after these words others follow.
RARE = re.compile(r"^[ \t]*(?:match|case|lazy)\b|\byield\s+from\b|\f|[^\S \n]", re.MULTILINE)
BRACES = re.compile(r"\{\w*\[|\{[^}]*$|\{[^}]*:")
# Between two of these a string's line is in one piece for Pygments, too.
LATE = re.compile(r"\n[ \t]+[%'\"{]")
FIELD = re.compile(r"\{([A-Za-z][\w.]*)((?:![sraf])?(?::[^{}\"'\\\n]*)?\})")
TOKEN = re.compile(
    r"""(?P<blank>[ \t]+|\n|\\\n)
    |(?P<comment>\#[^\n]*)
    |(?P<definition>(?:def|class)[ ]+[A-Za-z_]\w*)
    |(?P<import>import(?=[ ]))
    |(?P<origin>from[ ]+\.*[A-Za-z_][\w.]*(?:[ ]+import\b)?)
    |(?P<text>[rRbBuU]?(?P<long>\"\"\"|''')(?:(?!(?P=long))[^\\])*(?P=long)
      |[rRbBuU]?(?P<quote>["'])(?!(?P=quote)(?P=quote))(?:(?!(?P=quote))[^\\\n]|\\[^\nN])*(?P=quote))
    |(?P<format>[fF](?P<mark>["'])(?!(?P=mark)(?P=mark))(?:(?!(?P=mark))[^\\\n])*(?P=mark))
    |(?P<word>[A-Za-z_]\w*+)(?!["'])
    |(?P<number>(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?)(?![\w.])
    |(?P<decorator>@[A-Za-z_]\w*)
    |(?P<sign>!=|[-~+/*%=<>&^|:;,()\[\]{}@]|\.(?!\d))
    """,
    re.VERBOSE | re.ASCII,
)


def python_runs(code: str) -> list[Run] | None:
    """The runs of `code`, which ends with a newline; None where it holds anything rare."""
    if RARE.search(code):
        return None
    runs: list[Run] = []
    position = 0
    while position < len(code):
        found = TOKEN.match(code, position)
        if found is None:
            return None
        kind, text = found.lastgroup, found[0]
        if kind == "word":
            if text.startswith("__") or text in _LEADING:
                return None
            runs.append((_word(text), text))
        elif kind in _STYLES:
            runs.append((_STYLES[kind], text))
        else:
            more = _several(found)
            if more is None:
                return None
            runs.extend(more)
        position = found.end()
    return runs


_STYLES = {
    "blank": "", "sign": "", "import": KEYWORD, "comment": COMMENT, "number": NUMBER,
    "decorator": NAME,
}  # fmt: skip
_LEADING = {"def", "class", "from", "import"}  # without what should follow them


def _word(text: str) -> str:
    if text in KEYWORDS:
        return KEYWORD
    return NUMBER if text in CONSTANTS else ""


def _several(found: re.Match[str]) -> list[Run] | None:
    """The runs of a token that holds several, or may."""
    text = found[0]
    if found["definition"]:
        word, blank, name = re.split("( +)", text)
        return [(KEYWORD, word), ("", blank), (NAME, name)]
    if found["origin"]:
        return _origin(text)
    if found["format"]:
        return _format(text)
    if BRACES.search(text) or LATE.search(text):
        return None
    return [(STRING, text)]


def _origin(text: str) -> list[Run] | None:
    blank, module, *rest = re.split(r"( +)", text.removeprefix("from"))[1:]
    if module.lstrip(".") in KEYWORDS | CONSTANTS | _LEADING:
        return None
    return [(KEYWORD, "from"), ("", blank), ("", module), *map(_pair, rest)]


def _pair(part: str) -> Run:
    return (KEYWORD, part) if part == "import" else ("", part)


def _format(text: str) -> list[Run] | None:
    runs: list[Run] = []
    position = 0
    for field in FIELD.finditer(text):
        before = text[position : field.start()]
        names = field[1].split(".")
        if "{" in before or "}" in before or any(_word(name) or name[:2] == "__" for name in names):
            return None
        runs += [(STRING, before + "{"), ("", field[1]), (STRING, field[2])]
        position = field.end()
    rest = text[position:]
    return None if "{" in rest or "}" in rest else [*runs, (STRING, rest)]


# Highlight any language that Pygments knows.

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


# Code and printed text as lines within a `Verbatim`, highlighted and no wider than the page.

MARK = r"\wrapmark{}"  # two columns wide


def highlighted(code: str, language: str) -> tuple[tuple[Run, ...], ...]:
    """The lines of `code`, each as runs of one style; an unknown language has none."""
    whole = code + "\n"  # a prompt's lexer wants whole lines
    runs = python_runs(whole) if language == "python" else None
    if runs is None:
        runs = pygments_runs(whole, language)
    lines: list[list[Run]] = [[]]
    for style, value in runs:
        if "\n" not in value:
            lines[-1].append((style, value))
            continue
        first, *others = value.split("\n")
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
    for number, piece in enumerate(_cut(runs, breaks)):
        yield (MARK if number else "") + "".join(_styled(piece)).rstrip(" ")


def _cut(runs: tuple[Run, ...], breaks: tuple[int, ...]) -> Iterator[list[Run]]:
    """The runs of each piece of a line that is broken at `breaks`."""
    held: list[Run] = []
    position, ahead = 0, iter((*breaks, None))
    end = next(ahead)
    for style, text in runs:
        start = position
        while end is not None and end < start + len(text):
            held.append((style, text[position - start : end - start]))
            yield held
            held, position, end = [], end, next(ahead)
        held.append((style, text[position - start :]))
        position = start + len(text)
    yield held


def _styled(runs: Iterable[Run]) -> Iterator[str]:
    for style, piece in runs:
        if not piece.strip() or not style:
            yield escape_verbatim(piece)
            continue
        tail = piece[len(piece.rstrip()) :]
        yield f"{style}{{{escape_verbatim(piece.rstrip())}}}{tail}"
