"""The session's values: alias groups with tokens, kept in the store and bound again from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from treadle.engine.messages import Load
from treadle.engine.store.blobs import Blobs, is_inline
from treadle.engine.trace import Group
from treadle.engine.values import entries
from treadle.engine.values.classes import recipe
from treadle.engine.values.groups import blocks_to_copy, grouped, token, trouble
from treadle.engine.values.memory import Contents
from treadle.engine.values.objects import singletons
from treadle.engine.values.walk import Trail, Walk
from treadle.engine.values.world import World


class Values:
    """What the names of a session are bound to, as content."""

    def __init__(
        self, namespace: dict[str, object], blobs: Blobs, is_own: Callable[[str], bool]
    ) -> None:
        """`namespace`: the session's; `is_own` tells the project's own modules by their names."""
        self._namespace = namespace
        self._blobs = blobs
        self._world = World(namespace, is_own)
        self._entries: dict[str, str] = {}  # by token: what is stored already
        self._needed: dict[str, tuple[str, ...]] = {}  # by entry: the blobs it needs

    @property
    def imported_modules(self) -> set[str]:
        """Dotted names of modules that the session imported; the session fills it."""
        return self._world.imported_modules

    def groups(self, names: Iterable[str]) -> tuple[Group, ...]:
        """The alias groups of these names as they are now, stored where they can be.

        Names that are not bound are left out. Raises OSError where the store can't be written.
        """
        contents = Contents()
        return tuple(self._stored(trails, contents) for trails in self._trails(names))

    def tokens(self, names: Iterable[str]) -> tuple[Group, ...]:
        """The same, with nothing stored."""
        contents = Contents()
        return tuple(
            _group(trails, token(trails, contents), "", trouble(trails))
            for trails in self._trails(names)
        )

    def token_of(self, name: str) -> str:
        """The token of a group of one name; empty if it is not bound or can't be looked into."""
        groups = self.tokens([name])
        return groups[0].token if groups else ""

    def blobs_of(self, entry: str) -> tuple[str, ...]:
        """The digests of all blobs an entry is made of, itself first unless its name holds it.

        Raises CorruptEntryError.
        """
        if entry not in self._needed:
            self._needed[entry] = entries.read(entry, self._blobs).blobs
        itself = () if is_inline(entry) else (entry,)
        return *itself, *self._needed[entry]

    def load(self, load: Load) -> bool:
        """Bind names to what an entry holds; False, and nothing is bound, if that fails."""
        try:
            entry = entries.read(load.entry, self._blobs)
            values = entry.values(self._world, self._blobs)
            if entry.checked and not self._is(values, load.token, Contents()):
                return False
            bound = {name: values[name] for name in load.names}
        except Exception:
            return False
        self._namespace.update(bound)
        return True

    def _trails(self, names: Iterable[str]) -> list[list[Trail]]:
        walk = Walk(self._world)
        namespace = self._namespace
        for name in sorted(set(names)):
            if name in namespace:
                walk.add(name, namespace[name])
        return grouped(walk)

    def _stored(self, trails: list[Trail], contents: Contents) -> Group:
        found = token(trails, contents)
        words = trouble(trails)
        if not found or words or self._redefinable(trails):
            return _group(trails, found, "", words)
        entry = self._entries.get(found)
        if entry is None or not self._blobs.has(entry):
            try:
                entry = self._store(trails, found, contents)
            except _LossyError as failure:
                defined = all(trail.defined for trail in trails)
                return _group(trails, found, "", "" if defined else str(failure))
            self._entries[found] = entry
        return _group(trails, found, entry, "")

    def _redefinable(self, trails: list[Trail]) -> bool:
        """Whether there are definitions alone, which the command repeats from their source."""
        return all(
            trail.defined and _is_of_statement(self._namespace[trail.name]) for trail in trails
        )

    def _store(self, trails: list[Trail], found: str, contents: Contents) -> str:
        packing = self._packed(trails, found, contents)
        resides = any(trail.resides for trail in trails)
        entry, needed = entries.write(packing, self._blobs, checked=resides)
        self._needed[entry] = needed
        return entry

    def _packed(self, trails: list[Trail], found: str, contents: Contents) -> entries.Packed:
        """The values taken apart in a way that gives them back as they are."""
        values = {trail.name: self._namespace[trail.name] for trail in trails}
        if all(trail.plain for trail in trails):
            return _plainly(trails, values)
        resides = any(trail.resides for trail in trails)
        copies = blocks_to_copy(trails)
        trouble = ""
        for homes in (None, {**singletons(), **self._world.homes.found()})[resides:]:
            try:
                packing = entries.packed(values, self._world, copies, homes)
                if self._is(packing.values(self._world), found, contents.copy()):
                    return packing
            except Exception as failure:
                trouble = f" ({type(failure).__name__}: {failure})"
        raise _LossyError(f"{_names(trails)} not come back from the store as before{trouble}")

    def _is(self, values: dict[str, Any], wanted: str, contents: Contents) -> bool:
        world = self._world.with_names(values)
        walk = Walk(world)
        for name in sorted(values):
            walk.add(name, values[name])
        groups = grouped(walk)
        return len(groups) == 1 and token(groups[0], contents) == wanted


class _LossyError(Exception):
    """What comes back is not what was stored."""


def _group(trails: list[Trail], token: str, entry: str, trouble: str) -> Group:
    refs = set[str]().union(*(trail.refs for trail in trails))
    names = tuple(trail.name for trail in trails)
    return Group(names, token, tuple(sorted(refs)), entry, trouble)


def _plainly(trails: list[Trail], values: dict[str, Any]) -> entries.Packed:
    try:
        return entries.packed_plainly(values)
    except RecursionError:
        raise _LossyError(f"{_names(trails)} not fit into the store: nested too deeply") from None


def _is_of_statement(value: object) -> bool:
    return not isinstance(value, type) or recipe(value) is None


def _names(trails: list[Trail]) -> str:
    names = ", ".join(f"`{trail.name}`" for trail in trails)
    return f"{names} {'does' if len(trails) == 1 else 'do'}"
