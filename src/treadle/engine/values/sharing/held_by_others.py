"""Whether something is held by others than those that are known: what nobody has looked into may
hold it.

It is found out by the arithmetic of Python's own garbage collector: what is referred to more often
than all the known ones refer to it is held by somebody else.
"""

from __future__ import annotations

import gc
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from treadle.engine.identity import identity
from treadle.engine.values.allowance import Allowance
from treadle.engine.values.regions import is_array
from treadle.engine.values.sharing.reach import reached
from treadle.engine.values.sharing.tensor_holders import Tensors


def held_by_others(
    values: Sequence[Sequence[object]],
    known: Iterable[object],
    apart: Collection[int],
    matters: Callable[[Any], bool],
    allowance: Allowance,
) -> list[bool]:
    """Of each of these, whether anything that its values hold on to and that `matters` may be held
    by anybody but all of them.

    `known`: what else is known to be referred to, once for each time. What is of these identities
    is left apart, and what only it holds on to.
    """
    reaches = [reached(each, apart, allowance) for each in values]
    inside = [reach.found for reach in reaches]
    everything: dict[int, Any] = {}
    for each in inside:
        everything |= each
    counts = _references(everything, inside)
    known = [*known]
    counts.update(map(identity, chain(known, known, *values)))  # and once for the list
    counts.update(map(identity, _bases_of_views(known, everything, counts)))
    tensors = Tensors(everything.values())
    counts.update(tensors.references())
    held = tensors.held_by_others(counts) | {
        identity(item)
        for item in everything.values()
        if matters(item)
        and (_count(item) > counts[identity(item)] or _is_watched(item, everything))
    }
    return [not reach.whole or not held.isdisjoint(reach.found) for reach in reaches]


def _references(everything: dict[int, Any], inside: list[dict[int, Any]]) -> Counter[int]:
    """How often each is referred to by the others, and by those who ask."""
    counts = Counter(map(identity, gc.get_referents(*everything.values())))
    counts.update(everything.keys())
    for each in inside:
        counts.update(each.keys())
    bases = (item.base for item in everything.values() if is_array(item))
    counts.update(map(identity, bases))  # which arrays don't tell the collector
    return counts


def _bases_of_views(
    known: Iterable[Any], everything: Mapping[int, Any], counts: Mapping[int, int]
) -> Iterator[Any]:
    """The arrays of which those who ask have made a view, which nobody else holds."""
    arrays = {
        identity(item): item
        for item in known
        if is_array(item) and identity(item) not in everything
    }
    for array in arrays.values():
        if _count(array) <= counts[identity(array)] + 1:  # by `arrays`
            yield array.base


def _count(item: object) -> int:
    """The references to it, without those of a loop through a dictionary and of asking."""
    return sys.getrefcount(item) - _OF_ASKING


def _is_watched(item: object, everything: dict[int, Any]) -> bool:
    """Whether others refer to it weakly."""
    return any(identity(reference) not in everything for reference in weakref.getweakrefs(item))


def _of_asking(count: Callable[[object], int]) -> int:
    """How many references `count` makes itself, and a loop."""
    probes: dict[int, list[object]] = {0: []}  # each is referred to once
    return next(count(probe) for probe in probes.values()) - 1


_OF_ASKING: Final = _of_asking(lambda item: sys.getrefcount(item))
