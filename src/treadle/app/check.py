"""Look at a document without running, extracting or writing anything."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace

from treadle.app.known_pythons import not_started
from treadle.app.prepare import Prepared, misuses_of, prepare
from treadle.app.recorded import read_record, record_path
from treadle.app.report import Report
from treadle.app.request import Request
from treadle.press.checks.findings import findings
from treadle.press.checks.typed_numbers import Computed
from treadle.press.document.model import Document, Prose
from treadle.press.weave.weave import weave
from treadle.press.weave.whole import check_template
from treadle.problem import Problem, has_errors


class _Record(Struct):
    """What is asked of `STEM.json`."""

    values: tuple[Computed, ...] = ()


def check(request: Request) -> Report:
    """All problems that can be told before any code runs; of a sound document, what a strict
    reader would ask."""
    if misuses := misuses_of(request):
        return Report(misuses=misuses)
    prepared = prepare(request, not_started)
    found = (*prepared.problems, *check_template(prepared.document))
    found = (*found, *_printing(prepared.document))
    if not has_errors(found):
        values = (*_params(prepared), *_values(request, prepared.document))
        found += findings(prepared.document, prepared.text, values)
    ordered = sorted(found, key=lambda item: item.span)
    return Report(prepared.told(ordered), misuses=prepared.misuses)


def _printing(document: Document) -> Iterator[Problem]:
    """What keeps the characters from being printed, as far as they are known before code runs."""
    printing = weave(document, (None,) * len(document.blocks)).printing
    yield from printing.problems
    if printing.because and printing.engine.unicode:
        yield from printing.engine.missing(printing.because[0])


def _params(prepared: Prepared) -> Iterator[Computed]:
    line = prepared.document.front.lines.get("params", 1)
    for name, value in prepared.params.items():
        if isinstance(value, int) and not isinstance(value, bool):
            yield Computed(str(value), f"params.{name}", line)


def _values(request: Request, document: Document) -> Iterator[Computed]:
    """What the document's inline code showed when it was last built, if it was."""
    shown = {value.code: value for value in _recorded(request)}
    for block in document.blocks:
        for inline in block.inlines if isinstance(block, Prose) else ():
            if inline.shows and (value := shown.get(inline.code.strip())) is not None:
                yield replace(value, line=inline.span.line)


def _recorded(request: Request) -> tuple[Computed, ...]:
    path = record_path(request.out_dir, request.path.stem)
    try:
        return convert(read_record(path), _Record).values
    except ValidationError:
        return ()
