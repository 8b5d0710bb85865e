"""What is known, without running anything, of a session's state between two units."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.engine.plan.imports import Imported
from treadle.engine.store.digest import combined
from treadle.engine.trace import PRESUMED, Group, Observed


class Held(Struct, frozen=True, eq=False):
    """What a name is bound to, and the unit that bound or changed it last.

    `rests` says what the names its values rest on were bound to then.
    """

    group: Group  # its token is never empty here: an opaque value has one by provenance
    maker: int
    stored: bool  # whether the value can come back from the store
    rests: list[tuple[str, Held | None]] = field(default_factory=list)

    def __eq__(self, other: object) -> bool:
        """Whether it is the same value, whatever that rests on."""
        if not isinstance(other, Held):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        """As equality has it."""
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[Group, int, bool]:
        return (self.group, self.maker, self.stored)


class State(Struct, frozen=True):
    """The session between two units. States share what they have in common: never change one."""

    names: Mapping[str, Held] = field(default_factory=dict)
    effects: Mapping[str, str] = field(default_factory=dict)  # process-wide state, its digest
    effective: tuple[int, ...] = ()  # the units that changed process-wide state, in order
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # written: digest, by whom
    modules: Mapping[str, str] = field(default_factory=dict)  # the project's own, loaded: file
    contents: Mapping[str, str] = field(default_factory=dict)  # their data: "module:name", token
    imports: tuple[tuple[str, bool], ...] = ()  # dotted modules; whether for their effect alone
    futures: frozenset[str] = frozenset()
    submodules: frozenset[str] = frozenset()  # "a.b" that may be there as attributes of packages

    def after(
        self, unit: int, origin: str, groups: tuple[Group, ...], deleted: tuple[str, ...]
    ) -> State:
        """The state once a unit has bound and deleted names; `origin` tells its run apart."""
        if not groups and not deleted:
            return self
        names = dict(self.names)
        for name in deleted:
            names.pop(name, None)
        for group in groups:
            held = Held(identified(group, origin), unit, bool(group.entry))
            names.update(dict.fromkeys(group.names, held))
        for group in groups:
            main = [name for module, _, name in map(_split, group.refs) if module == "__main__"]
            if main:
                names[group.names[0]].rests.extend((name, names.get(name)) for name in main)
        return replace(self, names=names)

    def having_observed(self, unit: int, key: str, observed: Observed) -> State:
        """The state once a unit has changed the process, files, and loaded modules."""
        new: dict[str, object] = {}
        if observed.effects:
            new["effects"] = {**self.effects, **_told_apart(observed, key)}
            new["effective"] = (*self.effective, unit)
        if observed.writes:
            written = {path: (digest, unit) for path, digest in observed.writes}
            new["files"] = {**self.files, **written}
        if observed.imported:
            new["modules"] = {**self.modules, **dict(observed.imported)}
        if observed.contents:
            new["contents"] = {**self.contents, **dict(observed.contents)}
        return replace(self, **new) if new else self

    def having_imported(self, imported: Imported, within: frozenset[str]) -> State:
        """The state once code with these import statements has run, these modules `within` it."""
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


def identified(group: Group, origin: str) -> Group:
    """An opaque value is told apart by what made it: the run of a unit."""
    if group.token:
        return group
    return replace(group, token=f"opaque:{origin}:{','.join(group.names)}")


def origin_of(key: str, observed: Observed, nonce: str) -> str:
    """What tells the run of a unit from others: its key, what it observed, or its nonce."""
    return combined([key, repr(observed), nonce])


def _split(ref: str) -> tuple[str, str, str]:
    return ref.partition(":")


def _told_apart(observed: Observed, key: str) -> dict[str, str]:
    """Effects that were presumed, not seen, are told apart by what had them: the unit's key."""
    return {what: key if digest == PRESUMED else digest for what, digest in observed.effects}
