"""Runs only the units that have to: the others' results come from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial

from treadle.app.cache import Cache
from treadle.app.composing import Composer, Plan
from treadle.app.run import may_fail
from treadle.app.units import Runnable
from treadle.app.workers import Workers
from treadle.engine.messages import Load, Result, Stepped
from treadle.engine.plan.dependencies import Reacher
from treadle.engine.plan.imports import Imported
from treadle.engine.plan.key import Surroundings, components, key_of
from treadle.engine.plan.reasons import UNKNOWN
from treadle.engine.plan.restore import Demander, Live
from treadle.engine.plan.snapshot import State, identified, origin_of
from treadle.engine.trace import Group

# What a unit left behind: the same as another time, and of a kind that can be stored?


def is_same(before: Stepped, after: Stepped) -> bool:
    """Whether two runs of a unit left the same for those after it."""
    return (
        before.groups == after.groups
        and before.deleted == after.deleted
        and before.observed.effects == after.observed.effects
        and before.observed.writes == after.observed.writes
        and (before.nonce == after.nonce or all(group.token for group in after.groups))
    )


def trouble_of(groups: Iterable[Group], definitions: Container[str]) -> str:
    """Why what a unit leaves, that defines these names, can't be stored; empty: it can."""
    for group in groups:
        if group.trouble:
            return group.trouble
        if not group.entry and group.names[0] not in definitions:
            return f"it changes the definition `{group.names[0]}`, which can't be stored"
    return ""


# Runs only the units that have to: the others' results come from the store.

PATIENCE = 3  # how often a unit may run again in one build before all runs in order


class _ChangedError(Exception):
    """A unit that ran again came out different: what follows it has to be looked at again."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Cached:
    """A `Planner`: follows the state of the session from unit to unit, run or not."""

    def __init__(
        self,
        runnables: Sequence[Runnable],
        workers: Workers,
        cache: Cache,
        reacher: Reacher,
        surroundings: Surroundings,
        imported: Sequence[Imported],
        start: State,
    ) -> None:
        """`imported`: what each unit's import statements ask for; `start`: before the first."""
        self._runnables = runnables
        self._workers = workers
        self._cache = cache
        self._reacher = reacher
        self._surroundings = surroundings
        self._imported = imported
        self._states = [start]  # before each unit, as far as is known
        self._plans: dict[int, Plan] = {}
        self._outcomes: dict[int, Stepped] = {}
        self._done: dict[tuple[int, str], Stepped] = {}  # what ran in this build
        self._updates: dict[int, Result] = {}
        self._live = Live()
        units = [runnable.unit for runnable in runnables]
        self._demander = Demander(units, self._file_digest)
        self._composer = Composer(runnables, self._demander, self._live, surroundings, imported)
        self._latest = ""  # the key that ran last
        self._forced: set[int] = set()
        self._again: Counter[int] = Counter()
        self._in_order = False  # nothing else helped: all units run, one after the other

    @property
    def plans(self) -> Mapping[int, Plan]:
        """The plans of the units, by number."""
        return self._plans

    @property
    def outcomes(self) -> Mapping[int, Stepped]:
        """What came of each unit, run or kept."""
        return self._outcomes

    @property
    def states(self) -> Sequence[State]:
        """The states before each unit, and after the last."""
        return self._states

    def kept(self, number: int) -> Result | None:
        """The unit's result, if one is kept that still holds."""
        plan = self._plan(number)
        if self._in_order or number in self._forced:
            return None
        state = self._states[number]
        stepped = self._done.get((number, plan.key))
        if stepped is None:
            stepped = self._found(number, plan.key, state)
        if stepped is None:
            return None
        self._learn(number, stepped)
        return stepped.result

    def run(self, number: int) -> tuple[Mapping[int, Result], int]:
        """Run a unit, and before it those that must run again for it: results, the next unit."""
        self._updates = {}
        try:
            self._execute(number)
        except _ChangedError as changed:
            return self._updates, changed.number + 1
        return self._updates, number + 1

    def touched(self, number: int) -> frozenset[str] | None:
        """The names that a unit which failed was to bind or has changed; None: can't be told."""
        unit, outcome = self._runnables[number].unit, self._outcomes.get(number)
        if outcome is None or unit.code.opaque is not None or self._workers.died:
            return None
        changed = (name for group in outcome.groups for name in group.names)
        return unit.binds.union(changed, outcome.deleted)

    def needs(self, number: int, names: frozenset[str]) -> bool:
        """Whether the unit can reach one of these names."""
        reach = self._plan(number).reach
        return reach.whole or not names.isdisjoint({*reach.names, *reach.absent})

    def leave_out(self, number: int) -> frozenset[str]:
        """Go on without the unit: the names that it was to bind."""
        state, unit = self._states[number], self._runnables[number].unit
        unbound = tuple(unit.binds & state.names.keys())
        self._states[number + 1 :] = [state.after(number, "", (), unbound)]
        return unit.binds

    def revise(self) -> int | None:
        """Files and figures must be as they would be now: else their units have to run."""
        if misjudged := self._cache.misjudged():
            return min(misjudged)
        state = self._states[-1]
        ran = {number for number, _ in self._done}
        makers = self._demander.writers_missed(state) - ran
        self._forced |= makers
        return min(makers, default=None)

    def presume(self, number: int, changes: frozenset[str]) -> frozenset[int]:
        """Go on as if the unit had run, and had changed these names in a way nobody knows.

        Gives the units that would have to run again before it.
        """
        state = self._states[number]
        unit = self._runnables[number].unit
        again = self._demander.again(state, self._names(number), Live())
        groups = tuple(Group((name,), f"{UNKNOWN}{number}") for name in changes | unit.binds)
        state = state.after(number, self._plans[number].key, groups, ())
        self._states[number + 1 :] = [self._importing(state, number)]
        return again - {maker for maker in again if maker not in self._outcomes}

    def reason(self, number: int) -> str:
        """Why a unit's earlier results do not hold though its key is the same; empty: no such."""
        return self._cache.reasons.get(number, "")

    def trouble(self, number: int) -> str:
        """Why what the unit leaves can't be stored; empty: it can."""
        outcome = self._outcomes.get(number)
        definitions = self._runnables[number].unit.code.definitions
        return trouble_of(outcome.groups, definitions) if outcome else ""

    def _plan(self, number: int) -> Plan:
        del self._states[number + 1 :]
        state = self._states[number]
        unit = self._runnables[number].unit
        if unit.depends:
            self._workers.settle()
        reach = self._reacher.reach(unit, state)
        found = components(unit, reach, state, self._surroundings)
        plan = self._plans[number] = Plan(key_of(found), reach, found)
        return plan

    def _found(self, number: int, key: str, state: State) -> Stepped | None:
        if key == self._latest or self._cache.knows(key):
            self._workers.settle()  # looking takes long where files are large
        return self._cache.find(self._runnables[number], key, state)

    def _file_digest(self, path: str) -> str:
        self._workers.settle()
        return self._cache.file_digest(path)

    def _learn(self, number: int, stepped: Stepped) -> None:
        state = self._states[number]
        key = self._plans[number].key
        origin = origin_of(key, stepped.observed, stepped.nonce)
        state = state.after(number, origin, stepped.groups, stepped.deleted)
        state = state.having_observed(number, key, stepped.observed)
        state = self._importing(state, number)
        self._outcomes[number] = stepped
        self._states[number + 1 :] = [state]

    def _importing(self, state: State, number: int) -> State:
        reach = self._plans[number].reach
        return state.having_imported(self._imported[number], reach.modules)

    def _execute(self, number: int) -> None:
        """Put in place what the unit needs, and run it."""
        while True:
            again = self._ready(number)
            for other in sorted(again):
                self._repeat(other)
            if again and self._ready(number):
                self._run_in_order()
            stepped = self._step(number)
            if not stepped.unrestored:
                return
            self._cache.damaged(stepped.damaged)
            self._live.unrestorable(stepped.unrestored, self._states[number])

    def _ready(self, number: int) -> frozenset[int]:
        """The units that have to run again first; a fresh worker where this one is too far on."""
        if self._in_order:
            return frozenset()
        state = self._states[number]
        if not self._live.performed <= set(state.effective):
            self._workers.restart()
            self._live.forget()
        return self._demander.again(state, self._names(number), self._live)

    def _names(self, number: int) -> list[str]:
        reach = self._plans[number].reach
        return list(self._states[number].names if reach.whole else reach.names)

    def _repeat(self, number: int) -> None:
        """Run a unit again that was kept; those after it are to be looked at if it changed."""
        self._again[number] += 1
        if self._again[number] > PATIENCE:
            self._run_in_order()
        before, after = self._outcomes[number], self._states[number + 1]
        later = self._states[number + 2 :]
        self._execute(number)
        if not is_same(before, self._outcomes[number]):
            raise _ChangedError(number)
        self._states[number + 1 :] = [after, *later]

    def _run_in_order(self) -> None:
        """What always works: a fresh worker, and all units one after the other."""
        self._in_order = True
        self._workers.restart()
        self._live.forget()
        raise _ChangedError(-1)

    def _step(self, number: int) -> Stepped:
        runnable = self._runnables[number]
        plan, before = self._plans[number], self._states[number]
        step = self._composer.step(number, plan, before, in_order=self._in_order)
        named = self._cache.named_files(runnable)

        def finish(stepped: Stepped) -> Callable[[], None]:
            if stepped.unstored:
                raise OSError(*stepped.unstored)
            self._cache.forget_files(stepped.observed.writes)
            if stepped.unrestored:
                return _nothing
            save: Callable[[], None] = _nothing
            if stepped.result.failure is None or may_fail(runnable):
                seen = stepped.observed
                stepped = self._cache.completed(runnable, plan.reach.symbols, stepped, before)
                if self._cache.is_sound(named, seen, stepped.observed, before):
                    record = self._cache.record(runnable, stepped, before)
                    save = partial(self._cache.save, plan.key, record)
                self._done[number, plan.key] = stepped
                self._latest = plan.key
            self._learn(number, stepped)
            return save

        for restore in step.restores:
            names = restore.names if isinstance(restore, Load) else (restore.name,)
            self._live.now(names, restore.token)
        self._live.without(step.absent)
        stepped = self._workers.step(runnable, step, finish)
        if not stepped.unrestored:
            self._ran(number, self._outcomes[number])
        return stepped

    def _ran(self, number: int, stepped: Stepped) -> None:
        origin = origin_of(self._plans[number].key, stepped.observed, stepped.nonce)
        self._updates[number] = stepped.result
        self._forced.discard(number)
        self._live.without(stepped.deleted)
        for group in stepped.groups:
            self._live.now(group.names, identified(group, origin).token)
        if stepped.observed.effects:
            self._live.performed.add(number)


def _nothing() -> None:
    """Nothing is left to do."""
