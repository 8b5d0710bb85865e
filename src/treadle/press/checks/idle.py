"""Checks that check nothing, or something that they don't say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treadle.engine.messages import ChunkResult, InlineResult
from treadle.press.document.assertions import asserts, asserts_or_compares, labels_checked
from treadle.press.document.model import Chunk, Document
from treadle.problem import Problem, Span, error, warning


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
            yield from _nothing_held(chunk, result, document)
        else:
            yield from _not_run(chunk)


def hollow_checks(document: Document) -> Iterator[Problem]:
    """Likewise, as far as can be told before anything runs."""
    for chunk in document.chunks:
        if not labels_checked(chunk):
            continue
        if not_run := list(_not_run(chunk)):
            yield from not_run
        elif not asserts_or_compares(chunk, document):
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


def _nothing_held(chunk: Chunk, result: ChunkResult, document: Document) -> Iterator[Problem]:
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
