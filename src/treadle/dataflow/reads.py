"""What code reads, and what code that is not run at once reads when it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct, field

Reads = dict[str, set[str] | None]
FrozenReads = Mapping[str, frozenset[str] | None]


class Imported(NamedTuple):
    """A name that an import statement binds."""

    name: str  # "*" for a star import
    module: str  # dotted; leading dots where it is relative
    attribute: str | None  # the name in that module; None: the module itself


def note(reads: Reads, name: str, attribute: str | None) -> None:
    """Add one read: by an attribute, or (None) as a whole."""
    if attribute is None:
        reads[name] = None
    elif name not in reads:
        reads[name] = {attribute}
    else:
        known = reads[name]
        if known is not None:
            known.add(attribute)


def merge(reads: Reads, more: Mapping[str, set[str] | None]) -> None:
    """Add all of `more` to `reads`."""
    for name, attributes in more.items():
        if attributes is None or name not in reads:
            reads[name] = None if attributes is None else set(attributes)
        else:
            known = reads[name]
            if known is not None:
                known |= attributes


def frozen(reads: Reads) -> FrozenReads:
    """`reads`, never to change again."""
    return {
        name: None if attributes is None else frozenset(attributes)
        for name, attributes in reads.items()
    }


class Body(Struct):
    """What code does to its surroundings when it runs."""

    free: Reads = field(default_factory=dict)  # names looked up around it
    direct: Reads = field(default_factory=dict)  # names of the session, whatever lies around it
    opaque: str | None = None  # why its names can't be told
    imports: list[Imported] = field(default_factory=list)

    def absorb(self, other: Body) -> None:
        """Take over what code inside this one does."""
        merge(self.free, other.free)
        merge(self.direct, other.direct)
        self.opaque = self.opaque or other.opaque
        self.imports += other.imports

    def reads(self) -> Reads:
        """All of its names, for code with nothing but the session around it."""
        reads: Reads = {}
        merge(reads, self.free)
        merge(reads, self.direct)
        return reads
