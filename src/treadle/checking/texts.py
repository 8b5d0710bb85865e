"""Figures without a text for those who can't see them."""

from __future__ import annotations

from collections.abc import Iterator

from treadle.diagnostics import Diagnostic, Span, warning
from treadle.document.model import Chunk, Document

DRAWS = ("plt.", "subplots(", ".plot(", ".imshow(", "figure(")
OF_FIGURES = {"f_size", "f_spines", "f_env", "width", "dpi"}  # options that tables don't heed


def without_alt(document: Document) -> Iterator[Diagnostic]:
    """A warning for each chunk with a caption and without `alt` that draws, by its code."""
    for chunk in document.chunks:
        options = chunk.options
        if options.caption and options.fig and not options.alt and _draws(chunk):
            at = Span.at(chunk.span.file, chunk.span.line)
            hint = 'say by alt="..." what it shows'
            yield warning(at, f"the figure of {chunk.label} has no alternative text", hint)


def _draws(chunk: Chunk) -> bool:
    return bool(OF_FIGURES & chunk.options.given.keys()) or any(
        word in chunk.code for word in DRAWS
    )
