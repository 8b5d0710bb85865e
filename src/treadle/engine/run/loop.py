"""The loop: every cell of a document in order, kept or run, and the session from one to the next.

    for cell in cells:
        decision = decide(cell, snapshot, store)
        trace = decision.trace or workers.run(cell)   # or go back to what it needs
        snapshot = snapshot.after(cell, trace)

What a cell needs may be gone: a value that can't be stored, a file, state of the process. Then
the cell that makes it has to run again, and the loop goes back to it: it decides anew about what
comes after, and finds most of it kept. If the maker comes out different this time, those that
rest on it are not found, and run: nothing has to be said about that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.messages import Step, Touched, Unrestored, Unstored
from treadle.engine.plan.context import Context
from treadle.engine.plan.decide import Decision, decide
from treadle.engine.plan.restore import (
    Holdings,
    cells_to_rerun,
    files_missed,
    next_step,
    step_of,
)
from treadle.engine.plan.scans import ScannedCell, with_names
from treadle.engine.plan.snapshot import Snapshot
from treadle.engine.run.kept_traces import KeptTraces, failed
from treadle.engine.run.workers import Workers
from treadle.engine.scan.code import analyse
from treadle.engine.trace import Trace

PATIENCE = 4  # how often a cell may run in one build before all run in order


class CellListener(Protocol):
    """Is told of each cell when it happens."""

    def cell_started(self, cell: Cell) -> None:
        """It runs now."""

    def cell_finished(self, cell: Cell, trace: Trace) -> None:
        """It ran to its end, or to an exception."""


class Outcome(Struct, frozen=True):
    """What came of the cells: those after an end have no trace, nor those that were left out."""

    traces: tuple[Trace | None, ...]
    ran: frozenset[int] = frozenset()  # the numbers of those that ran
    decisions: tuple[Decision, ...] = ()
    last: Snapshot | None = None  # the session at the end


def run_with_store(
    context: Context, store: KeptTraces, workers: Workers, listener: CellListener
) -> Outcome:
    """Run the cells that have to. Raises OSError where the store can't be written."""
    try:
        return _Loop(context, store, workers, listener).to_its_end()
    finally:  # whatever came of it
        store.save()


def run_without_store(cells: Sequence[Cell], workers: Workers, listener: CellListener) -> Outcome:
    """Run every cell once, up to the first that fails: nothing is kept, nothing observed."""
    traces: list[Trace | None] = []
    ran: set[int] = set()
    for cell in cells:
        begins = workers.start()  # what that takes is not the cell's
        if begins:
            listener.cell_started(cell)
            ran.add(cell.number)
        step = Step(with_names(cell, analyse(cell.code)) if cell.module else cell)
        trace = workers.answer(workers.submit(step))
        assert isinstance(trace, Trace), "without a store nothing is restored or kept"
        listener.cell_finished(cell, trace)
        traces.append(trace)
        if failed(cell, trace):
            break
    return Outcome(tuple(traces), frozenset(ran))


class _Loop:
    """The state of the loop: what has come of the cells so far, and what the worker holds."""

    def __init__(
        self, context: Context, store: KeptTraces, workers: Workers, listener: CellListener
    ) -> None:
        self._cells = context.scanned
        self._store = store
        self._workers = workers
        self._listener = listener
        self._snapshots = [Snapshot.first(context)]  # before each cell that was come to
        self._decisions: list[Decision] = []
        self._traces: list[Trace | None] = []
        self._holdings = Holdings()
        self._forced: set[int] = set()  # to run again, kept or not
        self._times: Counter[int] = Counter()  # how often each cell ran in this build
        self._in_order = False  # nothing else helped: all run, one after the other

    def to_its_end(self) -> Outcome:
        while (scanned := self._next()) is not None:
            snapshot = self._snapshots[-1]
            decision = decide(scanned, snapshot, self._store)
            if decision.left_out:
                self._go_on(decision, None, snapshot.without(scanned))
                continue
            trace = self._kept(scanned, decision) or self._run_or_go_back(scanned, decision)
            if trace is not None:
                imports = decision.needs.modules
                after = snapshot.after(scanned, decision.key, imports, trace)
                self._go_on(decision, trace, after)
        return Outcome(
            tuple(self._traces),
            frozenset(+self._times),
            tuple(self._decisions),
            self._snapshots[-1],
        )

    def _next(self) -> ScannedCell | None:
        """The cell whose turn it is, or None when all have had theirs: unless files are not as
        their cells left them, for then it goes back to these."""
        if self._all_had_their_turn() and (missed := self._files_missed()):
            self._go_back(missed)
        return None if self._all_had_their_turn() else self._cells[len(self._traces)]

    def _all_had_their_turn(self) -> bool:
        return len(self._traces) == len(self._cells) or bool(self._snapshots[-1].lost)

    def _go_on(self, decision: Decision, trace: Trace | None, after: Snapshot) -> None:
        self._decisions.append(decision)
        self._traces.append(trace)
        self._snapshots.append(after)

    def _go_back(self, makers: frozenset[int]) -> None:
        """Go back to the first of these cells, and let all of them run."""
        if any(self._times[maker] >= PATIENCE for maker in makers):
            self._in_order = True
            self._fresh_worker()
            makers = frozenset({0})
        self._forced |= makers
        first = min(makers)
        del self._traces[first:], self._decisions[first:], self._snapshots[first + 1 :]

    def _kept(self, scanned: ScannedCell, decision: Decision) -> Trace | None:
        """What is kept of the cell, noted as used; None where it has to run for all that."""
        if self._in_order or scanned.cell.number in self._forced:
            return None
        self._store.used(decision)
        return decision.trace

    def _run_or_go_back(self, scanned: ScannedCell, decision: Decision) -> Trace | None:
        """Run the cell: its trace. None if it goes back first to cells that make what this one
        needs, or if something that it needs could not be restored: then its makers are missed."""
        snapshot = self._snapshots[-1]
        if makers := self._makers_missed(decision, snapshot):
            self._go_back(makers)
            return None
        named = self._store.files_named(scanned)
        step = self._step(scanned, decision, {*snapshot.elsewhere, *named})
        begins = self._workers.start()  # what that takes is not the cell's
        if begins:
            self._listener.cell_started(scanned.cell)
        running = self._workers.submit(step)
        self._store.save()  # what the cell before gave
        answer = self._workers.answer(running)
        if not isinstance(answer, Trace):
            self._recover(answer, snapshot)
            return None
        trace = self._store.complete(scanned, decision, snapshot, named, answer)
        self._holdings.ran(scanned.cell.number, decision.key, trace)
        self._forced.discard(scanned.cell.number)
        self._times[scanned.cell.number] += begins
        self._listener.cell_finished(scanned.cell, trace)
        return trace

    def _step(self, scanned: ScannedCell, decision: Decision, files: Collection[str]) -> Step:
        """What the worker has to do, noted in what it holds; `files` are to be watched."""
        snapshot = self._snapshots[-1]
        if self._in_order:
            step = next_step(scanned, decision.needs, snapshot)
        else:
            step = step_of(scanned, decision.needs, snapshot, self._holdings)
        if decision.trace is not None:  # it runs to give what was not kept, and isn't kept now
            step = replace(step, unseen=decision.trace.unkept)
        step = replace(step, files=self._holdings.follow(files))
        self._holdings.take(step)
        return step

    def _recover(self, answer: Unstored | Touched | Unrestored, snapshot: Snapshot) -> None:
        """Note why a step has given no trace, so that it is done otherwise the next time. Raises
        OSError where the store could not be written."""
        if isinstance(answer, Unstored):
            raise OSError(answer.errno, answer.message, answer.path)
        if isinstance(answer, Touched):
            self._store.forget(answer.written)
            self._holdings.be_real()
            self._fresh_worker()
        else:
            self._store.damaged(answer.damaged)
            self._holdings.lose(answer.names, snapshot)

    def _makers_missed(self, decision: Decision, snapshot: Snapshot) -> frozenset[int]:
        """The cells that have to run again before this one can; a fresh worker where the one at
        hand is too far on."""
        if self._in_order:
            return frozenset()
        if not self._holdings.performed <= set(snapshot.effective):
            self._fresh_worker()
        return cells_to_rerun(snapshot, decision.needs, self._holdings)

    def _files_missed(self) -> frozenset[int]:
        """At the end files must be as their cells left them: else these have to run."""
        return frozenset(files_missed(self._snapshots[-1]).keys() - self._times.keys())

    def _fresh_worker(self) -> None:
        self._workers.wait()
        self._holdings.clear()
