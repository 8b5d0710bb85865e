"""Memory that arrays and tensors lie in: which of it is one region, and what it holds."""
# ruff: noqa: ANN401  (the owner of memory may be anything)

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from treadle.execution.worker.values.pieces import Origin
from treadle.store.digest import digest


class Memory:
    """A stretch of memory, from one address up to another, and who keeps it alive."""

    __slots__ = ("block", "keeper", "origin", "plain", "start", "stop")

    def __init__(
        self,
        start: int,
        stop: int,
        keeper: Any,
        *,
        plain: bool = True,
        block: int = 0,
        origin: Origin | None = None,
    ) -> None:
        """`plain`: its bytes are its content, not references; `block`: of a frame, its number.

        `origin` says who allocated it, where it is known.
        """
        self.start = start
        self.stop = stop
        self.keeper = keeper
        self.plain = plain
        self.block = block
        self.origin = origin


class Region(Struct, frozen=True):
    """Stretches of memory that overlap, as one."""

    start: int
    stop: int
    plain: bool


class Regions:
    """The regions that stretches of memory form."""

    def __init__(self, stretches: Iterable[Memory]) -> None:
        """Merge what overlaps; what only touches stays apart."""
        self._regions = _merged(
            sorted((s.start, s.stop, s.plain) for s in stretches if s.stop > s.start)
        )
        self._starts = [region.start for region in self._regions]

    def __iter__(self) -> Any:
        """By address."""
        return iter(self._regions)

    def index(self, address: int) -> int:
        """The number of the region that an address, known to be in one, is in."""
        return bisect_right(self._starts, address) - 1

    def start(self, number: int) -> int:
        """Where a region begins."""
        return self._starts[number]

    def at(self, address: int) -> Region:
        """The region that an address, known to be in one, is in."""
        return self._regions[self.index(address)]


class Contents:
    """Digests of regions; each is hashed once, so this must not outlive a moment's view."""

    def __init__(self) -> None:
        """Nothing is hashed yet."""
        self._digests: dict[tuple[int, int], str] = {}

    def copy(self) -> Contents:
        """The same so far: what the copy hashes may be gone when this is asked again."""
        copied = Contents()
        copied._digests.update(self._digests)
        return copied

    def digest(self, region: Region) -> str:
        """What the region holds."""
        if not region.plain:
            return "references"
        place = (region.start, region.stop)
        known = self._digests.get(place)
        if known is None:
            known = self._digests[place] = digest(view(*place))
        return known


def lone_content(memory: Memory) -> str:
    """The digest of the array that keeps a stretch of memory, without what lies between."""
    if not memory.plain:
        return "references"
    flags = memory.keeper.flags
    if flags.c_contiguous or flags.f_contiguous:
        return digest(view(memory.start, memory.stop))
    return digest(memory.keeper.copy("K").ravel("K").tobytes())


def view(start: int, stop: int) -> memoryview:
    """The memory between two addresses, which somebody must keep alive."""
    import ctypes  # numpy and torch have imported it

    return memoryview((ctypes.c_char * (stop - start)).from_address(start)).cast("B")


def bounds(
    address: int, itemsize: int, shape: Sequence[int], strides: Sequence[int]
) -> tuple[int, int]:
    """The addresses between which the items of an array lie."""
    low = high = address
    for length, stride in zip(shape, strides, strict=True):
        if length == 0:
            return address, address
        if stride < 0:
            low += (length - 1) * stride
        else:
            high += (length - 1) * stride
    return low, high + itemsize


def _merged(stretches: list[tuple[int, int, bool]]) -> list[Region]:
    regions: list[Region] = []
    for start, stop, plain in stretches:
        if regions and start < regions[-1].stop:
            last = regions[-1]
            regions[-1] = Region(last.start, max(last.stop, stop), last.plain and plain)
        else:
            regions.append(Region(start, stop, plain))
    return regions
