"""PDF files that other programs made, so that they are the same each time and TeX takes them.

Some write their objects, and the names in a dictionary, in the order of a set. Here they follow one
another as they are referred to, from the root on.
"""

from __future__ import annotations

import re

from msgspec import Struct

_DATE = re.compile(rb"(/(?:CreationDate|ModDate) ?\()([^()]*)(\))")
_NAMES = re.compile(rb"(?:^ +/\w+ \d+ \d+ R\n){2,}", re.MULTILINE)  # in a dictionary, a line each
# Of a page, which is to be part of another one: TeX takes the first on that alone, and warns.
_GROUP = re.compile(rb"(/Type\s*/Page\b(?:(?!endobj).)*?)(/Group\s*<<[^<>]*>>)", re.DOTALL)
_VERSION = re.compile(rb"\A%PDF-1\.[67]")  # pdfTeX warns of more than 1.5; a figure has no more

_END = re.compile(
    rb"xref\s+0 (?P<count>\d+)\s+(?P<entries>(?:\d{10} \d{5} [fn]\s*)+)"
    rb"trailer\s*(?P<trailer><<.*?>>)\s*startxref\s+(?P<at>\d+)\s+%%EOF\s*\Z",
    re.DOTALL,
)
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_OBJECT = re.compile(rb"(\d+) 0 obj\b")


def steady_pdf(pdf: bytes) -> bytes:
    """The PDF without dates and a group of its page, all in its order."""
    undated = _DATE.sub(lambda found: found[1] + b" " * len(found[2]) + found[3], pdf)
    ungrouped = _GROUP.sub(lambda found: found[1] + b" " * len(found[2]), undated)
    named = _NAMES.sub(lambda found: b"".join(sorted(found[0].splitlines(True))), ungrouped)
    return _VERSION.sub(b"%PDF-1.5", _in_order(named))


class _Parts(Struct, frozen=True):
    head: bytes
    objects: dict[int, bytes]  # what follows "N 0 obj", by N
    root: int


def _in_order(pdf: bytes) -> bytes:
    """The objects numbered as they are referred to. As it is, where it is no plain PDF."""
    parts = _parts(pdf)
    if parts is None:
        return pdf
    order: dict[int, int] = {}
    waiting = [parts.root]
    while waiting:
        number = waiting.pop()
        if number not in order and number in parts.objects:
            order[number] = len(order) + 1
            waiting += reversed(_references(parts.objects[number]))
    text, offsets = parts.head, []
    for number, new in order.items():
        offsets.append(len(text))
        text += b"%d 0 obj%s" % (new, _renumbered(parts.objects[number], order))
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(order) + 1
    return text + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (
        size, entries, size
    ) + b"startxref\n%d\n%%%%EOF\n" % len(text)  # fmt: skip


def _parts(pdf: bytes) -> _Parts | None:
    """Its objects, if one table says where all of them are."""
    end = _END.search(pdf)
    root = _ROOT.search(end["trailer"]) if end else None
    if end is None or root is None or b"/Encrypt" in end["trailer"] or b"/Prev" in end["trailer"]:
        return None
    rows = end["entries"].split()
    starts = sorted(int(rows[at]) for at in range(0, len(rows), 3) if rows[at + 2] == b"n")
    objects: dict[int, bytes] = {}
    for start, after in zip(starts, [*starts[1:], end.start()], strict=True):
        begins = _OBJECT.match(pdf, start)
        if begins is None:
            return None
        objects[int(begins[1])] = pdf[begins.end() : after]
    return _Parts(pdf[: starts[0]], objects, int(root[1])) if starts else None


def _split(body: bytes) -> tuple[bytes, bytes]:
    """What an object says, and its data."""
    data = _STREAM.search(body)
    return (body[: data.start()], body[data.start() :]) if data else (body, b"")


def _references(body: bytes) -> list[int]:
    return [int(found[1]) for found in _REFERENCE.finditer(_split(body)[0])]


def _renumbered(body: bytes, order: dict[int, int]) -> bytes:
    said, data = _split(body)
    return _REFERENCE.sub(lambda found: b"%d 0 R" % order.get(int(found[1]), 0), said) + data
