"""Whether a cell has to run: what is known of it, and what earlier builds keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from treadle.engine.plan.dependencies import Dependencies, dependencies_of
from treadle.engine.plan.key import key_of, parts_of
from treadle.engine.plan.scans import ScannedCell
from treadle.engine.plan.snapshot import Snapshot
from treadle.engine.store.traces import Record
from treadle.engine.trace import Trace


class Found(Struct, frozen=True):
    """The trace that is kept under a key and still holds; else why none does, where one is kept."""

    trace: Trace | None = None
    outdated: str = ""
    record: Record | None = None  # of the store, where it came from there


class TraceStore(Protocol):
    """The store, as far as it is asked for what the cells of one document gave."""

    def find(self, scanned: ScannedCell, key: str, snapshot: Snapshot) -> Found:
        """What the cell gave when it last ran so."""


class Decision(Struct, frozen=True):
    """What is to be done about a cell: it is kept, left out, or it runs."""

    key: str
    parts: Mapping[str, str]  # what the key is made of
    needs: Dependencies
    trace: Trace | None = None  # what it gave before, which holds: the cell is kept
    outdated: str = ""  # why what is kept under the key does not hold
    record: Record | None = None  # of the store, where the trace came from there
    left_out: bool = False  # it needs what a cell before it failed to make


def decide(scanned: ScannedCell, snapshot: Snapshot, store: TraceStore) -> Decision:
    """Kept, left out, or run: by these alone. Nothing is started; the store may put on disk what it
    has not yet, and drop what it finds damaged."""
    needs = dependencies_of(scanned, snapshot)
    parts = parts_of(scanned, needs, snapshot)
    key = key_of(parts)
    if _is_spoilt(needs, snapshot):
        return Decision(key, parts, needs, left_out=True)
    found = store.find(scanned, key, snapshot)
    return Decision(key, parts, needs, found.trace, found.outdated, found.record)


def _is_spoilt(needs: Dependencies, snapshot: Snapshot) -> bool:
    if not snapshot.spoilt:
        return False
    return needs.whole or not snapshot.spoilt.isdisjoint({*needs.names, *needs.absent})
