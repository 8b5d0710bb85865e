"""One Markdown text for a whole document: prose with its inline results, places for the chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from treadle.engine.messages import InlineResult
from treadle.press.document.model import Inline, Prose
from treadle.press.markdown.context import Place
from treadle.press.markdown.divs import place, typed

Piece = tuple[str, int]  # text, and the .pmd line of its first character


class Markdown(Struct, frozen=True):
    """Markdown from a line of the `.pmd`. `still`: all its lines are from that one line."""

    text: str
    line: int
    still: bool = False


class Source(Struct, frozen=True):
    """The text, the `.pmd` line of each of its lines, and what its places stand for."""

    text: str
    origins: tuple[int, ...]
    places: tuple[Place, ...]


def prose_parts(prose: Prose, result: InlineResult | None) -> Iterator[Markdown]:
    """A prose block with the results of its inline code in their places."""
    texts = result.texts if result else ()
    position, line = 0, prose.span.line
    for number, inline in enumerate(prose.inlines):
        before = prose.text[position : inline.start]
        yield Markdown(before, line)
        yield Markdown(texts[number] if number < len(texts) else "", _line(inline), still=True)
        line += prose.text.count("\n", position, inline.end)
        position = inline.end
    yield Markdown(prose.text[position:], line)


def join(parts: Sequence[Markdown | Place]) -> Source:
    """All the parts as one text, so that notes and blocks may span the chunks between them."""
    texts: list[str] = []
    origins = [0]
    places: list[Place] = []
    ended = True  # the last line
    for part in parts:
        if isinstance(part, Place):
            if not ended:
                texts.append("\n")
                origins.append(origins[-1])
            texts.append(place(len(places)) + "\n")
            origins[-1] = part.lines[0].origin if part.lines else origins[-1]
            origins.append(origins[-1])
            places.append(part)
            ended = True
            continue
        if not part.text:
            continue
        if ended:
            origins[-1] = part.line
        count = part.text.count("\n")
        origins += [part.line + (0 if part.still else i + 1) for i in range(count)]
        texts.append(typed(part.text))
        ended = part.text.endswith("\n")
    if ended and len(origins) > 1:
        origins.pop()  # no line begins after the last one
    return Source("".join(texts), tuple(origins), tuple(places))


def _line(inline: Inline) -> int:
    return inline.span.line
