"""Look at a document without running, extracting or writing anything."""

from __future__ import annotations

from treadle.building.prepare import misuses_of, prepare
from treadle.building.request import Built, Request
from treadle.weaving.weave import check_template


def check(request: Request) -> Built:
    """All problems that can be told before any code runs."""
    if misuses := misuses_of(request):
        return Built((), misuses=misuses)
    prepared = prepare(request)
    found = (*prepared.diagnostics, *check_template(prepared.document))
    ordered = tuple(sorted(dict.fromkeys(found), key=lambda item: item.span))
    return Built(ordered, misuses=prepared.misuses)
