"""`python notebook.py FOLDER CODE...`: a toy notebook, on the engine alone."""

import sys
from pathlib import Path

from treadle.engine.cell import Cell
from treadle.engine.messages import WorkerSetup
from treadle.engine.plan.context import Context, Surroundings
from treadle.engine.run.kept_traces import KeptTraces
from treadle.engine.run.loop import run_with_store
from treadle.engine.run.workers import Workers
from treadle.engine.scan.code import analyse
from treadle.engine.store.store import Store
from treadle.engine.trace import Display, Stream, Trace


class Silent:
    """A listener that does nothing."""

    def cell_started(self, cell: Cell) -> None: ...
    def cell_finished(self, cell: Cell, trace: Trace) -> None: ...


def nothing_stated(fact: str, number: int) -> str:
    return ""


folder, *codes = sys.argv[1:]
store = Store.with_key(Path(folder, ".notebook"), bytes(32))
cells = [Cell(number, f"[{number}]", code, "notebook") for number, code in enumerate(codes)]
scans = [analyse(code) for code in codes]
context = Context(cells, scans, Surroundings(folder), store.files, nothing_stated)
place = str(store.root)
with Workers(WorkerSetup(folder, "", blobs=place, store=place, key=store.key)) as workers:
    outcome = run_with_store(context, KeptTraces(store, context), workers, Silent())
for cell, trace in zip(cells, outcome.traces, strict=True):
    assert trace is not None
    shown = [item.data["text/plain"] for item in trace.outputs if isinstance(item, Display)]
    printed = [item.text.strip() for item in trace.outputs if isinstance(item, Stream)]
    failed = [trace.failure.message] if trace.failure else []
    print(cell.label, "ran:" if cell.number in outcome.ran else "kept:", *printed, *shown, *failed)
foreign = ("treadle.press", "treadle.app", "matplotlib")
print("besides:", [name for name in sys.modules if name.startswith(foreign)])
