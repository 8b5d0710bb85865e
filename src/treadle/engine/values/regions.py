"""Memory that arrays and tensors lie in: which of it is one region, what it holds, and made anew.

The bytes of large arrays go neither through pickle nor through the walk: both are given a
`Memory` instead, from one address up to another, and the arrays are views of it.
"""

from __future__ import annotations

import importlib
import sys
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from treadle.engine.store.digest import digest

LENT: Final = "LentMemory"
Origin = tuple[Any, ...]  # plain data: what allocated memory, ("torch",) or ("numpy", ...)


class Memory(Struct, eq=False):
    """A stretch of memory, from one address up to another, and who keeps it alive."""

    start: int
    stop: int
    keeper: Any
    plain: bool = True  # its bytes are its content, not references
    block: int = 0  # of a frame, in which the array lies: its identity
    origin: Origin | None = None  # who allocated it, where that is known

    @property
    def size(self) -> int:
        return self.stop - self.start


class Region(Struct, frozen=True):
    """Stretches of memory that overlap, as one."""

    start: int
    stop: int
    plain: bool


class Regions:
    def __init__(self, stretches: Iterable[Memory]) -> None:
        """Merge what overlaps; what only touches stays apart."""
        filled = sorted((s.start, s.stop, s.plain) for s in stretches if s.stop > s.start)
        self.all = _merged(filled)
        self._starts = [region.start for region in self.all]

    def index(self, address: int) -> int:
        """The number of the region that an address, known to be in one, is in."""
        return bisect_right(self._starts, address) - 1

    def at(self, address: int) -> Region:
        return self.all[self.index(address)]


def _merged(stretches: list[tuple[int, int, bool]]) -> list[Region]:
    regions: list[Region] = []
    for start, stop, plain in stretches:
        if regions and start < regions[-1].stop:
            last = regions[-1]
            regions[-1] = Region(last.start, max(last.stop, stop), last.plain and plain)
        else:
            regions.append(Region(start, stop, plain))
    return regions


class Contents:
    """Digests of regions; each is hashed once, so this must not outlive a moment's view."""

    def __init__(self) -> None:
        self._digests: dict[tuple[int, int], str] = {}

    def copy(self) -> Contents:
        """The same so far: what the copy hashes may be gone when this is asked again."""
        copied = Contents()
        copied._digests.update(self._digests)
        return copied

    def digest(self, region: Region) -> str:
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
    if stop <= start:
        return memoryview(b"")
    import ctypes  # numpy and torch have imported it

    return memoryview((ctypes.c_char * (stop - start)).from_address(start)).cast("B")


def bounds(array: Any) -> tuple[int, int]:
    """The addresses between which the items of an array lie."""
    address: int = array.__array_interface__["data"][0]
    if not array.size:
        return address, address
    ends = [(length - 1) * step for length, step in zip(array.shape, array.strides, strict=True)]
    low = address + sum(end for end in ends if end < 0)
    return low, address + sum(end for end in ends if end > 0) + array.itemsize


def is_array(value: Any) -> bool:
    """Whether it is an array: which of two equal ones it is does not matter within a frame."""
    kind = type(value)
    return kind.__name__ == "ndarray" and kind.__module__ == "numpy"


def array_in_block(array: Any, block: int) -> tuple[Memory, tuple[Any, ...]]:
    """Where an array of a frame's block lies, and what of its layout counts."""
    strides = zip(array.strides, array.shape, range(array.ndim), strict=True)
    order = tuple(axis for _, _, axis in sorted(each for each in strides if each[1] > 1))
    memory = Memory(*bounds(array), array, block=block)
    return memory, (array.dtype, array.shape, order, array.flags.writeable)


# --- made anew ---


class Piece:
    """A piece of memory that came back from the store; what lies in it shares it."""

    def __init__(self, view: memoryview, owner: Any = None) -> None:
        """The memory, which can be written to; `owner`: an array that has allocated it."""
        self.view = view
        self.owner = owner

    @property
    def size(self) -> int:
        return self.view.nbytes

    def part(self, offset: int, size: int) -> Piece:
        return Piece(self.view[offset : offset + size])

    @cached_property
    def array(self) -> Any:
        if self.owner is not None:
            return self.owner if self.owner.flags.c_contiguous else self.owner.T
        numpy: Any = sys.modules["numpy"]
        make = numpy.frombuffer if self.view.nbytes else numpy.array
        return make(self.view, numpy.uint8)

    @cached_property
    def storage(self) -> Any:
        torch: Any = sys.modules["torch"]
        make = torch.frombuffer if self.view.nbytes else torch.tensor
        return make(self.view, dtype=torch.uint8).untyped_storage()


class TorchPiece(Piece):
    """Memory that torch has allocated: it can be resized, as long as no array lies in it."""

    def __init__(self, flat: Any) -> None:
        self._flat = flat  # a tensor of bytes
        super().__init__(memoryview(b""), flat)

    @property
    def size(self) -> int:
        return int(self._flat.numel())

    def part(self, offset: int, size: int) -> Piece:
        return Piece(memoryview(self._flat.numpy())[offset : offset + size])

    @cached_property
    def array(self) -> Any:
        return self._flat.numpy()

    @cached_property
    def storage(self) -> Any:
        return self._flat.untyped_storage()


def lent(start: int, stop: int) -> Piece:
    """The memory between two addresses, for values made anew while the old ones keep it alive."""
    if stop <= start:
        return Piece(memoryview(b""))
    import ctypes

    kind: Any = type(LENT, (ctypes.c_char * (stop - start),), {})  # arrays in it tell it by this
    return Piece(memoryview(kind.from_address(start)).cast("B"))


def origin_of_array(owner: Any) -> Origin | None:
    """How an array is made that owns memory as this one does; None if that isn't simple."""
    simple = type(owner).__name__ == "ndarray" and owner.dtype.kind in "biufcSUMm"
    if not simple or not owner.flags.owndata or not owner.flags.forc:
        return None
    number = owner.dtype.kind in "biufc"
    names = (owner.dtype.char, owner.dtype.byteorder) if number else (owner.dtype.str, "=")
    return "numpy", *names, owner.shape, "C" if owner.flags.c_contiguous else "F"


def allocated(content: memoryview, origin: Origin) -> Piece:
    """A copy of memory, allocated as it was at first."""
    name, *rest = origin
    if name == "torch":
        torch: Any = importlib.import_module("torch")
        return TorchPiece(torch.frombuffer(bytearray(content), dtype=torch.uint8).clone())
    numpy: Any = importlib.import_module("numpy")
    char, byteorder, shape, order = rest
    dtype = numpy.dtype(char)
    dtype = dtype if byteorder in "=|" else dtype.newbyteorder(byteorder)
    owner = numpy.empty(tuple(shape), dtype, order)
    view = memoryview(owner.reshape(-1, order="A").view(numpy.uint8))
    view[:] = content
    return Piece(view, owner)
