"""PDF files that other programs made, so that they are the same each time and TeX takes them."""

from __future__ import annotations

import re

_DATE = re.compile(rb"(/(?:CreationDate|ModDate) ?\()([^()]*)(\))")
# Names in a dictionary, a line each: some programs write them in the order of a set.
_NAMES = re.compile(rb"(?:^ +/\w+ \d+ \d+ R\n){2,}", re.MULTILINE)
# Of a page, which is to be part of another one: TeX takes the first on that alone, and warns.
_GROUP = re.compile(rb"(/Type\s*/Page\b(?:(?!endobj).)*?)(/Group\s*<<[^<>]*>>)", re.DOTALL)
_VERSION = re.compile(rb"\A%PDF-1\.[67]")  # pdfTeX warns of more than 1.5; a figure has no more


def steady_pdf(pdf: bytes) -> bytes:
    """The PDF without dates and a group of its page, names in their order; nothing in it moves."""
    undated = _DATE.sub(lambda found: found[1] + b" " * len(found[2]) + found[3], pdf)
    ungrouped = _GROUP.sub(lambda found: found[1] + b" " * len(found[2]), undated)
    return _VERSION.sub(b"%PDF-1.5", _NAMES.sub(_ordered, ungrouped))


def _ordered(found: re.Match[bytes]) -> bytes:
    return b"".join(sorted(found[0].splitlines(keepends=True)))
