"""What an author has looked at and lets stand: `treadle: literal` in a comment on the line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from treadle.diagnostics import Diagnostic

SILENT = re.compile(r"(?:#|<!--|%)\s*treadle:\s*literal\b")


def heeded(found: Iterable[Diagnostic], text: str) -> Iterator[Diagnostic]:
    """Those of `found` whose line in the document's `text` does not say that they may stand."""
    silent = {number for number, line in enumerate(text.split("\n"), 1) if SILENT.search(line)}
    return (item for item in found if item.span.line not in silent)
