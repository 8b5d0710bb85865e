"""Code objects in the store, and the lines of the document that they name once they are back."""

from __future__ import annotations

import linecache
import marshal
from types import CodeType

from treadle.engine.values.reductions import Parts
from treadle.engine.values.world import World

SourceLine = tuple[str, int]  # the text of a line, and how many lines above it read like that


def code(value: CodeType, _: World) -> Parts:
    """A code object, and where it stands; the walk writes what counts of it: what it does."""
    arguments = (marshal.dumps(value), _place(value))
    return Parts(make_code, arguments, frozen=True)


def make_code(data: bytes, place: SourceLine | None) -> CodeType:
    """The code, at the line that it stands at now: tracebacks and warnings name it."""
    value: CodeType = marshal.loads(data)
    if place is None:
        return value
    text, above = place
    alike = [n for n, line in enumerate(_lines(value), 1) if line == text]
    if len(alike) <= above or alike[above] == value.co_firstlineno:
        return value
    return _moved(value, alike[above] - value.co_firstlineno)


def _place(value: CodeType) -> SourceLine | None:
    """None for code that stands in no cell."""
    lines, number = _lines(value), value.co_firstlineno
    if not 0 < number <= len(lines):
        return None
    text = lines[number - 1]
    return text, lines[: number - 1].count(text)


def _lines(value: CodeType) -> list[str]:
    """Those of its file, if cells stand there: of no other is anything looked up."""
    known = linecache.cache.get(value.co_filename)
    return known[2] if known is not None and len(known) == 4 and known[1] is None else []


def _moved(value: CodeType, lines: int) -> CodeType:
    inside = (_moved(c, lines) if isinstance(c, CodeType) else c for c in value.co_consts)
    return value.replace(co_firstlineno=value.co_firstlineno + lines, co_consts=tuple(inside))
