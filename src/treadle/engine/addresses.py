"""Addresses of objects in what is shown: `<Model object at 0x7f51c2a3d0>`.

They say nothing to a reader, and are others in each build. So they are left out, and that is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SIGN = " at "
# At the end of what `repr` gives, or before a word on what is there. Of numbers without a sign,
# which a `__repr__` writes by `%x`, those alone that begin as addresses do, of the heap or mapped.
_ADDRESS = re.compile(
    r" at (?:0x[0-9A-Fa-f]{6,16}(?=>|[,;:] )|(?:0{4})?(?:7[ef]|7[EF]|5[56])[0-9A-Fa-f]{10}(?=>))"
)
_LONGEST = 60  # characters of what is quoted
_ITERATORS = re.compile(
    r"<(?:generator|map|filter|zip|enumerate|reversed|itertools\.\w+|\w+_iterator) object\b"
)
_FUNCTIONS = re.compile(r"<(?:function|bound method|built-in method)\b")


def without_addresses(text: str) -> str:
    """The text without them."""
    if _SIGN not in text:
        return text
    return "\n".join(map(_without, text.split("\n")))


def _without(line: str) -> str:
    first = line.find("<")
    return line if first < 0 else line[:first] + _ADDRESS.sub("", line[first:])


def told_addresses(text: str) -> Iterator[tuple[str, str]]:
    """For each object of which the text has an address, what to say, and the way out."""
    if _SIGN not in text:
        return
    for found in _ADDRESS.finditer(text):
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if "<" in before:
            name = _ADDRESS.sub("", before[_opening(before) :])[-_LONGEST:]
            what = f"`{name}>` is shown without its address, which is another one in each build"
            yield what, _way_out(name)


def _opening(text: str) -> int:
    """Where the last `<` stands that is still open."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += {">": 1, "<": -1}.get(text[at], 0)
        if depth < 0:
            return at
    return text.find("<")


def _way_out(name: str) -> str:
    if _ITERATORS.match(name):
        return "`list(...)` shows what it gives"
    if _FUNCTIONS.match(name):
        return "call it, or show its `__name__`"
    return "show what it holds, or give its class a `__repr__`"
