"""Code that sets Pweave up, which is not here: the way out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.press.document.model import Document
from treadle.problem import Problem, Span, warning

OF_PWEAVE = re.compile(r"[^#\"']*\bpweave\.rcParams\b")


def asks_pweave(document: Document) -> Iterator[Problem]:
    """A warning for the first line of each chunk that does so."""
    for chunk in document.chunks:
        if not chunk.options.evaluate or "pweave.rcParams" not in chunk.code:
            continue
        lines = enumerate(chunk.code.split("\n"), chunk.code_line)
        for number in [number for number, line in lines if OF_PWEAVE.match(line)][:1]:
            hint = "`chunks: {echo: false}` in the front matter sets options of all chunks"
            span = Span.at(chunk.span.file, number)
            yield warning(span, "`pweave.rcParams` changes nothing here", hint)
