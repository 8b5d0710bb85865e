r"""Environments that LaTeX reads to their end before it sets them, such as `align`."""

from __future__ import annotations

import re

from treadle.diagnostics import Span
from treadle.typesetting.log import Message
from treadle.typesetting.places import Places

COLLECTS = r"(?:x?x?align(?:at)?|flalign|gather|multline|subequations|tabularx|tabulary)\*?"
END = re.compile(rf"\\end\{{(?P<name>{COLLECTS})\}}")
LONGEST, SHORTEST = 40, 3  # characters of LaTeX's context that are looked for
ARGUMENT = "<argument>"


def place_in_collected(item: Message, places: Places) -> Span | None:
    """The line of what LaTeX had read of such an environment when it stumbled; None where it is
    not in one, or that can't be told."""
    if not places.is_job(item.file) or not item.line:
        return None
    ended = END.search("".join(places.tex_lines[item.line - 1 : item.line]))
    if ended is None or ended[0] in item.context:
        return None
    begin = f"\\begin{{{ended['name']}}}"
    first = item.line - 1
    while first > 0 and begin not in places.tex_lines[first]:
        first -= 1
    number = _last_line_with(
        item.context.removeprefix(ARGUMENT), places.tex_lines[first : item.line - 1]
    )
    return None if number is None else places.of_line(first + 1 + number)


def _last_line_with(context: str, lines: list[str]) -> int | None:
    """The line in which the context ends; TeX prints blanks where it likes."""
    wanted = re.sub(r"\s", "", context)
    texts = [re.sub(r"\s", "", line) for line in lines]
    whole = "".join(texts)
    for length in range(min(LONGEST, len(wanted)), SHORTEST - 1, -1):
        at = whole.find(wanted[-length:])
        if at >= 0:
            end = at + length
            for number, text in enumerate(texts):
                end -= len(text)
                if end <= 0:
                    return number
    return None
