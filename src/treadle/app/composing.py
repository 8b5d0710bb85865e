"""What to send to the worker: a unit's task, and all that must be put in place before it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from treadle.app.units import Runnable
from treadle.engine.messages import ChunkTask, Define, Load, Step
from treadle.engine.plan.dependencies import Reach
from treadle.engine.plan.imports import Imported
from treadle.engine.plan.key import Surroundings, there_unasked
from treadle.engine.plan.restore import Demander, Live
from treadle.engine.plan.snapshot import State
from treadle.engine.scan.code import names_imported_in


class Plan(Struct, frozen=True):
    """What is known of a unit before it runs."""

    key: str
    reach: Reach
    components: Mapping[str, str]


class Composer:
    """Puts steps together for a worker that holds what `live` says."""

    def __init__(
        self,
        runnables: Sequence[Runnable],
        demander: Demander,
        live: Live,
        surroundings: Surroundings,
        imported: Sequence[Imported],
    ) -> None:
        """`imported`: what each unit's import statements ask for."""
        self._runnables = runnables
        self._demander = demander
        self._live = live
        self._surroundings = surroundings
        self._imported = imported

    def step(self, number: int, plan: Plan, state: State, *, in_order: bool) -> Step:
        """The unit's step in `state`; `in_order`: all units run, so that nothing is restored."""
        runnable = self._runnables[number]
        unit, reach = runnable.unit, plan.reach
        reached = set(state.names) if reach.whole else set(reach.names)
        restores: list[Load | Define] = []
        if not in_order:
            for missing in self._demander.missing(state, sorted(reached), self._live):
                restores.append(self._restore(missing.names, missing.maker, state))
        unwanted = set(self._live) - set(state.names) if reach.whole else set()
        unwanted |= (unit.binds | reach.absent) - reached
        there = there_unasked(unit, reach, state, self._surroundings)
        return Step(
            task=runnable.task,
            absent=tuple(sorted(name for name in unwanted if name in self._live)),
            imports=(*self._demander.imports(unit, reach.symbols, state), *sorted(there)),
            futures=tuple(sorted(state.futures)),
            restores=tuple(restores),
            reaches=None if reach.whole else tuple(sorted(reached)),
            binds=tuple(sorted(unit.binds)),
            effects=unit.code.effects,
            submodules=tuple(name for name, _ in (*state.imports, *self._imported[number].modules)),
        )

    def _restore(self, names: Sequence[str], maker: int, state: State) -> Load | Define:
        held = state.names[names[0]]
        if held.stored:
            return Load(held.group.entry, tuple(names), held.group.token)
        runnable = self._runnables[maker]
        definition = runnable.unit.code.definitions[names[0]]
        task = runnable.task
        line = getattr(task, "line", 1) + definition.line - 1
        imported: tuple[str, ...] = ()
        if isinstance(task, ChunkTask) and not task.term:  # compiled as one piece
            imported = names_imported_in(task.code)
        return Define(names[0], definition.source, task.file, line, held.group.token, imported)
