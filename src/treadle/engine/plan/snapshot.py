"""The session between two cells, as far as it is known without running anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.plan.context import Context
from treadle.engine.plan.scans import ScannedCell
from treadle.engine.scan.code import imported_before
from treadle.engine.store.digest import combined
from treadle.engine.trace import NOBODY, PRESUMED, PROVENANCE, Binding, Failure, Observed, Trace

UNKNOWN = "unknown:"  # a token of what a cell that has to run has not computed yet
PARAMS = "params"


class Snapshot(Struct, frozen=True):
    """Bindings, process state, files written, modules loaded.

    Snapshots share what they have in common: never change one.
    """

    context: Context
    names: Mapping[str, Binding] = field(default_factory=dict)
    effects: Mapping[str, str] = field(default_factory=dict)  # process-wide state, its digest
    lent: frozenset[str] = frozenset()  # what libraries were given to keep, as refs
    effective: tuple[int, ...] = ()  # the cells that changed process-wide state, in order
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # written: digest, by whom
    elsewhere: frozenset[str] = frozenset()  # files outside the document's folder, read or written
    modules: Mapping[str, str] = field(default_factory=dict)  # the project's own, loaded: file
    contents: Mapping[str, str] = field(default_factory=dict)  # their data: "module:name", token
    counters: Mapping[str, int] = field(default_factory=dict)  # of libraries, where they stand
    imports: tuple[tuple[str, bool], ...] = ()  # dotted modules; whether for their effect alone
    futures: frozenset[str] = frozenset()
    submodules: frozenset[str] = frozenset()  # "a.b" that may be there as attributes of packages
    # Names that are not what they would be, since a cell failed or was left out.
    spoilt: frozenset[str] = frozenset()
    lost: bool = False  # nobody knows which names these are, or nothing can run any more

    @classmethod
    def first(cls, context: Context) -> Snapshot:
        """Before the first cell: what every session has."""
        return cls(context, {PARAMS: Binding((PARAMS,), PARAMS, maker=NOBODY)})

    def after(
        self, scanned: ScannedCell, key: str, imports: frozenset[str], trace: Trace
    ) -> Snapshot:
        """The session once the cell has run, or has been kept.

        `imports` are the modules that functions import which it may have called.
        """
        number, observed = scanned.cell.number, trace.observed
        found = self._binding(number, identified(trace, key), trace.deleted)
        found = found._observing(number, key, observed)
        found = found._importing(scanned, imports)
        return found._failing(scanned, trace) if trace.failure else found

    def presuming(
        self, scanned: ScannedCell, imports: frozenset[str], changes: frozenset[str]
    ) -> Snapshot:
        """As if the cell had run, and had changed these names in a way that nobody knows."""
        number = scanned.cell.number
        unknown = [Binding((name,), f"{UNKNOWN}{number}") for name in changes | scanned.binds]
        return self._binding(number, unknown, ())._importing(scanned, imports)

    def without(self, scanned: ScannedCell) -> Snapshot:
        """As if the cell were not there: the names that it was to bind are spoilt."""
        unbound = tuple(scanned.binds & self.names.keys())
        found = self._binding(scanned.cell.number, (), unbound)
        return replace(found, spoilt=self.spoilt | scanned.binds)

    def _binding(
        self, maker: int, bindings: Iterable[Binding], deleted: tuple[str, ...]
    ) -> Snapshot:
        """Once a cell has bound and deleted names."""
        made = [replace(binding, maker=maker) for binding in bindings]
        if not made and not deleted:
            return self
        names = dict(self.names)
        for name in deleted:
            names.pop(name, None)
        for binding in made:
            names.update(dict.fromkeys(binding.names, binding))
        for binding in made:
            if rests := tuple(_rests(binding, names)):
                names.update(dict.fromkeys(binding.names, replace(binding, rests=rests)))
        return replace(self, names=names)

    def _observing(self, number: int, key: str, observed: Observed) -> Snapshot:
        """Once a cell has changed the process, files, and loaded modules."""
        new: dict[str, object] = {}
        if observed.effects:
            # Effects that were presumed, not seen, are told apart by what had them: the cell's key.
            seen = {what: key if to == PRESUMED else to for what, to in observed.effects}
            new["effects"] = {**self.effects, **seen}
            new["effective"] = (*self.effective, number)
        if observed.lent:
            new["lent"] = self.lent.union(observed.lent)
        if observed.writes:
            written = {path: (digest, number) for path, digest in observed.writes}
            new["files"] = {**self.files, **written}
        near = f"{self.context.present.folder}/"
        paths = (path for path, _ in (*observed.reads, *observed.writes))
        if far := frozenset(path for path in paths if not path.startswith(near)):
            new["elsewhere"] = self.elsewhere | far
        if observed.imported:
            new["modules"] = {**self.modules, **dict(observed.imported)}
        if observed.contents:
            new["contents"] = {**self.contents, **dict(observed.contents)}
        if observed.counters:
            moved = {place: now for place, _, now in observed.counters}
            new["counters"] = {**self.counters, **moved}
        return replace(self, **new) if new else self

    def _importing(self, scanned: ScannedCell, within: frozenset[str]) -> Snapshot:
        """Once the cell's import statements have run, and those of functions it may have called."""
        imported = scanned.imported
        known = dict(self.imports)
        fresh = tuple(item for item in imported.modules if item[0] not in known)
        inner = imported.submodules.union(name for name in within if "." in name)
        if not fresh and inner <= self.submodules and imported.futures <= self.futures:
            return self
        return replace(
            self,
            imports=(*self.imports, *fresh),
            futures=self.futures | imported.futures,
            submodules=self.submodules | inner,
        )

    def _failing(self, scanned: ScannedCell, trace: Trace) -> Snapshot:
        """Once a cell has failed: unless that is wanted, what it was to bind is spoilt."""
        assert trace.failure is not None
        if trace.failure.fatal:
            return replace(self, lost=True)
        if scanned.cell.may_fail:
            return self
        if trace.failure.gone or scanned.code.opaque is not None:
            return replace(self, lost=True)
        changed = (name for binding in trace.bindings for name in binding.names)
        spoilt = scanned.binds.union(changed, trace.deleted) - _imported(
            scanned.cell, trace.failure
        )
        return replace(self, spoilt=self.spoilt | spoilt)


def _imported(cell: Cell, failure: Failure) -> frozenset[str]:
    """What a cell had imported when it failed: that is what it would have been."""
    lines = [frame.line for frame in failure.frames if frame.file == cell.file]
    if not lines or cell.is_inline or cell.module:
        return frozenset()
    return imported_before(cell.code, lines[-1] - cell.line + 1)  # of its own top level


def identified(trace: Trace, key: str) -> Sequence[Binding]:
    """The bindings of a cell's run, an opaque value told apart by that: by the key, by what was
    observed, or by the nonce."""
    if all(binding.token for binding in trace.bindings):
        return trace.bindings
    origin = combined([key, repr(trace.observed), trace.nonce])
    return [
        binding
        if binding.token
        else replace(binding, token=f"{PROVENANCE}{origin}:{','.join(binding.names)}")
        for binding in trace.bindings
    ]


def _rests(binding: Binding, names: Mapping[str, Binding]) -> Iterable[tuple[str, int, str | None]]:
    """What the names of `__main__` that a value rests on are bound to now."""
    for ref in binding.refs:
        module, _, name = ref.partition(":")
        if module == "__main__":
            then = names.get(name)
            yield (name, then.maker, then.token) if then else (name, NOBODY, None)
