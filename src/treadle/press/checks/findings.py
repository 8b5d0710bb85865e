"""What a strict reader asks of a document, and of checks that check nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from treadle.press.checks.labels import (
    given_twice,
    labels_of,
    missing_targets,
    nowhere_defined,
    unchecked,
    unused,
)
from treadle.press.checks.prose import Computed, late_introductions, typed_counts, typed_numbers
from treadle.press.document.model import Chunk, Document
from treadle.press.document.syntax import asserts, asserts_or_compares, labels_checked
from treadle.press.results import ChunkResult, InlineResult
from treadle.press.weave.weave import weave
from treadle.problem import Problem, Span, error, warning

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
        *_hollow_checks(document),
        *missing_targets(labels, document, woven),
        *typed_numbers(document),
        *typed_counts(document, values),
        *late_introductions(document),
        *_without_alt(document),
    )
    silent = {number for number, line in enumerate(text.split("\n"), 1) if SILENT.search(line)}
    unsilenced = (item for item in dict.fromkeys(found) if item.span.line not in silent)
    return tuple(sorted((*woven.problems, *unsilenced), key=lambda item: item.span))


# Figures without a text for those who can't see them.

DRAWS = ("plt.", "subplots(", ".plot(", ".imshow(", "figure(")
OF_FIGURES = {"f_size", "f_spines", "f_env", "width", "dpi"}  # options that tables don't look at


def _without_alt(document: Document) -> Iterator[Problem]:
    """A warning for each chunk with a caption and without `alt` that draws, by its code."""
    for chunk in document.chunks:
        options = chunk.options
        draws = OF_FIGURES & options.given.keys() or any(word in chunk.code for word in DRAWS)
        if options.caption and options.fig and not options.alt and draws:
            text = f"the figure of {chunk.label} has no alternative text"
            yield warning(_at(chunk), text, 'say by alt="..." what it shows')


# Checks that check nothing, or something that they don't say.


def idle_checks(
    document: Document, results: Sequence[ChunkResult | InlineResult | None]
) -> Iterator[Problem]:
    """After a build: an error for a comparison of a label that its chunk does not check, a warning
    for a chunk that was not run or failed, and one that asserts and compares nothing."""
    for chunk, result in zip(document.blocks, results, strict=True):
        if not isinstance(chunk, Chunk) or not labels_checked(chunk):
            continue
        if isinstance(result, ChunkResult):
            yield from _undeclared(chunk, result)
            yield from _nothing_compared(chunk, result, document)
        else:
            yield from _not_run(chunk)


def _hollow_checks(document: Document) -> Iterator[Problem]:
    """Likewise, as far as can be told before anything runs."""
    for chunk in document.chunks:
        if not labels_checked(chunk):
            continue
        not_run = tuple(_not_run(chunk))
        yield from not_run
        if not not_run and not asserts_or_compares(chunk, document):
            text = f"{chunk.label} has `checks=`, and asserts and compares nothing"
            hint = "let it `assert` something, or compare by `treadle.checks`"
            yield warning(_at(chunk), text, hint)


def _not_run(chunk: Chunk) -> Iterator[Problem]:
    if chunk.options.test:
        hint = "`make test` runs it: let a chunk of the build check, too"
        yield warning(_at(chunk), f"{chunk.label} checks nothing: a build runs no tests", hint)
    elif not chunk.options.evaluate:
        yield warning(_at(chunk), f"{chunk.label} checks nothing: it is not run")


def _undeclared(chunk: Chunk, result: ChunkResult) -> Iterator[Problem]:
    labels = labels_checked(chunk)
    for comparison in result.comparisons:
        if comparison.of and comparison.of not in labels:
            text = f"{chunk.label} compares something of `{comparison.of}`"
            yield error(_at(chunk), text, f"it says to check {', '.join(labels)}")


def _nothing_compared(chunk: Chunk, result: ChunkResult, document: Document) -> Iterator[Problem]:
    labels = labels_checked(chunk)
    if result.failure is not None:
        text = f"{chunk.label} failed, so it checks nothing of {', '.join(labels)}"
        yield warning(_at(chunk), text, "it may, by `error=True`; it is not in the ledger")
        return
    about = {comparison.of for comparison in result.comparisons}
    left = [] if "" in about else [label for label in labels if label not in about]
    if about - {*labels} or (left and asserts(chunk, document)):
        return  # what is compared has another label, an error; or the assertions are of these
    for label in left:
        text = f"{chunk.label} asserts and compares nothing of `{label}`"
        yield warning(_at(chunk), text, "it is not in the ledger, and has no mark")


def _at(chunk: Chunk) -> Span:
    return Span.at(chunk.span.file, chunk.span.line)
