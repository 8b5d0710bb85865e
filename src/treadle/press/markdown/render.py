"""A whole Markdown text to LaTeX; running text to one line of LaTeX, or to plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace as changed
from functools import lru_cache
from pathlib import Path
from typing import Any

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from msgspec import Struct
from msgspec.structs import replace

from treadle.press.latex.escape import SCRIPTS, SYMBOLS
from treadle.press.latex.fragment import Fragment
from treadle.press.markdown.attributes import remark
from treadle.press.markdown.blocks import render_blocks
from treadle.press.markdown.citations_and_references import labels_given
from treadle.press.markdown.divs import headings
from treadle.press.markdown.headings import bracketed
from treadle.press.markdown.marks import own_commands
from treadle.press.markdown.parser import QUOTES, parse_inline, parser
from treadle.press.markdown.references_heading import OWN_REFERENCES, is_of_references
from treadle.press.markdown.running_text import inline_latex
from treadle.press.markdown.text_context import (
    IN,
    Findings,
    ReadyLatex,
    RenderOptions,
    TextContext,
    line_of,
)

DASHES = {"---": "\u2014", "--": "\u2013"}
BREAKS = {"softbreak", "hardbreak", "html_inline"}
NOT_REPEATED = {"footnote_ref", "image", "maths_display"}  # they stand in the title block, once
NOTE = re.compile(r"\\(footnote|thanks|label)\b")
NOTE_ELSEWHERE = re.compile(r"(?<!!)\[\^[^\[\]\s]+\]")
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


class ParsedText(Struct, frozen=True):
    """Markdown as the parser has read it; `env` has what it noted."""

    text: str
    tree: SyntaxTreeNode
    env: dict[str, Any]


def parse_markdown(text: str, context: TextContext) -> ParsedText:
    """The blocks of a text, which may refer to what the document's other texts define."""
    options, env = context.options, context.apart()
    env["commands"] = options.commands | own_commands((text,))
    env["labels"] = labels_given(text) | env.get("labels", frozenset())
    env["bracketed"] = bracketed(text) | env.get("bracketed", frozenset())
    return ParsedText(text, SyntaxTreeNode(parser(options.words.quotes).parse(text, env)), env)


def highest_heading(parsed: ParsedText, options: RenderOptions) -> int:
    """The level of the highest heading of the text itself; 1 where it has none. That of the
    bibliography, which the class makes, does not count."""
    found = [*headings(parsed.tree.children, options)]
    own = _heading_of_references(found, parsed) if options.bibliography else None
    levels = (int(node.tag[1:]) for node in found if node is not own)
    return min(levels, default=1)


def _heading_of_references(
    found: Sequence[SyntaxTreeNode], parsed: ParsedText
) -> SyntaxTreeNode | None:
    """Of these headings, the bibliography's: the first that is called so, else what ends the
    text."""
    named = (node for node in found if is_of_references(node))
    last = parsed.tree.children[-1:]
    ends = found[-1] if found and last == found[-1:] else None
    return next(named, ends)


def render_markdown(
    text: str, origins: Sequence[int], context: TextContext, places: Sequence[ReadyLatex] = ()
) -> Fragment:
    """The LaTeX of `text`, whose lines come from the lines `origins` of the `.pmd`.

    What is wrong, which images to copy and which places were used goes to the findings.
    """
    return render_parsed(parse_markdown(text, context), origins, context, places)


def render_parsed(
    parsed: ParsedText,
    origins: Sequence[int],
    context: TextContext,
    places: Sequence[ReadyLatex] = (),
) -> Fragment:
    """Likewise of a text that has been read."""
    tree, env = parsed.tree, parsed.env
    context = replace(context, origins=origins, places=places, env=env)
    own = _footnotes(tree, env, context.findings.notes, context.file)
    context = replace(context, footnotes={**context.footnotes, **own})
    if OWN_REFERENCES.search(parsed.text) and _has_own_references(tree):
        context.findings.bibliography = True
    for line, message, hint, is_latex in sorted(env.get("remarks", ())):
        context.warn(line, message, hint, doubt=is_latex)
    return render_blocks(tree.children, replace(context, blocks=render_blocks))


def _has_own_references(tree: SyntaxTreeNode) -> bool:
    """Whether the author's own LaTeX sets the bibliography: in code, the command is shown."""
    raw = (node for node in tree.walk() if node.type in {"latex_inline", "latex_block"})
    return any(OWN_REFERENCES.search(node.content) for node in raw)


def render_line(text: str, origin: int, context: TextContext) -> str:
    """The LaTeX of running text, such as a caption or a title, from the line `origin`."""
    env = context.apart()
    tree = parse_inline(" ".join(text.split()), env, context.options.words.quotes)
    apart = replace(context, origins=(origin,), env=env, blocks=render_blocks)
    return inline_latex(tree, 0, apart)


def beside(text: str, context: TextContext) -> TextContext:
    """For texts that stand apart from `text`: they may refer to what it defines, footnotes, links,
    examples, headings. What is wrong with it, only who renders it says."""
    env = context.apart()
    tree = SyntaxTreeNode(parser(context.options.words.quotes).parse(text, env))
    notes = _footnotes(tree, env, (), lambda _: "")
    return replace(context, footnotes=notes, env=env)


def _footnotes(
    tree: SyntaxTreeNode,
    env: dict[str, Any],
    elsewhere: Collection[str],
    file_of: Callable[[int], str],
) -> dict[str, SyntaxTreeNode]:
    """The text of each label, and of each in its file: the chapters of a thesis all have a `[^1]`.
    One that is lost, since nothing refers to it, here or elsewhere, is remarked on."""
    found: dict[str, SyntaxTreeNode] = {}
    if "footnotes" not in env:  # the parser notes there what it finds
        return found
    used = {node.meta.get("label") for node in tree.walk() if node.type == "footnote_ref"}
    for node in tree.walk():
        if node.type != "footnote_reference":
            continue
        label = node.meta["label"]
        in_file = f"{file_of(line_of(node))}{IN}{label}"
        if in_file in found:
            what = f"the footnote `[^{label}]` has a text already"
            hint = "this one is left out: give it another label"
            remark(env, line_of(node), what, hint)
        found.setdefault(in_file, node)
        found.setdefault(label, node)
    labels = {label for label in found if IN not in label}
    for label in labels - used - {*elsewhere}:
        what = f"nothing refers to the footnote `[^{label}]`: its text is left out"
        remark(env, line_of(found[label]), what)
    return found


def plain_text(text: str, quotes: tuple[str, ...] = QUOTES) -> str:
    """The words of running text without its marks, as the PDF's title and subject have them."""
    return _plain(parse_inline(_one_line(text), {}, quotes))


def running_line(text: str, length: int, quotes: tuple[str, ...] = QUOTES) -> str:
    """The LaTeX of a title at the head of every page; more than `length` characters are cut off.

    Notes, images and displays are left out, a line break is a blank. The title block has told
    what is wrong with the text, so that nothing of it is told here.
    """
    (line,) = parser(quotes).parseInline(_one_line(text), {})
    room = length if len(_plain(SyntaxTreeNode([line]))) > length else None
    line.children = list(_kept(line.children or (), room))
    return inline_latex(
        SyntaxTreeNode([line]), 0, TextContext(RenderOptions(Path(), ""), Findings())
    )


def _one_line(text: str) -> str:
    """A text without its line breaks, and without marks of notes whose text stands elsewhere."""
    return " ".join(NOTE_ELSEWHERE.sub("", text).split())


def _kept(tokens: Iterable[Token], room: int | None) -> Iterator[Token]:
    """What may be repeated and fits in `room` characters (None: all), and an ellipsis after it."""
    cut = False
    for token in tokens:
        if token.nesting:
            yield token  # what is opened is closed
        elif cut or token.type in NOT_REPEATED or NOTE.match(token.content):
            continue
        elif token.type in BREAKS:
            yield changed(token, type="text", content=" ")
        elif room is None or len(token.content) <= room:
            room = None if room is None else room - len(token.content)
            yield token
        else:
            cut = True
            words = token.content[: room + 1].rsplit(" ", 1)[0] if token.type == "text" else ""
            fits = words if len(words) <= room else words[:room]
            yield changed(token, type="text", content=f"{fits.rstrip()} …")


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


def readable_maths(tex: str) -> str:
    r"""Mathematics in plain characters: `\ell_2` is `ℓ₂`, `\frac{a}{b}` is `a/b`."""
    symbols = _symbols()
    for command in sorted((name for name in symbols if "{" in name), key=len, reverse=True):
        tex = tex.replace(f"\\{command}", symbols[command])
    tex = COMMAND.sub(_command, FRACTION.sub(r"\1/\2", tex))
    return re.sub(r"[{}]", "", SCRIPT.sub(_script, tex)).replace("~", " ")


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
