"""Running text in fewer means: as plain words, or as LaTeX that suits the head of every page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from treadle.press.markdown.context import Context, Findings, Setting
from treadle.press.markdown.inline import inline_latex
from treadle.press.markdown.parser import parse_inline, parser
from treadle.press.weave.characters import SCRIPTS, SYMBOLS

DASHES = {"---": "\u2014", "--": "\u2013"}
BREAKS = {"softbreak", "hardbreak", "html_inline"}
NOT_REPEATED = {"footnote_ref", "image", "maths_display"}  # they stand in the title block, once
NOTE = re.compile(r"\\(footnote|thanks|label)\b")
FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
COMMAND = re.compile(r"\\([A-Za-z]+)\*?(\s*)(\{(?!\}))?|\\(.)")
SCRIPT = re.compile(r"([_^])(?:\{([^{}]*)\}|(\w))")
SYNONYMS = {"to": "→", "le": "≤", "ge": "≥", "ne": "≠", "lVert": "‖", "rVert": "‖"}
# Accents, fonts, sizes: they change how a thing looks, and are not read.
SILENT = {
    "hat", "widehat", "bar", "overline", "tilde", "widetilde", "vec", "dot", "ddot", "left",
    "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "textstyle", "limits",
    "nolimits", "rm", "bf", "it", "sf", "tt", "cal", "bfseries", "itshape", "ensuremath",
}  # fmt: skip


def plain_text(text: str) -> str:
    """The words of running text without its marks, as the PDF's title and subject have them."""
    return _plain(parse_inline(" ".join(text.split()), {}))


def running_line(text: str, length: int) -> str:
    """The LaTeX of a title at the head of every page; more than `length` characters are cut off.

    Notes, images and displays are left out, a line break is a blank. The title block has told
    what is wrong with the text, so that nothing of it is told here.
    """
    (line,) = parser().parseInline(" ".join(text.split()), {})
    room = length if len(_plain(SyntaxTreeNode([line]))) > length else None
    line.children = list(_kept(line.children or (), room))
    context = Context(Setting(Path(), ""), Findings(), (1,))
    return inline_latex(SyntaxTreeNode([line]), 0, context)


def readable_maths(tex: str) -> str:
    r"""Mathematics in plain characters: `\ell_2` is `ℓ₂`, `\frac{a}{b}` is `a/b`."""
    symbols = _symbols()
    for command in sorted((name for name in symbols if "{" in name), key=len, reverse=True):
        tex = tex.replace(f"\\{command}", symbols[command])
    tex = COMMAND.sub(_command, FRACTION.sub(r"\1/\2", tex))
    return re.sub(r"[{}]", "", SCRIPT.sub(_script, tex)).replace("~", " ")


def _plain(tree: SyntaxTreeNode) -> str:
    return " ".join("".join(_words(tree)).split())


def _words(tree: SyntaxTreeNode) -> Iterator[str]:
    for node in tree.walk():
        if node.type in BREAKS:
            yield " "
        elif node.type in {"maths", "maths_display"} or (
            node.type == "latex_inline" and not NOTE.match(node.content)
        ):
            yield readable_maths(node.content)
        elif node.type == "text":
            yield re.sub("---?", lambda dash: DASHES[dash.group()], node.content)
        elif node.type not in {"inline", "latex_inline"} and not node.children:
            yield node.content


def _kept(tokens: Iterable[Token], room: int | None) -> Iterator[Token]:
    """What may be repeated and fits in `room` characters (None: all), and an ellipsis after it."""
    cut = False
    for token in tokens:
        if token.nesting:
            yield token  # what is opened is closed
        elif cut or token.type in NOT_REPEATED or NOTE.match(token.content):
            continue
        elif token.type in BREAKS:
            yield replace(token, type="text", content=" ")
        elif room is None or len(token.content) <= room:
            room = None if room is None else room - len(token.content)
            yield token
        else:
            cut = True
            words = token.content[: room + 1].rsplit(" ", 1)[0] if token.type == "text" else ""
            fits = words if len(words) <= room else words[:room]
            yield replace(token, type="text", content=f"{fits.rstrip()} …")


def _command(found: re.Match[str]) -> str:
    name, blank, brace, sign = found.groups()
    if sign:
        return " " if sign in ",;:! " else sign
    if name in SILENT:
        return brace or ""
    return _symbols().get(name, "" if brace else name) + blank + (brace or "")


def _script(found: re.Match[str]) -> str:
    mark, group, single = found.groups()
    base = group if group is not None else single
    small = dict(zip(SCRIPTS[mark][1::2], SCRIPTS[mark][::2], strict=True))
    if all(char in small for char in base):
        return "".join(small[char] for char in base)
    return mark + base


@lru_cache(maxsize=1)
def _symbols() -> dict[str, str]:
    """The character of each symbol's command; of several, the first."""
    words = SYMBOLS.split()
    return dict(zip(words[-1::-2], words[-2::-2], strict=True)) | SYNONYMS
