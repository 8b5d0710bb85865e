"""All that `treadle check` has to say of a document without errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from treadle.press.checks.dangling import nowhere_defined
from treadle.press.checks.idle import hollow_checks
from treadle.press.checks.labels import given_twice, labels_of, missing_targets, unchecked, unused
from treadle.press.checks.numbers import Computed, typed_counts, typed_numbers
from treadle.press.checks.symbols import late_introductions
from treadle.press.document.model import Chunk, Document
from treadle.press.weave.weave import weave
from treadle.problem import Problem, Span, warning

# What an author has looked at and lets stand: `treadle: literal` in a comment on the line.

SILENT = re.compile(r"(?:#|<!--|%)\s*treadle:\s*literal\b")


def heeded(found: Iterable[Problem], text: str) -> Iterator[Problem]:
    """Those of `found` whose line in the document's `text` does not say that they may stand."""
    silent = {number for number, line in enumerate(text.split("\n"), 1) if SILENT.search(line)}
    return (item for item in found if item.span.line not in silent)


# Figures without a text for those who can't see them.

DRAWS = ("plt.", "subplots(", ".plot(", ".imshow(", "figure(")
OF_FIGURES = {"f_size", "f_spines", "f_env", "width", "dpi"}  # options that tables don't heed


def without_alt(document: Document) -> Iterator[Problem]:
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


# All that `treadle check` has to say of a document without errors.


def findings(document: Document, text: str, values: Iterable[Computed] = ()) -> tuple[Problem, ...]:
    """Problems, by line; `text` is the document's, `values` are what code has computed, as far as
    that is known. Nothing is run."""
    woven = weave(document, [None] * len(document.blocks))
    labels = labels_of(document, woven)
    found = (
        *nowhere_defined(labels, document, woven),
        *given_twice(document, woven),
        *unused(labels, document, woven),
        *unchecked(labels, document),
        *hollow_checks(document),
        *missing_targets(labels, document, woven),
        *typed_numbers(document),
        *typed_counts(document, values),
        *late_introductions(document),
        *without_alt(document),
    )
    told = (*woven.diagnostics, *heeded(dict.fromkeys(found), text))
    return tuple(sorted(told, key=lambda item: item.span))
