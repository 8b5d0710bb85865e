"""All that `treadle check` has to say of a document without errors."""

from __future__ import annotations

from collections.abc import Iterable

from treadle.checking.counts import Computed, typed_counts
from treadle.checking.dangling import nowhere_defined
from treadle.checking.idle import hollow_checks
from treadle.checking.labels import given_twice, labels_of, missing_targets, unchecked, unused
from treadle.checking.numbers import typed_numbers
from treadle.checking.silenced import heeded
from treadle.checking.symbols import late_introductions
from treadle.checking.texts import without_alt
from treadle.diagnostics import Diagnostic
from treadle.document.model import Document
from treadle.weaving.weave import weave


def findings(
    document: Document, text: str, values: Iterable[Computed] = ()
) -> tuple[Diagnostic, ...]:
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
