"""Figures without a text for those who can't see them."""

from __future__ import annotations

from collections.abc import Iterator

from treadle.diagnostics import Diagnostic, Span, warning
from treadle.document.model import Document

DRAWS = ("plt.", "subplots(", ".plot(", ".imshow(", "figure(")


def without_alt(document: Document) -> Iterator[Diagnostic]:
    """A warning for each chunk with a caption and without `alt` that draws, by its code."""
    for chunk in document.chunks:
        options = chunk.options
        if options.caption and options.fig and not options.alt and _draws(chunk.code):
            at = Span.at(chunk.span.file, chunk.span.line)
            hint = 'say by alt="..." what it shows'
            yield warning(at, f"the figure of {chunk.label} has no alternative text", hint)


def _draws(code: str) -> bool:
    return any(word in code for word in DRAWS)
