"""Which names belong together: alias groups, of names whose values share something changeable.

Where there was no time to look at a value to its end, nobody knows what it shares: it is put
together with all that somebody else than the values that are known may hold, and with no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import (
    AsyncGeneratorType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    ModuleType,
)
from typing import Any, Final

from msgspec import Struct, field

from treadle.engine.identity import identity
from treadle.engine.values.allowance import STRIDE, TOO_LONG, Allowance
from treadle.engine.values.atoms import ATOMS, is_nan
from treadle.engine.values.meetings import ValueStream
from treadle.engine.values.regions import Regions
from treadle.engine.values.sharing.held_by_others import held_by_others
from treadle.engine.values.sharing.reach import reached
from treadle.engine.values.walk import Walk
from treadle.engine.values.world import MAIN, World

_MOST: Final = 5_000_000  # objects looked at for one name: it takes 300 bytes to note each
# The small ones first, so that a large one leaves time for all others; these are looked at anyway.
_PASSES: Final = (STRIDE, 30 * STRIDE, _MOST)
_DEFINED = (type, FunctionType, ModuleType)  # told by their code, whatever that takes
_CODE: Final = frozenset({FunctionType, GeneratorType, CoroutineType, AsyncGeneratorType})


def alias_groups(
    world: World,
    values: Mapping[str, Any],
    allowance: Allowance,
    apart: Collection[str] = (),
    elsewhere: Iterable[object] = (),
    new: Collection[str] = (),
) -> list[list[ValueStream]]:
    """The alias groups of some names, sorted.

    Those `apart` are not looked at, nor are `new` ones that there is no time to keep; `elsewhere`
    is what somebody holds on to that is not of the session.
    """
    walk = Walk(world)
    unseen = _walk_all(walk, values, allowance, apart, new)
    hidden, boundless = _hidden(walk, world, allowance)
    links = [*walk.links, *hidden]
    for stream in walk.streams:
        holders = {walk.holder(leaf) for leaf in stream.leaves} - {"", stream.name}
        stream.refs.update(f"{MAIN}:{name}" for name in holders)
    streams = [*walk.streams, *(ValueStream(name, unseen=why) for name, why in unseen.items())]
    later = range(len(walk.streams), len(streams))
    changing = [number for number in later if type(values[streams[number].name]) not in ATOMS]
    if unknown := boundless.union(changing):
        world.identities.let_go()  # who else holds an object is counted
        links += _possible(walk, world, values, sorted(unknown), elsewhere, allowance)
    leaders = list(range(len(streams)))  # of each stream: itself, or one before it that leads
    for pair in (*links, *_sharing_memory(streams)):
        first, second = sorted(_leader(leaders, number) for number in pair)
        leaders[second] = first
    groups: dict[int, list[ValueStream]] = {}
    for number, stream in sorted(enumerate(streams), key=lambda each: each[1].name):
        groups.setdefault(_leader(leaders, number), []).append(stream)
    return list(groups.values())


def _walk_all(
    walk: Walk,
    values: Mapping[str, Any],
    allowance: Allowance,
    apart: Collection[str],
    new: Collection[str],
) -> dict[str, str]:
    """Walk values as long as there is time; the names of the others, and why they were not."""
    waiting = {}
    for name in sorted(values):
        kind = type(values[name])
        if issubclass(kind, _DEFINED):
            walk.add(name, values[name], _MOST, Allowance())
        else:
            waiting[name] = TOO_LONG
    left_out = {name for name in waiting if name in apart}
    if not allowance.seconds:
        left_out |= {name for name in waiting if type(values[name]) not in ATOMS}
    for most in _PASSES:
        for name in [name for name in waiting if name not in left_out]:
            waiting[name] = walk.add(name, values[name], most, allowance, is_new=name in new)
            if waiting[name] == TOO_LONG:
                left_out.add(name)
            elif not waiting[name]:
                del waiting[name]
    return waiting


def _hidden(
    walk: Walk, world: World, allowance: Allowance
) -> tuple[list[tuple[int, int]], set[int]]:
    """Links from the names from which something opaque was reached to all that it holds on to;
    those that hold more than can be followed."""
    links: list[tuple[int, int]] = []
    boundless: set[int] = set()
    if not any(stream.hidden for stream in walk.streams):
        return links, boundless  # there may be millions of objects
    owners = walk.owners()
    kept_alive: list[Any] = []
    for here, stream in enumerate(walk.streams):
        if not stream.hidden:
            continue
        found, whole = reached(stream.hidden, world.process_objects.identities(), allowance)
        kept_alive.append(found)
        if not whole:
            boundless.add(here)
        for key, item in found.items():
            if type(item) in _CODE:
                stream.refs.update(world.refs_of_code(item))
            owner = owners.setdefault(key, here)
            if owner != here and _can_change(item, world):
                links.append((owner, here))
    return links, boundless


def _possible(
    walk: Walk,
    world: World,
    values: Mapping[str, Any],
    unknown: Sequence[int],
    elsewhere: Iterable[object],
    allowance: Allowance,
) -> Iterator[tuple[int, int]]:
    """Links of what nobody has looked into with all that it may share something with."""
    yield from ((unknown[0], other) for other in unknown)
    names = [stream.name for stream in walk.streams]
    met = [[] if number in unknown else each for number, each in enumerate(walk.met())]
    if not any(met):  # to find out what is of the process takes long once libraries are loaded
        yield from ((unknown[0], each) for each, s in enumerate(walk.streams) if s.hidden)
        return
    bound = (holder.get(name) for holder in (values, world.namespace) for name in names)
    known = chain(walk.kept_alive(), elsewhere, bound)
    identities = world.process_objects.identities()
    of_classes = _attributes({type(item) for each in met for item in each}, world)

    def matters(item: Any) -> bool:
        return identity(item) not in of_classes and _can_change(item, world)

    held = held_by_others(met, known, identities, matters, allowance)
    for number, stream in enumerate(walk.streams):
        if held[number] or stream.hidden:  # who knows what something opaque shares
            yield unknown[0], number


def _attributes(kinds: Iterable[type], world: World) -> frozenset[int]:
    """The identities of attributes of libraries' classes: all their objects share them."""
    bases = {base for kind in kinds if not world.kind(kind).mine for base in kind.__mro__}
    return frozenset(identity(value) for base in bases for value in vars(base).values())


def _can_change(item: Any, world: World) -> bool:
    """Whether it matters that two hold it; of a function, it is told by its names."""
    return is_nan(item) or (type(item) is not FunctionType and not world.kind(type(item)).frozen)


def _leader(leaders: list[int], number: int) -> int:
    while leaders[number] != number:
        leaders[number] = leaders[leaders[number]]
        number = leaders[number]
    return number


class _Users(Struct):
    streams: set[int] = field(default_factory=set)
    blocks: set[int] = field(default_factory=set)  # of frames, which seem to have it to themselves
    shared: bool = False  # by arrays or tensors, which see each other's changes


class Landscape:
    def __init__(self, streams: list[ValueStream]) -> None:
        self.stretches = [(s, number) for number, each in enumerate(streams) for s in each.memory]
        self.merged = Regions(stretch for stretch, _ in self.stretches)
        self.users: dict[int, _Users] = {}  # by the region's number
        for stretch, number in self.stretches:
            users = self.users.setdefault(self.merged.index(stretch.start), _Users())
            users.streams.add(number)
            if stretch.block:
                users.blocks.add(stretch.block)
            else:
                users.shared = True


def _sharing_memory(streams: list[ValueStream]) -> list[tuple[int, int]]:
    """Pairs of streams with memory in common; notes what several frames and an array share."""
    pairs: list[tuple[int, int]] = []
    if not any(stream.memory for stream in streams):
        return pairs
    for users in Landscape(streams).users.values():
        if users.shared:
            first, *others = sorted(users.streams)
            pairs += [(first, other) for other in others]
            if len(users.blocks) > 1:
                streams[first].refused = "an array in the memory of several frames"
    return pairs
