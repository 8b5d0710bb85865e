"""Names whose values share something that can change, and a token for what they are together."""

from __future__ import annotations

from blake3 import blake3
from msgspec import Struct, field

from treadle.engine.values.codes import text
from treadle.engine.values.memory import Contents, Regions, lone_content
from treadle.engine.values.walk import Trail, Walk
from treadle.engine.values.world import MAIN

_FORM = b"treadle values 1\n"  # another one wherever the walk writes something else


def grouped(walk: Walk) -> list[list[Trail]]:
    """The alias groups of what was walked, in the order of their first names."""
    leaders = list(range(len(walk.trails)))

    def leader(number: int) -> int:
        while leaders[number] != number:
            leaders[number] = leaders[leaders[number]]
            number = leaders[number]
        return number

    for one, other in (*walk.links, *_sharing(walk.trails)):
        first, second = sorted((leader(one), leader(other)))
        leaders[second] = first
    for trail in walk.trails:
        holders = {walk.holder(leaf) for leaf in trail.leaves} - {"", trail.name}
        trail.refs.update(f"{MAIN}:{name}" for name in holders)
    groups: dict[int, list[Trail]] = {}
    for number, trail in enumerate(walk.trails):
        groups.setdefault(leader(number), []).append(trail)
    return list(groups.values())


def token(trails: list[Trail], contents: Contents) -> str:
    """What the values of a group are together; empty where they can't be looked into."""
    if any(trail.opaque for trail in trails):
        return ""
    hasher = blake3(_FORM)
    for trail in trails:
        name = text(trail.name)
        hasher.update(name + b"%d:" % len(trail.stream))
        hasher.update(trail.stream)
    if any(trail.memory for trail in trails):
        hasher.update(_shape(trails, contents))
    return hasher.hexdigest()


def trouble(trails: list[Trail]) -> str:
    """Why a group can't be stored, in words; empty if nothing speaks against it."""
    for trail in trails:
        if trail.opaque:
            return f"`{trail.name}` {trail.opaque}, which can't be stored"
    for trail in trails:
        if trail.refused and not trail.defined:
            return f"`{trail.name}` rests on {trail.refused}, which can't be stored"
    for trail in trails if len(trails) > 1 else ():
        if trail.refused:
            return f"the class `{trail.name}` shares something with other names"
    return ""


def blocks_to_copy(trails: list[Trail]) -> frozenset[int]:
    """The blocks of frames that lie in the memory of other blocks."""
    found: set[int] = set()
    for region in _Landscape(trails).regions.values():
        if len(region.blocks) > 1 and not region.shared:
            found |= region.blocks
    return frozenset(found)


class _Dwellers(Struct):
    """Who lies in a region."""

    trails: set[int] = field(default_factory=set)
    blocks: set[int] = field(default_factory=set)
    shared: bool = False  # arrays or tensors, which see each other's changes


class _Landscape:
    """The memory of several trails."""

    def __init__(self, trails: list[Trail]) -> None:
        """Merge what overlaps."""
        self.stretches = [(s, number) for number, trail in enumerate(trails) for s in trail.memory]
        self.merged = Regions(stretch for stretch, _ in self.stretches)
        self.regions: dict[int, _Dwellers] = {}
        for stretch, number in self.stretches:
            dwellers = self.regions.setdefault(self.merged.index(stretch.start), _Dwellers())
            dwellers.trails.add(number)
            if stretch.block:
                dwellers.blocks.add(stretch.block)
            else:
                dwellers.shared = True


def _shape(trails: list[Trail], contents: Contents) -> bytes:
    """Which region each stretch is in, and where; what the regions hold."""
    landscape = _Landscape(trails)
    numbers: dict[int, int] = {}
    parts = []
    for stretch, _ in landscape.stretches:
        index = landscape.merged.index(stretch.start)
        size = stretch.stop - stretch.start
        if not landscape.regions[index].shared:
            parts.append(b"%d!" % stretch.keeper.nbytes + lone_content(stretch).encode())
            continue
        region = landscape.merged.at(stretch.start)
        number = numbers.setdefault(index, len(numbers))
        parts.append(b"%d.%d.%d;" % (number, stretch.start - region.start, size))
        if number == len(numbers) - 1:
            whole = region.stop - region.start
            parts.append(b"%d=" % whole + contents.digest(region).encode())
    return b"".join(parts)


def _sharing(trails: list[Trail]) -> list[tuple[int, int]]:
    """Pairs of trails with memory in common."""
    if not any(trail.memory for trail in trails):
        return []
    pairs = []
    for dwellers in _Landscape(trails).regions.values():
        if dwellers.shared:
            first, *others = sorted(dwellers.trails)
            pairs += [(first, other) for other in others]
            if len(dwellers.blocks) > 1:
                trails[first].refused = "an array in the memory of several frames"
    return pairs
