"""Look at a document without running, extracting or writing anything."""

from __future__ import annotations

from treadle.building.prepare import misuses_of, prepare
from treadle.building.request import Built, Request
from treadle.checking.findings import findings
from treadle.diagnostics import has_errors
from treadle.weaving.weave import check_template


def check(request: Request) -> Built:
    """All problems that can be told before any code runs; of a sound document, what a strict
    reader would ask."""
    if misuses := misuses_of(request):
        return Built((), misuses=misuses)
    prepared = prepare(request)
    found = (*prepared.diagnostics, *check_template(prepared.document))
    if not has_errors(found):
        found += findings(prepared.document, prepared.text)
    ordered = tuple(sorted(dict.fromkeys(found), key=lambda item: item.span))
    return Built(ordered, misuses=prepared.misuses)
