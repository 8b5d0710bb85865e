"""Checks that check nothing: not run, comparing nothing, or of a label that nothing has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from treadle.press.document.checking_chunks import asserts, compares, labels_checked, targets
from treadle.press.document.model import Chunk, Document
from treadle.press.document.wrong_values import nearest
from treadle.press.latex.fragment import READS
from treadle.press.results import ChunkResult, InlineResult
from treadle.press.weave.weave import Woven
from treadle.problem import Problem, Span, error, warning

LABEL = re.compile(r"\\(?:label|(?:named|bibliography)label\{[^{}]*\})\{([^{}]+)\}")


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
        elif problem := _not_run(chunk):
            yield problem


def hollow_checks(document: Document) -> Iterator[Problem]:
    """Likewise, as far as can be told before anything runs."""
    for chunk in document.chunks:
        if not labels_checked(chunk):
            continue
        if problem := _not_run(chunk):
            yield problem
        elif not (asserts(chunk, document) or compares(chunk, document)):
            text = f"{chunk.label} has `checks=`, and asserts and compares nothing"
            hint = "let it `assert` something, or compare by `treadle.checks`"
            yield warning(chunk.fence, text, hint)


def _not_run(chunk: Chunk) -> Problem | None:
    if chunk.options.test:
        hint = "`make test` runs it: let a chunk of the build check, too"
        return warning(chunk.fence, f"{chunk.label} checks nothing: a build runs no tests", hint)
    if not chunk.options.evaluate:
        return warning(chunk.fence, f"{chunk.label} checks nothing: it is not run")
    return None


def _undeclared(chunk: Chunk, result: ChunkResult) -> Iterator[Problem]:
    labels = labels_checked(chunk)
    for comparison in result.comparisons:
        if comparison.of and comparison.of not in labels:
            text = f"{chunk.label} compares something of `{comparison.of}`"
            yield error(chunk.fence, text, f"it says to check {', '.join(labels)}")


def _nothing_compared(chunk: Chunk, result: ChunkResult, document: Document) -> Iterator[Problem]:
    labels = labels_checked(chunk)
    if result.failure is not None:
        text = f"{chunk.label} failed, so it checks nothing of {', '.join(labels)}"
        yield warning(chunk.fence, text, "it may, by `error=True`; it is not in the ledger")
        return
    about = {comparison.of for comparison in result.comparisons}
    left = [] if "" in about else [label for label in labels if label not in about]
    if about - {*labels} or (left and asserts(chunk, document)):
        return  # what is compared has another label, an error; or the assertions are of these
    for label in left:
        text = f"{chunk.label} asserts and compares nothing of `{label}`"
        yield warning(chunk.fence, text, "it is not in the ledger, and has no mark")


def unbound(document: Document, woven: Woven) -> Iterator[Problem]:
    """An error for each label that a chunk says to check and that the whole document lacks.

    `woven` holds what code printed; files that it reads by `\\input` may hold any label.
    """
    known = set(LABEL.findall(woven.tex))
    if READS.search(woven.tex.partition(r"\begin{document}")[2]):
        return
    for chunk, name in targets(document):
        if name not in known:
            yield error(*without_label(chunk, name, known))


def meant(name: str, known: Iterable[str]) -> str:
    """The hint that names the nearest of those that are known; empty: none is near."""
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else ""


def without_label(chunk: Chunk, name: str, known: Iterable[str]) -> tuple[Span, str, str]:
    message = f"{chunk.label} checks `{name}`, and nothing has this label"
    return chunk.fence, message, meant(name, known)
