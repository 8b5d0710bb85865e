"""Small lists of cells, and the sessions that they leave, with nothing run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from treadle.engine.cell import Cell
from treadle.engine.plan.context import Context, Surroundings
from treadle.engine.plan.decide import Decision, Found, decide
from treadle.engine.plan.scans import ScannedCell
from treadle.engine.plan.snapshot import Snapshot
from treadle.engine.scan.code import analyse
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.trace import Binding, Trace

Contexts = Callable[..., Context]


@pytest.fixture
def context(tmp_path: Path) -> Contexts:
    """The context of cells with these codes; `modules` are sources of the project's own."""

    def make(
        *codes: str,
        modules: Mapping[str, str] | None = None,
        files: FileDigests | None = None,
        **said,
    ) -> Context:
        cells = [
            Cell(number, f"chunk {number}", code, "r.pmd", 10 * number)
            for number, code in enumerate(codes)
        ]
        for name, source in (modules or {}).items():
            (tmp_path / f"{name}.py").write_text(source)
        surroundings = Surroundings("", str(tmp_path), **said)
        scans = [analyse(code) for code in codes]
        return Context(cells, scans, surroundings, files or FileDigests(), lambda fact, number: "")

    return make


class Keeping:
    """Keeps traces by their keys, as a store does, whatever happens outside."""

    def __init__(self) -> None:
        self.traces: dict[str, Trace] = {}

    def find(self, scanned: ScannedCell, key: str, snapshot: Snapshot) -> Found:
        return Found(self.traces.get(key))

    def keep(self, context: Context, *traces: Trace) -> list[Decision]:
        """As if the first cells had run and given this."""
        decisions = []
        snapshot = Snapshot.first(context)
        for scanned, trace in zip(context.scanned, traces, strict=False):
            decision = decide(scanned, snapshot, self)
            decisions.append(decision)
            self.traces[decision.key] = trace
            snapshot = snapshot.after(scanned, decision.key, decision.needs.modules, trace)
        return decisions


def bound(
    *names: str,
    token: str = "",
    refs: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
    entry: str = "entry",
) -> Binding:
    """What names are bound to that share something."""
    return Binding(names, token or f"token of {names}", refs, entry, own=own)


def session(context: Context, *traces: Trace, key: str = "key") -> Snapshot:
    """The session after the first cells, which have given this."""
    snapshot = Snapshot.first(context)
    for scanned, trace in zip(context.scanned, traces, strict=False):
        snapshot = snapshot.after(scanned, key, frozenset(), trace)
    return snapshot


def made(*bindings: Binding) -> Trace:
    """What a cell gives that binds this and does nothing else."""
    return Trace(bindings=bindings)
