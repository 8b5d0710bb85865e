"""Which chunks check what: `checks="eq:kl, eq:general"` names two labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.document.model import Chunk, Document


def targets(document: Document) -> Iterator[tuple[Chunk, str]]:
    """Each chunk that checks something, with each label that it checks."""
    for chunk in document.chunks:
        for name in labels_checked(chunk):
            yield chunk, name


def labels_checked(chunk: Chunk) -> tuple[str, ...]:
    """The labels that a chunk checks."""
    return tuple(dict.fromkeys(re.findall(r"[^,\s]+", chunk.options.checks or "")))
