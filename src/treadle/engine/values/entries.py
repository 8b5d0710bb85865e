"""Entries of the store: what pickle wrote of values, and the memory that it left out.

An entry is a head, what pickle wrote, and the small regions of memory; a large region is a blob of
its own, which arrays and tensors that come back are views of.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from treadle.engine.store.blobs import Blobs
from treadle.engine.values.pickling import Packed, loaded
from treadle.engine.values.regions import Memory, Origin, Piece, Region, Regions, allocated, view
from treadle.engine.values.world import World

_LARGE: Final = 1 << 16  # bytes from which on a region is a blob of its own
_ALIGNED: Final = 64
_NOWHERE: Final = -1  # where empty arrays lie
_MAGIC: Final = b"TRDLVAL4"


class Entry(Struct, frozen=True):
    data: memoryview
    regions: tuple[list[Any], ...]  # the blob, if it is one; place and size in it; the origin
    pieces: tuple[list[int], ...]  # the region's number, the place in it, the size
    checked: bool  # what it gives must be compared with its token
    gives: str  # what comes back, where stand-ins are part of it
    tail: memoryview

    @property
    def blobs(self) -> tuple[str, ...]:
        """The blobs it needs beside itself."""
        return tuple(blob for blob, *_ in self.regions if blob)

    def values(self, world: World, blobs: Blobs) -> dict[str, Any]:
        """The values, over memory of their own. Raises whatever putting them together raises."""
        regions = {number: self._open(number, blobs) for number, _, _ in self.pieces}
        pieces = []
        for number, offset, size in self.pieces:
            region = regions[number]  # opened once, as what lies in it shares it
            pieces.append(region.part(offset, size) if size < region.size else region)
        return loaded(self.data, world, pieces)

    def _open(self, number: int, blobs: Blobs) -> Piece:
        if number == _NOWHERE:
            return Piece(memoryview(b""))
        blob, offset, size, origin = self.regions[number]
        content = (blobs.open(blob) if blob else self.tail)[offset : offset + size]
        return Piece(content) if origin is None else allocated(content, origin)


# --- in the store ---


def write(
    packing: Packed, blobs: Blobs, *, checked: bool, gives: str
) -> tuple[str, tuple[str, ...]]:
    """Put it into the store: the entry, and the blobs it needs. Raises OSError.

    `gives`: what comes back, where stand-ins are part of it.
    """
    regions = Regions(packing.pieces)
    inside: dict[int, list[Memory]] = {}  # by the region's number: there may be 100,000
    for piece in packing.pieces:
        if piece.stop > piece.start:
            inside.setdefault(regions.index(piece.start), []).append(piece)
    large: list[str] = []
    places: list[Any] = []
    tail: list[bytes | memoryview] = []
    size = 0
    for number, region in enumerate(regions.all):
        content = view(region.start, region.stop)
        origin = _origin(region, inside[number])
        if content.nbytes >= _LARGE:
            large.append(blobs.put([content]))
            # What torch allocates can't be told from mapped memory, but by resizing a storage.
            places.append([large[-1], 0, content.nbytes, None if origin == ("torch",) else origin])
        else:
            places.append(["", size, content.nbytes, origin])
            tail += [content, bytes(-content.nbytes % _ALIGNED)]
            size += content.nbytes + -content.nbytes % _ALIGNED
    pieces = [_place(piece, regions) for piece in packing.pieces]
    head = json.dumps([len(packing.data), places, pieces, checked, gives]).encode()
    start = _MAGIC + len(head).to_bytes(8, "little") + head + packing.data
    padding = bytes(-len(start) % _ALIGNED if tail else 0)
    return blobs.put_small([start, padding, *tail]), tuple(large)


def read(name: str, blobs: Blobs) -> Entry:
    """An entry from the store. Raises CorruptEntryError, ValueError."""
    whole = blobs.open(name)
    if bytes(whole[:8]) != _MAGIC:
        raise ValueError("not an entry of this version")
    begin = 16 + int.from_bytes(whole[8:16], "little")
    size, regions, pieces, checked, gives = json.loads(bytes(whole[16:begin]))
    end = begin + size
    tail = whole[end + -end % _ALIGNED :]
    return Entry(whole[begin:end], tuple(regions), tuple(pieces), checked, gives, tail)


def _place(piece: Memory, regions: Regions) -> list[int]:
    size = piece.stop - piece.start
    if size <= 0:
        return [_NOWHERE, 0, 0]
    return [regions.index(piece.start), piece.start - regions.at(piece.start).start, size]


def _origin(region: Region, inside: Sequence[Memory]) -> Origin | None:
    """Who allocated a region: of what lies in it, an array rather than the tensor made from it."""
    whole = [piece for piece in inside if (piece.start, piece.stop) == (region.start, region.stop)]
    origins = {piece.origin for piece in whole if piece.origin is not None}
    arrays = [origin for origin in origins if origin[0] == "numpy"]
    if len(arrays) == 1:
        return arrays[0]
    return None if arrays or len(whole) < len(inside) else next(iter(origins), None)
