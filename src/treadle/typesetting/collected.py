r"""What LaTeX reads to its end before it sets it, `align` and the like and arguments of commands:
what is wrong in it, it finds at the end."""

from __future__ import annotations

import re

from treadle.diagnostics import Span
from treadle.typesetting.log import Message
from treadle.typesetting.places import ARGUMENT, Places

COLLECTS = r"(?:x?x?align(?:at)?|flalign|gather|multline|subequations|tabularx|tabulary)\*?"
END = re.compile(rf"\\end\{{(?P<name>{COLLECTS})\}}")
LONGEST, SHORTEST = 40, 3  # characters of LaTeX's context that are looked for
SURE = 10  # so many are hardly found elsewhere by chance


def place_in_collected(item: Message, places: Places) -> Span | None:
    """The line of what LaTeX had read of it when it stumbled; None where that can't be told."""
    if not places.is_job(item.file) or not item.line:
        return None
    line = "".join(places.tex_lines[item.line - 1 : item.line])
    context = _compact(item.context)
    if ended := END.search(line):
        first = _begin_of(ended["name"], item.line, places)
        least = SHORTEST
    else:
        first, least = max(item.line - ARGUMENT, 1), SURE
    if context.endswith(_compact(line)[-least:]) or context[-least:] in _compact(line):
        return None
    number = _last_line_with(context, places.tex_lines[first - 1 : item.line - 1], least)
    return None if number is None else places.of_line(first + number)


def _begin_of(name: str, end: int, places: Places) -> int:
    begin = f"\\begin{{{name}}}"
    lines = range(end, 0, -1)
    return next((number for number in lines if begin in places.tex_lines[number - 1]), end)


def _last_line_with(context: str, lines: list[str], least: int) -> int | None:
    """The index of the line in which the context ends; TeX prints blanks where it likes."""
    texts = [_compact(line) for line in lines]
    whole = "".join(texts)
    for length in range(min(LONGEST, len(context)), least - 1, -1):
        at = whole.rfind(context[-length:])
        if at >= 0:
            end = at + length
            for number, text in enumerate(texts):
                end -= len(text)
                if end <= 0:
                    return number
    return None


def _compact(text: str) -> str:
    return re.sub(r"\s", "", text)
