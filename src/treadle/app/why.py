"""Why each chunk of a document would run, or not: none of its code is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from treadle.app.current_build import Build
from treadle.app.execute import context_of
from treadle.app.known_pythons import Remembered
from treadle.app.listener import Silent
from treadle.app.lock import locked, say_nothing
from treadle.app.measuring import Measuring
from treadle.app.prepare import Prepared, misuses_of, prepare
from treadle.app.request import Request
from treadle.app.scratch import Scratch
from treadle.engine.cell import Cell
from treadle.engine.plan.why import Foreseen, History, foresee
from treadle.engine.run.kept_traces import KeptTraces
from treadle.engine.store.store import Store, store_folder
from treadle.press.cells import spelled
from treadle.press.document.model import Chunk
from treadle.press.tangle.write import tangle
from treadle.problem import Problem, Span, has_errors


class Verdict(Struct, frozen=True):
    """What a build would do with a chunk or inline code, and why: no reasons where it is kept."""

    span: Span
    label: str
    is_chunk: bool
    kept: bool
    certain: bool  # False: it runs only if what runs before it comes out different
    reasons: tuple[str, ...] = ()
    seconds: float = 0.0  # that it took when it ran, where it is kept
    peak_memory: int = 0  # bytes of the worker by then
    unkept: tuple[str, ...] = ()  # names whose values it would have taken too long to keep


class Explained(Struct, frozen=True):
    """The verdicts, or what kept the document from being looked at."""

    verdicts: tuple[Verdict, ...] = ()
    problems: tuple[Problem, ...] = ()
    misuses: tuple[str, ...] = ()


def explain(request: Request, waiting: Callable[[], None] = say_nothing) -> Explained:
    """What a build would do with each chunk and inline code. Modules are extracted to the code's
    folder, as a build does, and nothing else is written. Raises NoKeyError.

    `waiting` is called if a build of the document has to come to its end first.
    """
    if misuses := misuses_of(request):
        return Explained(misuses=misuses)
    prepared = prepare(request, Remembered(request.out_dir))
    if prepared.failed:
        return Explained((), prepared.told(prepared.problems), prepared.misuses)
    scratch = Scratch(request.out_dir.resolve(), prepared.document.stem)
    with locked(scratch.root, waiting):
        extracted = tangle(prepared.document, request.code_dir, prepared.python.paths)
        problems = prepared.told((*prepared.problems, *extracted.problems))
        if has_errors(problems):
            return Explained((), problems)
        store = Store.open(store_folder(scratch.out_dir))
        work = Build(request, Silent(), prepared, scratch, store=store)
        with Measuring(work) as measuring:
            context, _ = context_of(work, store, measuring)
            history = History(store, str(request.path.resolve()))
            places = [_place(prepared, cell) for cell in prepared.cells.cells]
            foreseen = foresee(context, KeptTraces(store, context), history, places)
    return Explained(tuple(_verdicts(prepared, foreseen)), problems)


def _place(prepared: Prepared, cell: Cell) -> str:
    document = prepared.document
    place = f" at {document.files.in_words(document.files.numbered(_span(prepared, cell)).line)}"
    what = cell.label if cell.is_inline else f"chunk `{cell.label}`"
    return what if what.endswith(place) else f"{what}{place}"


def _span(prepared: Prepared, cell: Cell) -> Span:
    """The line at which an author finds the cell."""
    document = prepared.document
    block = document.blocks[prepared.cells.blocks[cell.number]]
    if isinstance(block, Chunk) and not cell.is_inline:
        return document.files.own(block.fence)
    return Span.at(spelled(cell.file, document), cell.line)


def _verdicts(prepared: Prepared, foreseen: list[Foreseen]) -> Iterator[Verdict]:
    for cell, found in zip(prepared.cells.cells, foreseen, strict=True):
        trace = found.trace if found.kept else None
        yield Verdict(
            _span(prepared, cell),
            cell.label,
            not cell.is_inline,
            found.kept,
            found.certain,
            found.reasons,
            trace.seconds if trace else 0.0,
            trace.peak_memory if trace else 0,
            trace.unkept if trace else (),
        )
