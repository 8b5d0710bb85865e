"""Memory that arrays and tensors lie in: which of it is one region, and what it holds."""

from __future__ import annotations

import sys
import weakref
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct

from treadle.engine.store.digest import digest

# Memory that came back from the store, for arrays and tensors to lie in.

# ruff: noqa: ANN401  (neither numpy nor torch is imported here)


Origin = tuple[Any, ...]  # plain data: what allocated memory, ("torch",) or ("numpy", ...)


def origin_of_array(owner: Any) -> Origin | None:
    """How an array is made that owns memory as this one does; None if that isn't simple."""
    simple = type(owner).__name__ == "ndarray" and owner.dtype.kind in "biufcSUMm"
    if not simple or not owner.flags.owndata or not owner.flags.forc:
        return None
    number = owner.dtype.kind in "biufc"
    names = (owner.dtype.char, owner.dtype.byteorder) if number else (owner.dtype.str, "=")
    return "numpy", *names, owner.shape, "C" if owner.flags.c_contiguous else "F"


class Piece:
    """A piece of memory; what lies in it shares it."""

    _kept: Final[weakref.WeakValueDictionary[int, Any]] = weakref.WeakValueDictionary()

    __slots__ = ("_array", "_storage", "owner", "view")

    def __init__(self, view: memoryview, owner: Any = None) -> None:
        """The memory, which can be written to; `owner` has allocated it for itself."""
        self.view = view
        self.owner = owner  # an array; None if the memory is nobody's
        self._array: Any = None
        self._storage: Any = None
        if view.nbytes and owner is None:
            self._kept[id(view.obj)] = view.obj

    @classmethod
    def holds(cls, memory: Any) -> bool:
        """Whether this is memory that came back from the store."""
        return cls._kept.get(id(memory)) is memory

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.view.nbytes

    def part(self, offset: int, size: int) -> Piece:
        """Some of it, shared."""
        return Piece(self.view[offset : offset + size])

    def array(self) -> Any:
        """An array of all of it, which arrays are views of."""
        if self.owner is not None:
            return self.owner if self.owner.flags.c_contiguous else self.owner.T
        if self._array is None:
            numpy: Any = sys.modules["numpy"]
            make = numpy.frombuffer if self.view.nbytes else numpy.array
            self._array = make(self.view, numpy.uint8)
        return self._array

    def storage(self) -> Any:
        """All of it as storage, which tensors are views of."""
        if self._storage is None:
            torch: Any = sys.modules["torch"]
            if self.view.nbytes:
                flat = torch.frombuffer(self.view, dtype=torch.uint8)
            else:
                flat = torch.empty(0, dtype=torch.uint8)
            self._storage = flat.untyped_storage()
        return self._storage


class TorchPiece(Piece):
    """Memory that torch has allocated: it can be resized, as long as no array lies in it."""

    __slots__ = ("_flat",)

    def __init__(self, flat: Any) -> None:
        """`flat`: a tensor of bytes."""
        self._flat = flat
        super().__init__(memoryview(b""), flat)

    @property
    def size(self) -> int:
        """Its bytes."""
        return int(self._flat.numel())

    def part(self, offset: int, size: int) -> Piece:
        """Some of it."""
        return Piece(memoryview(self._flat.numpy())[offset : offset + size])

    def array(self) -> Any:
        """An array of all of it."""
        return self._flat.numpy()

    def storage(self) -> Any:
        """The storage itself."""
        return self._flat.untyped_storage()


def allocated(content: memoryview, origin: Origin) -> Piece:
    """A copy of memory, allocated as it was at first."""
    name, *rest = origin
    if name == "torch":
        torch: Any = sys.modules["torch"]
        return TorchPiece(torch.frombuffer(bytearray(content), dtype=torch.uint8).clone())
    numpy: Any = sys.modules["numpy"]
    char, byteorder, shape, order = rest
    dtype = numpy.dtype(char)
    dtype = dtype if byteorder in "=|" else dtype.newbyteorder(byteorder)
    owner = numpy.empty(tuple(shape), dtype, order)
    view = memoryview(owner.reshape(-1, order="A").view(numpy.uint8))
    view[:] = content
    return Piece(view, owner)


# Memory that arrays and tensors lie in: which of it is one region, and what it holds.

# ruff: noqa: ANN401  (the owner of memory may be anything)


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
