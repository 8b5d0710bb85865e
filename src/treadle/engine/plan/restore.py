"""What a cell needs to find in the worker: what is restored, and which cells run again first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.messages import CellSource, Define, Load, Step, sources_of
from treadle.engine.plan.dependencies import Dependencies, older_definitions, there_unasked
from treadle.engine.plan.scans import ScannedCell
from treadle.engine.plan.snapshot import Snapshot, identified
from treadle.engine.scan.code import names_imported_in
from treadle.engine.trace import NOBODY, PROVENANCE, Binding, Trace


class Holdings:
    """What a worker holds now: the token of each name it has bound."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._lost: set[str] = set()  # tokens that did not come back when they were restored
        self._told = 0  # the number of the first cell whose source it does not know
        self._followed: set[str] = set()  # files
        self._real = False  # nothing that stands for something else is restored any more
        self.performed: set[int] = set()  # the cells whose effects on the process it has

    def __iter__(self) -> Iterator[str]:
        return iter(self._tokens)

    def __contains__(self, name: object) -> bool:
        return name in self._tokens

    def has(self, binding: Binding, names: Iterable[str]) -> bool:
        """Whether all these names are bound to just this."""
        return all(self._tokens.get(name) == binding.token for name in names)

    def was_lost(self, binding: Binding) -> bool:
        """Whether restoring it was tried in vain, or what stands for it was touched."""
        return binding.token in self._lost or (self._real and binding.stands_in)

    def be_real(self) -> None:
        """From now on, what can't be stored is made again where it is needed."""
        self._real = True

    def follow(self, files: Iterable[str]) -> tuple[str, ...]:
        """Those of the files that it does not watch as yet; from now on it does."""
        new = set(files) - self._followed
        self._followed |= new
        return tuple(sorted(new))

    def take(self, step: Step) -> None:
        """The step's restoring is done before its cell runs."""
        self._told = step.cell.number + 1
        for restore in step.restores:
            names = restore.names if isinstance(restore, Load) else (restore.name,)
            self._tokens.update(dict.fromkeys(names, restore.token))
        self._drop(step.absent)

    def ran(self, number: int, key: str, trace: Trace) -> None:
        self._drop(trace.deleted)
        for binding in identified(trace, key):
            self._tokens.update(dict.fromkeys(binding.names, binding.token))
        if trace.observed.effects:
            self.performed.add(number)

    def lose(self, names: Iterable[str], snapshot: Snapshot) -> None:
        """What these names are bound to did not come back: only running its maker gives it."""
        for name in names:
            self._lost.add(snapshot.names[name].token)
            self._tokens.pop(name, None)

    def untold(self, before: ScannedCell, cells: Sequence[ScannedCell]) -> tuple[CellSource, ...]:
        """The sources, of cells before one, that it does not know: they were kept."""
        kept = cells[self._told : before.cell.number]
        return tuple(source for scanned in kept for source in sources_of(scanned.cell))

    def clear(self) -> None:
        self._told = 0
        self._tokens.clear()
        self._followed.clear()
        self.performed.clear()

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self._tokens.pop(name, None)


class _Missing(Struct, frozen=True):
    """Names to be restored together, as they share something."""

    names: tuple[str, ...]
    binding: Binding


def cells_to_rerun(snapshot: Snapshot, needs: Dependencies, holdings: Holdings) -> frozenset[int]:
    """The cells that must run again before one that needs this: nothing else gives it.

    Those with effects on the process that the worker hasn't seen, those whose files are not as
    they left them, and the makers of what can't be restored.
    """
    makers = {number for number in snapshot.effective if number not in holdings.performed}
    makers |= files_missed(snapshot).keys()
    for missing in _missing(snapshot, _names(snapshot, needs), holdings):
        binding = missing.binding
        restorable = binding.entry or _is_definition(missing, snapshot)
        if holdings.was_lost(binding) or not restorable or older_definitions(binding, snapshot):
            makers.add(binding.maker)
    return frozenset(makers)


def files_missed(snapshot: Snapshot) -> dict[int, str]:
    """The cells whose files are not as they left them, and one of these files."""
    digest_of = snapshot.context.files.of
    written = snapshot.files.items()
    return {maker: path for path, (digest, maker) in written if digest_of(path) != digest}


def step_of(
    scanned: ScannedCell, needs: Dependencies, snapshot: Snapshot, holdings: Holdings
) -> Step:
    """The cell with all that must be put in place before it runs, in a worker that holds this."""
    reached = set(_names(snapshot, needs))
    unwanted = set(holdings) - set(snapshot.names) if needs.whole else set()
    unwanted |= (scanned.binds | needs.absent) - reached
    return replace(
        next_step(scanned, needs, snapshot),
        sources=holdings.untold(scanned, snapshot.context.scanned),
        absent=tuple(sorted(name for name in unwanted if name in holdings)),
        imports=tuple(_imports(scanned, needs, snapshot)),
        restores=tuple(
            _restore(missing, snapshot)
            for missing in _in_order(_missing(snapshot, sorted(reached), holdings), snapshot)
        ),
    )


def next_step(scanned: ScannedCell, needs: Dependencies, snapshot: Snapshot) -> Step:
    """The cell, in a worker that has just run all cells before it: nothing is put in place."""
    reached = set(_names(snapshot, needs))
    imported = scanned.imported.modules
    return Step(
        cell=scanned.cell,
        futures=tuple(sorted(snapshot.futures)),
        reaches=None if needs.whole else tuple(sorted(reached)),
        binds=tuple(sorted(scanned.binds)),
        effects=scanned.code.effects,
        counters=dict(snapshot.counters),
        submodules=tuple(name for name, _ in (*snapshot.imports, *imported)),
    )


def _names(snapshot: Snapshot, needs: Dependencies) -> list[str]:
    return list(snapshot.names if needs.whole else needs.names)


def _imports(scanned: ScannedCell, needs: Dependencies, snapshot: Snapshot) -> Iterator[str]:
    """What to import beforehand, so that importing it is not the cell's doing.

    Modules for their effect alone, those it imports as others did, those of the project's own
    that it rests on and that were loaded before, and submodules that are there as attributes.
    """
    asked = set(scanned.code.imports)
    own = {symbol.partition(":")[0] for symbol in needs.symbols}
    yield from (name for name, lone in snapshot.imports if lone or name in asked)
    yield from (name for name in snapshot.modules if name in own)
    yield from sorted(there_unasked(scanned, needs, snapshot))


def _missing(snapshot: Snapshot, names: Sequence[str], holdings: Holdings) -> list[_Missing]:
    """The names that the worker does not hold, with those of them that share something."""
    groups: dict[int, list[str]] = {}
    for name in names:
        binding = snapshot.names[name]
        if binding.maker != NOBODY:
            groups.setdefault(id(binding), []).append(name)
    found = (_Missing(tuple(group), snapshot.names[group[0]]) for group in groups.values())
    return [missing for missing in found if not holdings.has(missing.binding, missing.names)]


def _in_order(found: Sequence[_Missing], snapshot: Snapshot) -> list[_Missing]:
    """Each after what it rests on: an object after its class."""
    wanted = {name: missing for missing in found for name in missing.names}
    ordered: dict[tuple[str, ...], _Missing] = {}
    started: set[tuple[str, ...]] = set()

    def add(missing: _Missing) -> None:
        if missing.names in started:
            return
        started.add(missing.names)
        for name in _rests_on(missing, snapshot):
            if name in wanted:
                add(wanted[name])
        ordered[missing.names] = missing

    for missing in wanted.values():
        add(missing)
    return list(ordered.values())


def _is_definition(missing: _Missing, snapshot: Snapshot) -> bool:
    """Whether repeating a `def` or `class` statement gives it."""
    maker = snapshot.context.scanned[missing.binding.maker]
    alone = len(missing.binding.names) == 1 and not missing.binding.token.startswith(PROVENANCE)
    return alone and not maker.cell.module and missing.names[0] in maker.code.definitions


def _rests_on(missing: _Missing, snapshot: Snapshot) -> list[str]:
    binding = missing.binding
    if binding.entry:
        main = (ref.partition(":") for ref in binding.refs)
        return [name for module, _, name in main if module == "__main__"]
    definitions = snapshot.context.scanned[binding.maker].code.definitions
    return list(definitions[missing.names[0]].now)


def _restore(missing: _Missing, snapshot: Snapshot) -> Load | Define:
    binding, name = missing.binding, missing.names[0]
    if binding.entry:
        return Load(binding.entry, missing.names, binding.token)
    scanned = snapshot.context.scanned[binding.maker]
    cell, definition = scanned.cell, scanned.code.definitions[name]
    line = cell.line + definition.line - 1
    # A cell is compiled as one piece, statements at a prompt are not.
    imported = () if cell.prompt or cell.is_inline else names_imported_in(cell.code)
    return Define(name, definition.source, cell.file, line, binding.token, imported)
