"""Names whose values share something that can change, and a token for what they are together."""

from __future__ import annotations

from blake3 import blake3

from treadle.execution.worker.values.atoms import text
from treadle.execution.worker.values.memory import Contents, Memory, Regions
from treadle.execution.worker.values.walk import Trail, Walk

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
    stretches = [stretch for trail in trails for stretch in trail.memory]
    if stretches:
        hasher.update(_shape(stretches, contents))
    return hasher.hexdigest()


def trouble(trails: list[Trail]) -> str:
    """Why a group can't be stored, in words; empty if nothing speaks against it."""
    for trail in trails:
        if trail.opaque:
            return f"`{trail.name}` {trail.opaque}, which can't be stored"
    for trail in trails:
        if trail.refused and not trail.defined:
            return f"`{trail.name}` rests on {trail.refused}, which can't be stored"
    for trail in trails:
        if trail.refused:
            return f"the class `{trail.name}` shares something with other names"
    return ""


def _shape(stretches: list[Memory], contents: Contents) -> bytes:
    """Which region each stretch is in, and where; what the regions hold."""
    regions = Regions(stretches)
    numbers: dict[int, int] = {}
    parts = []
    for stretch in stretches:
        region = regions.at(stretch.start)
        number = numbers.setdefault(region.start, len(numbers))
        place = (number, stretch.start - region.start, stretch.stop - stretch.start)
        parts.append(b"%d.%d.%d;" % place)
        if number == len(numbers) - 1:
            size = region.stop - region.start
            parts.append(b"%d=" % size + contents.digest(region).encode())
    return b"".join(parts)


def _sharing(trails: list[Trail]) -> list[tuple[int, int]]:
    """Pairs of trails with memory in common."""
    if not any(trail.memory for trail in trails):
        return []
    owned = [(s, number) for number, trail in enumerate(trails) for s in trail.memory]
    regions = Regions(stretch for stretch, _ in owned)
    first: dict[int, int] = {}
    pairs = []
    for stretch, number in owned:
        other = first.setdefault(regions.index(stretch.start), number)
        if other != number:
            pairs.append((other, number))
    return pairs
