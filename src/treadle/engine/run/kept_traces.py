"""The traces that earlier builds keep, and this one: found where they still hold, and saved."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping

from msgspec import ValidationError, convert
from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.plan.context import Context
from treadle.engine.plan.decide import Decision, Found
from treadle.engine.plan.scans import ScannedCell
from treadle.engine.plan.snapshot import Snapshot
from treadle.engine.plan.validity import changed_counters, differs_each_time, outdated
from treadle.engine.store.blobs import CorruptEntryError
from treadle.engine.store.digest import combined
from treadle.engine.store.file_stamps import changed_since
from treadle.engine.store.store import Store
from treadle.engine.store.traces import Record
from treadle.engine.trace import DOUBTFUL, FOLDER, LINES, Display, Observed, Trace

CHEAP = 0.01  # seconds: to run such a cell again takes no longer than anybody waits for


class KeptTraces:
    """The store, asked for one document in one build."""

    def __init__(self, store: Store, context: Context) -> None:
        """The build begins now: what is edited from now on may have been read before."""
        self._begun = time.time_ns()
        self._store = store
        self._context = context
        self._ran: dict[tuple[int, str], Trace] = {}  # in this build, by number and key
        self._unsaved: list[tuple[str, Trace]] = []  # with their keys

    def find(self, scanned: ScannedCell, key: str, snapshot: Snapshot) -> Found:
        """What the cell gave when it last ran with this key, if that still holds."""
        ran = self._ran.get((scanned.cell.number, key))
        if ran is not None and self._changed(_of_earlier_cells(ran, snapshot), snapshot) is None:
            return Found(ran)
        if scanned.cell.volatile:
            return Found(outdated="it is volatile")
        if any(key == other for other, _ in self._unsaved):
            self.save()
        why = ""
        for record in self._store.traces.find(key):
            trace = _read(record)
            if trace is None:
                continue
            reason = self._outdated(scanned, trace, snapshot)
            if reason is None:
                return Found(trace, record=record)
            why = why or reason
        return Found(outdated=why)

    def used(self, decision: Decision) -> None:
        """Note that a kept trace is used now: what is used last is removed last."""
        if decision.record is not None:
            self._store.traces.touch(decision.record)

    def files_named(self, scanned: ScannedCell) -> Mapping[str, str]:
        """The files that its code names, and their digests: to be noted before it runs."""
        paths = filter(_is_data, self._named(scanned))
        return {path: self._context.files.of(path) for path in paths}

    def complete(
        self,
        scanned: ScannedCell,
        decision: Decision,
        snapshot: Snapshot,
        before: Mapping[str, str],
        trace: Trace,
    ) -> Trace:
        """The trace of a cell that has run, completed; it is saved if it may be believed, now or,
        of a cheap one, by `save`.

        `before` is what `files_named` gave. Raises OSError where the store can't be written.
        """
        self.forget(path for path, _ in trace.observed.writes)
        self._store.tally.add(self._store.blobs.size(trace.blobs))
        if failed(scanned.cell, trace) or _has_died(trace):
            self._ran[scanned.cell.number, decision.key] = trace
            return trace
        whole = self._completed(scanned, decision, snapshot, trace)
        self._ran[scanned.cell.number, decision.key] = whole
        if self._is_sound(before, trace.observed, whole.observed, snapshot):
            self._unsaved.append((decision.key, whole))
        if trace.seconds > CHEAP:  # a build that is killed loses nothing that is worth a word
            self.save()
        return whole

    def save(self) -> None:
        """Save what has run since the last time. Raises OSError where the store can't be written.

        It takes longer than many a cell (up to 0.7 ms), so of a cheap one it is done while the
        next one runs.
        """
        while self._unsaved:
            key, trace = self._unsaved.pop(0)
            self._store.traces.save(key, {"trace": trace, "blobs": trace.blobs})

    def forget(self, written: Iterable[str]) -> None:
        """These files are not what they were."""
        for path in written:
            self._context.files.forget(path)

    def damaged(self, names: Iterable[str]) -> None:
        """A worker has found these entries damaged."""
        self._store.blobs.damaged.extend(names)

    def _outdated(self, scanned: ScannedCell, trace: Trace, snapshot: Snapshot) -> str | None:
        observed = trace.observed
        if failed(scanned.cell, trace) or _has_died(trace):
            return "it failed"
        if trace.overdue:
            return "its timeout cut it short"
        if differs_each_time(scanned.cell, trace):
            return f"{observed.unknown[0]}, and what that depends on can't be seen"

        def fact(name: str) -> str:
            return self._fact(name, scanned, observed, snapshot)

        return self._changed(observed, snapshot, fact) or self._unreadable(trace)

    def _changed(
        self, observed: Observed, snapshot: Snapshot, fact: Callable[[str], str] = str
    ) -> str | None:
        written = {path: digest for path, (digest, _) in snapshot.files.items()}
        return outdated(observed, self._context.present, written, fact) or changed_counters(
            observed.counters, snapshot.counters
        )

    def _unreadable(self, trace: Trace) -> str | None:
        """What of the trace's output can't be read any more; a damaged file is removed."""
        try:
            for output in trace.outputs:
                for name in output.files.values() if isinstance(output, Display) else ():
                    self._store.blobs.open(name)
        except CorruptEntryError as corrupt:
            return str(corrupt)
        return None

    def _completed(
        self, scanned: ScannedCell, decision: Decision, snapshot: Snapshot, trace: Trace
    ) -> Trace:
        """The trace with the files that its code names, the facts as they are, and a nonce."""
        observed = self._without_doubts(trace.observed, decision.key)
        observed = self._with_writes(observed, snapshot)
        observed = self._with_files(scanned, observed, decision.needs.symbols, snapshot)
        names = [fact for fact, _ in observed.facts]
        if _is_within(observed, self._context.surroundings.directory):
            names.append(FOLDER)
        facts = tuple((fact, self._fact(fact, scanned, observed, snapshot)) for fact in names)
        nonce = os.urandom(16).hex() if differs_each_time(scanned.cell, trace) else ""
        return replace(trace, observed=replace(observed, facts=facts), nonce=nonce)

    def _is_sound(
        self, before: Mapping[str, str], seen: Observed, completed: Observed, snapshot: Snapshot
    ) -> bool:
        """Whether the cell ran with what its key and `completed` say, as far as can be told.

        Somebody may have edited a module that was planned with, or a file that was read unseen.
        """
        modules = {*snapshot.modules.values(), *(file for _, file in completed.imported)}
        added = completed.reads[len(seen.reads) :]
        return not changed_since(self._begun, modules) and all(
            before.get(path, digest) == digest for path, digest in added
        )

    def _fact(self, fact: str, scanned: ScannedCell, observed: Observed, snapshot: Snapshot) -> str:
        if fact == FOLDER:
            return combined([self._context.surroundings.directory])
        found = self._context.fact(fact, scanned.cell.number)
        if fact != LINES:
            return found
        # Where lines stand that the output may name: also in the project's modules.
        files = {*snapshot.modules.values(), *(file for _, file in observed.imported)}
        return combined([found, *(self._context.files.of(file) for file in sorted(files))])

    def _without_doubts(self, observed: Observed, key: str) -> Observed:
        """Where it came to the same twice, it was the cell that wrote a file, and nobody else."""
        if not any(digest.startswith(DOUBTFUL) for _, digest in observed.writes):
            return observed
        earlier = filter(None, map(_read, self._store.traces.find(key)))
        known = {written for trace in earlier for written in trace.observed.writes}
        writes = [
            (path, digest.removeprefix(DOUBTFUL) if (path, digest) in known else digest)
            for path, digest in observed.writes
        ]
        return replace(observed, writes=tuple(writes))

    def _with_writes(self, observed: Observed, snapshot: Snapshot) -> Observed:
        """With files that earlier cells made and this one changed unseen, through what is open."""
        known = {path for path, _ in observed.writes}
        writes = [
            (path, now)
            for path, (digest, _) in snapshot.files.items()
            if path not in known and (now := self._context.files.of(path)) not in (digest, "")
        ]
        return replace(observed, writes=(*observed.writes, *writes)) if writes else observed

    def _with_files(
        self,
        scanned: ScannedCell,
        observed: Observed,
        symbols: Mapping[str, str],
        snapshot: Snapshot,
    ) -> Observed:
        """What it was seen to do, with files that count as read.

        Those that the code names in a string: a library may read them unseen. And those of
        modules that it imports in a way that no analysis shows.
        """
        paths = (path for path, *_ in (*observed.reads, *observed.writes))
        known = {*paths, *snapshot.files}
        files = self._named(scanned)
        analysed = {symbol.partition(":")[0] for symbol in symbols}
        files |= {file for name, file in observed.imported if name not in analysed}
        new = filter(_is_data, sorted(files - known))
        reads = [(path, self._context.files.of(path)) for path in new]
        return replace(observed, reads=(*observed.reads, *reads)) if reads else observed

    def _named(self, scanned: ScannedCell) -> set[str]:
        """The paths that strings of its code may name."""
        folder = self._context.present.folder
        return {os.path.join(folder, text) for text in scanned.code.strings}  # noqa: PTH118


def failed(cell: Cell, trace: Trace) -> bool:
    """Whether the cell failed, and not because its author wants to show that."""
    failure = trace.failure
    return failure is not None and (failure.fatal or not cell.may_fail)


def _has_died(trace: Trace) -> bool:
    """Whether the worker died of it: what the cell would have left behind nobody knows."""
    return trace.failure is not None and trace.failure.gone


def _of_earlier_cells(ran: Trace, snapshot: Snapshot) -> Observed:
    """What a cell that has run in this build was seen to depend on of earlier cells.

    They may have run again since, and left other files, or counters elsewhere. All the rest was as
    it had to be; if it is not so any more, that may well be the doing of this cell or a later one.
    """
    files, own = snapshot.files, dict(ran.observed.writes)
    return Observed(
        reads=tuple(read for read in ran.observed.reads if read[0] in files),
        stats=tuple(said for said in ran.observed.stats if said[0] in files and said[0] not in own),
        counters=ran.observed.counters,
    )


def _read(record: Record) -> Trace | None:
    """The trace in a record; None where another version of this program wrote it."""
    try:
        return convert(record["trace"], Trace)
    except (ValidationError, KeyError):
        return None


def _is_data(path: str) -> bool:
    """Whether it is a file that somebody wrote: what the system makes up is new each time."""
    return os.path.isfile(path) and not path.startswith(("/proc/", "/sys/"))  # noqa: PTH113


def _is_within(observed: Observed, directory: str) -> bool:
    """Whether it looked at, or made, anything in this folder, or asked for the folder itself.

    That it is there says nothing: each import asks for that.
    """
    stats = [(path, how) for path, how, _ in observed.stats if (path, how) != (directory, "kind")]
    seen = (observed.reads, observed.writes, observed.listings, stats)
    inside = f"{directory}/"
    return any(f"{path}/".startswith(inside) for some in seen for path, *_ in some)
