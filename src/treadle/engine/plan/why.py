"""Why each cell would run, or not, in words: the loop of `run.loop` without workers.

What its key is made of now is compared with what the last build left of that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from treadle.engine.cell import Cell
from treadle.engine.plan.context import Context
from treadle.engine.plan.decide import Decision, TraceStore, decide
from treadle.engine.plan.restore import Holdings, cells_to_rerun, files_missed
from treadle.engine.plan.scans import ScannedCell
from treadle.engine.plan.snapshot import UNKNOWN, Snapshot
from treadle.engine.plan.validity import shown
from treadle.engine.store.digest import digest
from treadle.engine.store.store import Store
from treadle.engine.trace import NOBODY, Trace

LENGTH = 64  # characters of what keys are made of that are kept as they are: digests, mostly

_FIXED = {
    "program": "Python, the number of threads, or treadle itself changed",
    "python": "it runs under another Python, or in another environment",
    "code": "its code changed",
    "options": "its options changed",
    "seed": "its seed changed: it comes from the document's seed and the chunk's name",
    "module": "it belongs to another module now",
    "source": "the source text of the object that it shows changed",
    "futures": "the `from __future__` imports before it changed",
    "loaded": "other modules are imported before it",
    "sources": "source files were added or removed",
    "text": "it looks at source text, docstrings or line numbers, and the document's text changed",
}


class _Words(NamedTuple):
    """What is said of a part of a key, by what became of it."""

    changed: str
    new: str = ""  # empty: the same
    gone: str = "it no longer uses {what}"


_WORDS = {
    "name": _Words(
        "`{what}` changed: {maker}",
        "it now uses `{what}`: {maker}",
        "`{what}` is no longer there, or no longer used",
    ),
    "symbol": _Words("{symbol} changed", "it now uses {symbol}", "it no longer uses {symbol}"),
    "content": _Words("{symbol} changed"),
    "module": _Words("the module {what} changed", "it now uses the module {what}"),
    "params": _Words("the parameter `{what}` changed", "it now uses the parameter `{what}`"),
    "depends": _Words("the file {file}, on which it says it depends, changed"),
    "process": _Words(
        "{what} changed",
        "{what} is changed by an earlier chunk now",
        "{what} is no longer changed by an earlier chunk",
    ),
    "older": _Words(
        "the older `{older}` that `{user}` rests on changed",
        "`{user}` rests on an older `{older}` now",
        "`{user}` no longer rests on an older `{older}`",
    ),
}


class Foreseen(Struct, frozen=True):
    """What would become of a cell: empty reasons where it is kept."""

    kept: bool
    certain: bool = True  # False: it runs only if what runs before it comes out different
    reasons: tuple[str, ...] = ()
    trace: Trace | None = None  # where it is kept


def foresee(
    context: Context, store: TraceStore, history: History, places: Sequence[str]
) -> list[Foreseen]:
    """What a build would do with each cell. `places` says of each what and where it is, in words:
    "chunk `a` at line 12"."""
    found: list[Foreseen] = []
    decisions: list[Decision] = []
    snapshots = [Snapshot.first(context)]  # before each cell, as far as can be told
    for number, scanned in enumerate(context.scanned):
        snapshot = snapshots[number]
        decision = decide(scanned, snapshot, store)
        imports = decision.needs.modules
        decisions.append(decision)
        if decision.trace is not None:
            found.append(Foreseen(True, trace=decision.trace))
            snapshots.append(snapshot.after(scanned, decision.key, imports, decision.trace))
            continue
        why = tuple(_reasons(decision, scanned, snapshot, history, places))
        certain = not all(" is computed anew by " in reason for reason in why)
        found.append(Foreseen(False, certain, why))
        for maker, needing in _rerun_for(number, snapshots, decisions):
            kept = decisions[maker].trace is not None
            if kept and (found[maker].kept or certain > found[maker].certain):
                found[maker] = _needed(maker, places[needing], certain, decisions, context)
        snapshots.append(snapshot.presuming(scanned, imports, history.changes(scanned.cell)))
    for writer, path in files_missed(snapshots[-1]).items():
        if decisions[writer].trace is not None:
            name = shown(path, context.present.folder)
            found[writer] = Foreseen(
                False, reasons=(f"it writes `{name}`, which changed or is gone",)
            )
    return found


def _rerun_for(
    number: int, snapshots: Sequence[Snapshot], decisions: Sequence[Decision]
) -> Iterator[tuple[int, int]]:
    """The cells that have to run before this one does, each with the one that needs it.

    Those that it needs, those that they need, and so on.
    """
    waiting, seen = [number], {number}
    while waiting:
        needing = waiting.pop()
        needs = decisions[needing].needs
        new = cells_to_rerun(snapshots[needing], needs, Holdings()) - seen
        seen |= new
        waiting += new
        yield from ((maker, needing) for maker in sorted(new))


def _needed(
    maker: int, place: str, certain: bool, decisions: Sequence[Decision], context: Context
) -> Foreseen:
    """That a cell which could be kept runs all the same, for the sake of the one at `place`."""
    trace = decisions[maker].trace
    assert trace is not None, "it could be kept"
    what = _trouble(context.scanned[maker], trace)
    text = f"{place.removeprefix('chunk ')} has to run and needs it: {what}"
    return Foreseen(False, certain, (text.replace("`", "", 2),))


def _reasons(
    decision: Decision,
    scanned: ScannedCell,
    snapshot: Snapshot,
    history: History,
    places: Sequence[str],
) -> Iterator[str]:
    if decision.outdated:
        yield decision.outdated
        return
    old = history.parts(scanned.cell)
    if old is None:
        yield "it has not run yet"
        return

    def maker(name: str) -> str:
        binding = snapshot.names.get(name)
        if binding is None or binding.maker == NOBODY:
            return "nothing binds it"
        done = "" if binding.token.startswith(UNKNOWN) else "made by "
        return f"{done}{places[binding.maker]}"

    different = list(reasons(old, decision.parts, maker))
    yield from different or ["what it computed is not in the cache: it failed, or that was removed"]


def _trouble(scanned: ScannedCell, trace: Trace) -> str:
    """Why what a cell leaves can't be stored, or why else it is needed."""
    for binding in trace.bindings:
        if binding.trouble:
            return binding.trouble
        if not binding.entry and binding.names[0] not in scanned.code.definitions:
            return f"it changes the definition `{binding.names[0]}`, which can't be stored"
    what = next((what for what, _ in trace.observed.effects), "state of the whole process")
    return f"it changes {what}"


def reasons(
    old: Mapping[str, str], new: Mapping[str, str], maker: Callable[[str], str]
) -> Iterator[str]:
    """The differences between two keys, in words, the most telling first.

    `maker` says which cell bound a name: "chunk `a` at line 12"; `old` holds values `shortened`.
    """
    for name in ("program", "python"):
        if old.get(name, "") != shortened(new.get(name, "")):
            yield _FIXED[name]
            return
    if old.get("code") != shortened(new["code"]):
        yield _FIXED["code"]
    unknown = [name for name, value in new.items() if value.startswith(UNKNOWN)]
    if unknown:  # what it reaches by way of these can't be known yet
        for name in unknown:
            what = name.partition(" ")[2]
            yield f"`{what}` is computed anew by {maker(what)}"
        return
    for name in sorted(new.keys() - {"code"}, key=_rank):
        if name not in old:
            yield _filled(_words(name).new or _words(name).changed, name, maker)
        elif old[name] != shortened(new[name]):
            yield _filled(_words(name).changed, name, maker)
    for name in sorted(old.keys() - new.keys(), key=_rank):
        yield _filled(_words(name).gone, name, maker)


def _rank(name: str) -> tuple[int, str]:
    order = ("code", "options", "name", "symbol", "params", "depends", "seed", "process")
    kind = name.partition(" ")[0]
    return (order.index(kind) if kind in order else len(order), name)


def _words(name: str) -> _Words:
    if name in _FIXED:
        return _Words(_FIXED[name])
    return _WORDS.get(name.partition(" ")[0], _Words("{what} changed"))


def _filled(text: str, name: str, maker: Callable[[str], str]) -> str:
    kind, _, what = name.partition(" ")
    user, _, older = what.partition(" ")
    return text.format(
        what=what or kind,
        maker=maker(what) if kind == "name" else "",
        symbol=_symbol(what),
        file=os.path.basename(what),  # noqa: PTH119
        user=user,
        older=older,
    )


def _symbol(ref: str) -> str:
    module, _, name = ref.partition(":")
    return f"`{name}` in module {module}" if name.strip("*") else f"module {module}"


def shortened(value: str) -> str:
    """What is kept of a part of a key."""
    return value if len(value) <= LENGTH else digest(value.encode("utf-8", "surrogatepass"))


def save_history(
    store: Store,
    name: str,
    context: Context,
    decisions: Sequence[Decision],
    traces: Sequence[Trace | None],
) -> None:
    """Keep it for each cell that the build came to. Raises OSError."""
    cells = [
        {
            "label": scanned.cell.label,
            "source": shortened(scanned.cell.code),
            "parts": {part: shortened(value) for part, value in decision.parts.items()},
            "changes": _changes(trace),
        }
        for scanned, decision, trace in zip(context.scanned, decisions, traces, strict=False)
    ]
    store.traces.save_record(f"cells\0{name}", {"cells": cells})


class History:
    """The cells of the last build, found again by name and code, by name, or by code."""

    def __init__(self, store: Store, name: str) -> None:
        record = store.traces.load_record(f"cells\0{name}")
        cells = record["cells"] if record else []
        assert isinstance(cells, list)
        self._cells: list[dict[str, object]] = cells

    def parts(self, cell: Cell) -> Mapping[str, str] | None:
        """What the cell's key was made of in the last build; None: it is new."""
        parts = self._found(cell).get("parts")
        return parts if isinstance(parts, dict) else None

    def changes(self, cell: Cell) -> frozenset[str]:
        """The names that the cell bound or changed in the last build."""
        changes = self._found(cell).get("changes")
        return frozenset(changes) if isinstance(changes, list) else frozenset()

    def _found(self, cell: Cell) -> Mapping[str, object]:
        label, source = cell.label, shortened(cell.code)
        for traits in ({"label": label, "source": source}, {"label": label}, {"source": source}):
            for known in self._cells:
                if traits.items() <= known.items():
                    return known
        return {}


def _changes(trace: Trace | None) -> list[str]:
    return sorted({name for binding in trace.bindings for name in binding.names} if trace else ())
