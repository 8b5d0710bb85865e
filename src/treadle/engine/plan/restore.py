"""What a unit needs to find in the worker, and which units must run again to provide it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from treadle.engine.cell import Unit
from treadle.engine.plan.dependencies import outgrown
from treadle.engine.plan.key import GIVEN
from treadle.engine.plan.snapshot import Held, State


class Live:
    """What the worker holds now: the token of each name it has bound."""

    def __init__(self) -> None:
        """A worker that has not started."""
        self._tokens: dict[str, str] = {}
        self._lost: set[str] = set()  # tokens that did not come back when they were restored
        self.performed: set[int] = set()  # the units whose effects on the process it has

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._tokens)

    def __contains__(self, name: object) -> bool:
        """Whether the name is bound."""
        return name in self._tokens

    def holds(self, name: str, held: Held) -> bool:
        """Whether the name is bound to just this."""
        return self._tokens.get(name) == held.group.token

    def now(self, names: Iterable[str], token: str) -> None:
        """These names are bound to it."""
        self._tokens.update(dict.fromkeys(names, token))

    def without(self, names: Iterable[str]) -> None:
        """These names are not bound."""
        for name in names:
            self._tokens.pop(name, None)

    def forget(self) -> None:
        """The worker is a fresh one."""
        self._tokens.clear()
        self.performed.clear()

    def unrestorable(self, names: Iterable[str], state: State) -> None:
        """What these names are bound to did not come back: only running its maker gives it."""
        for name in names:
            self._lost.add(state.names[name].group.token)
            self._tokens.pop(name, None)

    def lost(self, held: Held) -> bool:
        """Whether restoring it was tried in vain."""
        return held.group.token in self._lost


class Missing(Struct, frozen=True):
    """Names to be restored together."""

    names: tuple[str, ...]
    maker: int


class Demander:
    """Compares what is needed with what is there."""

    def __init__(self, units: Sequence[Unit], file_digest: Callable[[str], str]) -> None:
        """`file_digest` tells what a file holds now."""
        self._units = units
        self._file_digest = file_digest

    def again(self, state: State, names: Sequence[str], live: Live) -> frozenset[int]:
        """The units that must run again before one that reaches `names` in `state`."""
        makers = {number for number in state.effective if number not in live.performed}
        makers |= self.writers_missed(state)
        for missing in self._wanted(state, names, live):
            held = state.names[missing.names[0]]
            restorable = held.stored or self._definable(missing, held)
            if live.lost(held) or not restorable or outgrown(held, state.names, self._units):
                makers.add(missing.maker)
        return frozenset(makers)

    def writers_missed(self, state: State) -> set[int]:
        """The units whose files are not as they left them."""
        files = state.files.items()
        return {maker for path, (digest, maker) in files if self._file_digest(path) != digest}

    def missing(self, state: State, names: Sequence[str], live: Live) -> list[Missing]:
        """What is to be restored, each after what it rests on."""
        wanted = {name: item for item in self._wanted(state, names, live) for name in item.names}
        ordered: dict[tuple[str, ...], Missing] = {}
        started: set[tuple[str, ...]] = set()

        def add(item: Missing) -> None:
            if item.names in started:
                return
            started.add(item.names)
            for name in self._rests_on(item, state):
                if name in wanted:
                    add(wanted[name])
            ordered[item.names] = item

        for item in wanted.values():
            add(item)
        return list(ordered.values())

    def imports(self, unit: Unit, symbols: Iterable[str], state: State) -> list[str]:
        """What to import beforehand, so that importing it is not the unit's doing.

        Modules for their effect alone, those it imports as others did, and those of the
        project's own that it rests on and that were loaded before.
        """
        asked = set(unit.code.imports)
        own = {symbol.partition(":")[0] for symbol in symbols}
        found = [name for name, lone in state.imports if lone or name in asked]
        return [*found, *(name for name in state.modules if name in own)]

    def _wanted(self, state: State, names: Sequence[str], live: Live) -> list[Missing]:
        """The alias groups of which a name is missing in the worker."""
        groups: dict[int, list[str]] = {}
        for name in names:
            held = state.names[name]
            if held.maker != GIVEN:
                groups.setdefault(id(held), []).append(name)
        return [
            Missing(tuple(members), state.names[members[0]].maker)
            for members in groups.values()
            if not all(live.holds(name, state.names[name]) for name in members)
        ]

    def _definable(self, missing: Missing, held: Held) -> bool:
        unit = self._units[missing.maker]
        name = missing.names[0]
        alone = len(held.group.names) == 1 and not held.group.token.startswith("opaque:")
        return alone and not unit.module and name in unit.code.definitions

    def _rests_on(self, missing: Missing, state: State) -> list[str]:
        held = state.names[missing.names[0]]
        if held.stored:
            main = (ref.partition(":") for ref in held.group.refs)
            return [name for module, _, name in main if module == "__main__"]
        return list(self._units[missing.maker].code.definitions[missing.names[0]].now)
