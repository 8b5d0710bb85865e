"""All that a strict reader asks of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from treadle.press.checks.idle_checks import hollow_checks
from treadle.press.checks.labels import (
    given_twice,
    labels_of,
    missing_targets,
    nowhere_defined,
    unchecked,
    unused,
)
from treadle.press.checks.late_symbols import late_introductions
from treadle.press.checks.typed_numbers import Computed, typed_counts, typed_numbers
from treadle.press.document.model import Document
from treadle.press.weave.weave import weave
from treadle.problem import Problem, warning

# What an author has looked at and lets stand: `treadle: literal` in a comment on the line.
SILENT = re.compile(r"(?:#|<!--|%)\s*treadle:\s*literal\b")


def findings(document: Document, text: str, values: Iterable[Computed] = ()) -> tuple[Problem, ...]:
    """All that `treadle check` has to say of a document without errors, by line.

    `text` is the document's, `values` are what code has computed, as far as that is known.
    Nothing is run.
    """
    woven = weave(document, [None] * len(document.blocks))
    labels = labels_of(document, woven)
    found = (
        *nowhere_defined(labels, document, woven),
        *given_twice(document, woven),
        *unused(labels, document, woven),
        *unchecked(labels, document),
        *hollow_checks(document),
        *missing_targets(labels, document, woven),
        *(() if document.is_latex else _of_prose(document, values)),
        *_without_alt(document),
    )
    silent = {number for number, line in enumerate(text.split("\n"), 1) if SILENT.search(line)}
    unsilenced = (item for item in dict.fromkeys(found) if item.span.line not in silent)
    return tuple(sorted((*woven.problems, *unsilenced), key=lambda item: item.span))


def _of_prose(document: Document, values: Iterable[Computed]) -> Iterator[Problem]:
    """What is asked of words, which only Markdown tells from what is set."""
    yield from typed_numbers(document)
    yield from typed_counts(document, values)
    yield from late_introductions(document)


# Figures without a text for those who can't see them.

DRAWS = ("plt.", "subplots(", ".plot(", ".imshow(", "figure(")
OF_FIGURES = {"f_size", "f_spines", "f_env", "width", "dpi"}  # options that tables don't look at


def _without_alt(document: Document) -> Iterator[Problem]:
    """A warning for each chunk with a caption and without `alt` that draws, by its code."""
    for chunk in document.chunks:
        options = chunk.options
        draws = OF_FIGURES & options.given.keys() or any(word in chunk.code for word in DRAWS)
        if options.captioned and options.fig and not (options.alt or options.alts) and draws:
            text = f"the figure of {chunk.label} has no alternative text"
            yield warning(chunk.fence, text, 'say by alt="..." what it shows')
