"""Checks that check nothing, or something that they don't say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from treadle.diagnostics import Diagnostic, Span, error, warning
from treadle.document.checks import asserts, labels_checked
from treadle.document.model import Chunk, Document
from treadle.execution.result import ChunkResult, InlineResult

COMPARES = re.compile(r"\b(?:agree|at_most|equal|identical)\(")


def idle_checks(
    document: Document, results: Sequence[ChunkResult | InlineResult | None]
) -> Iterator[Diagnostic]:
    """Of the chunks that ran: an error for a comparison of a label that its chunk does not check,
    a warning for a chunk that failed, and one that asserts and compares nothing."""
    for chunk, result in zip(document.blocks, results, strict=True):
        if isinstance(chunk, Chunk) and isinstance(result, ChunkResult) and labels_checked(chunk):
            yield from _undeclared(chunk, result)
            yield from _nothing_held(chunk, result)


def _undeclared(chunk: Chunk, result: ChunkResult) -> Iterator[Diagnostic]:
    labels = labels_checked(chunk)
    for comparison in result.comparisons:
        if comparison.of and comparison.of not in labels:
            text = f"{chunk.label} compares something of `{comparison.of}`"
            yield error(_at(chunk), text, f"it says to check {', '.join(labels)}")


def _nothing_held(chunk: Chunk, result: ChunkResult) -> Iterator[Diagnostic]:
    labels = labels_checked(chunk)
    if result.failure is not None:
        text = f"{chunk.label} failed, so it checks nothing of {', '.join(labels)}"
        yield warning(_at(chunk), text, "it may, by `error=True`; it is not in the ledger")
        return
    about = {comparison.of for comparison in result.comparisons}
    for label in () if "" in about or asserts(chunk) else labels:
        if label not in about:
            text = f"{chunk.label} asserts and compares nothing of `{label}`"
            yield warning(_at(chunk), text, "it is not in the ledger, and has no mark")


def _at(chunk: Chunk) -> Span:
    return Span.at(chunk.span.file, chunk.span.line)


def hollow_checks(document: Document) -> Iterator[Diagnostic]:
    """Likewise, as far as can be told before anything runs."""
    for chunk in document.chunks:
        at = Span.at(chunk.span.file, chunk.span.line)
        if chunk.options.checks and not chunk.options.evaluate:
            yield warning(at, f"{chunk.label} checks nothing: it is not run")
        elif chunk.options.checks and not (asserts(chunk) or COMPARES.search(chunk.code)):
            yield _asserts_nothing(chunk, at)


def _asserts_nothing(chunk: Chunk, at: Span) -> Diagnostic:
    hint = "let it `assert` something, or compare by `treadle.checks`"
    return warning(at, f"{chunk.label} has `checks=`, and asserts and compares nothing", hint)
