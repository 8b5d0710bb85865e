"""The tables and images of a Markdown text that may get a caption: those that have none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.tree import SyntaxTreeNode
from msgspec import Struct

from treadle.press.markdown.parser import parser
from treadle.press.markdown.tables import caption_beside, caption_within

IMAGE = re.compile(
    r"(?P<indent>[ \t]*)!\[\]\((?P<file>[^()\n]+)\)(?:\{(?P<given>[^{}\n]*)\})?[ \t]*"
)


class Uncaptioned(Struct, frozen=True):
    """A table or an image without a caption, from a line of the text to before another one."""

    kind: str  # "table" or "figure"
    start: int
    end: int


def uncaptioned(text: str) -> tuple[Uncaptioned, ...]:
    if "|" not in text and "--" not in text and "![" not in text:  # most texts, in no time
        return ()
    nodes = SyntaxTreeNode(parser().parse(text, {})).children
    return tuple(_found(nodes, text.split("\n")))


def _found(nodes: list[SyntaxTreeNode], lines: list[str]) -> Iterator[Uncaptioned]:
    for number, node in enumerate(nodes):
        start, end = node.map or (0, 0)
        if node.type == "table" and not (caption_beside(nodes, number) or caption_within(node)):
            yield Uncaptioned("table", start, end)
        elif node.type == "paragraph" and IMAGE.fullmatch("\n".join(lines[start:end])):
            yield Uncaptioned("figure", start, end)


def with_caption(text: str, found: Uncaptioned, caption: str, attributes: str) -> str:
    """The text with a caption, of Markdown, and attributes for one of its tables or images."""
    lines = text.split("\n")
    words = " ".join(caption.split())
    if found.kind == "table":
        last = found.end
        while last > found.start and not lines[last - 1].strip():
            last -= 1
        lines[last:last] = ["", f": {words} {{{attributes}}}", ""]
    else:
        image = IMAGE.fullmatch(lines[found.start])
        assert image is not None
        own = image["given"] or ""
        label = attributes.split()[0] if attributes.startswith("#") and "#" not in own else ""
        given = " ".join(filter(None, (label, own.strip())))
        braced = f"{{{given}}}" if given else ""
        lines[found.start] = f"{image['indent']}![{words}]({image['file']}){braced}"
    return "\n".join(lines)
