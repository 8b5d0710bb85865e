"""The first line of an extracted file: what it comes from, and a seal against hand edits."""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

_HEADER = re.compile(
    r"# Extracted by treadle from (?P<source>.+): edit that, not this file\. "
    r"\[(?P<digest>[0-9a-f]{16})\]\n"
)


class Seal(Struct, frozen=True):
    """What an extracted file says of itself; `intact` if nobody has edited it since."""

    source: str
    intact: bool


def sealed(source: str, body: str) -> str:
    """The whole text of a file extracted from `source`."""
    digest = _digest(body)
    return f"# Extracted by treadle from {source}: edit that, not this file. [{digest}]\n{body}"


def read_seal(text: str) -> Seal | None:
    """The seal of a file's text; None if treadle did not write it."""
    header = _HEADER.match(text)
    if header is None:
        return None
    return Seal(header["source"], _digest(text[header.end() :]) == header["digest"])


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()[:16]
