r"""A formula that is still open where its paragraph ends: what has opened it, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from treadle.diagnostics import Span
from treadle.typesetting.inputs import READS, Input
from treadle.typesetting.log import Message
from treadle.typesetting.places import Places
from treadle.typesetting.words import Said

DOLLAR_HINT = "a `$` is missing, here or before"
ENVIRONMENT = re.compile(
    r"\\(?P<what>begin|end)\{(?P<name>(?:equation|align|gather|multline|displaymath|math|eqnarray"
    r"|flalign|alignat)\*?)\}"
)
DOLLAR = re.compile(r"(?<!\\)\$")


def words_for_open(item: Message, places: Places) -> Said:
    """What to say of the formula that TeX ends at the blank line of `item`."""
    if opened := _environment(_paragraph(item, places)):
        return Said(
            f"`\\begin{{{opened[1]}}}` is not ended before a blank line",
            f"write `\\end{{{opened[1]}}}` where it ends; there can be no blank line in it",
        )
    return Said("a formula is not closed in its paragraph", DOLLAR_HINT)


def place_of_open(item: Message, places: Places) -> Span:
    """Where it was opened by an environment, or the last line before that blank line."""
    paragraph = _paragraph(item, places)
    if opened := _environment(paragraph):
        return places.of_file(item.file, item.line - len(paragraph) + opened[0])
    last = paragraph[-1] if paragraph else ""
    if (read := READS.search(last)) and (other := _input(read[1], places)):
        lines = other.text.rstrip().split("\n")
        if len(DOLLAR.findall("\n".join(_last_paragraph(lines)))) % 2:
            return Span.at(other.name, len(lines))
    return places.of_file(item.file, item.line - 1)


def _environment(paragraph: Sequence[str]) -> tuple[int, str] | None:
    """The line of the paragraph, and the name, of the environment that is open at its end."""
    found = [
        (number, match["what"], match["name"])
        for number, line in enumerate(paragraph)
        for match in ENVIRONMENT.finditer(line)
    ]
    number, what, name = found[-1] if found else (0, "", "")
    return (number, name) if what == "begin" else None


def _paragraph(item: Message, places: Places) -> Sequence[str]:
    """The lines before the blank one that `item` names, down to the blank one before them."""
    if places.is_job(item.file):
        lines: Sequence[str] = places.tex_lines
    else:
        own = places.of_file(item.file, item.line).file
        texts = (other.text for other in places.inputs if other.name == own)
        lines = next(texts, "").split("\n")
    return _last_paragraph(lines[: item.line - 1])


def _last_paragraph(lines: Sequence[str]) -> Sequence[str]:
    blank = (number for number in range(len(lines), 0, -1) if not lines[number - 1].strip())
    return lines[next(blank, 0) :]


def _input(name: str, places: Places) -> Input | None:
    path = Path(places.file).parent / name.strip()
    names = {str(path), f"{path}.tex"}
    return next((other for other in places.inputs if other.name in names), None)
