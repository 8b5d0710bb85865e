"""An entry of the store: a head, pickled values, small regions of memory; large ones beside it."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from treadle.engine.store.blobs import Blobs
from treadle.engine.values.memory import Memory, Origin, Piece, Region, Regions, allocated, view
from treadle.engine.values.objects import PROTOCOL
from treadle.engine.values.pickling import Loader, NamingStorer, Storer
from treadle.engine.values.world import World

LARGE: Final = 1 << 16  # bytes from which on a region is a blob of its own
_ALIGNED: Final = 64
_NOWHERE: Final = -1  # where empty arrays lie
_MAGIC: Final = b"TRDLVAL1"


class Packed(Struct, frozen=True):
    """Values as they can be put together again, their memory where it still lies."""

    data: bytes
    pieces: tuple[Memory, ...] = ()
    keeper: Any = None  # what must not go before the memory is read

    def values(self, world: World) -> dict[str, Any]:
        """The values made anew, over the very same memory."""
        pieces = [Piece(_view(piece)) for piece in self.pieces]
        found: dict[str, Any] = Loader(self.data, world, pieces.__getitem__).load()
        return found


def packed(
    values: Mapping[str, Any],
    world: World,
    copies: frozenset[int],
    homes: Mapping[int, tuple[str, str]] | None,
) -> Packed:
    """Take values apart; with `homes`, sets and the objects of modules are seen to.

    `copies` are the blocks of frames that must not share memory any longer.
    """
    file = io.BytesIO()
    if homes is None:
        storer = Storer(file, world, values, copies)
    else:
        storer = NamingStorer(file, world, values, copies, homes)
    storer.dump(dict(values))
    return Packed(file.getvalue(), tuple(storer.pieces), storer)


def packed_plainly(values: dict[str, Any]) -> Packed:
    """Take values apart that pickle is known to give back as they are."""
    return Packed(pickle.dumps(values, PROTOCOL))


def write(packing: Packed, blobs: Blobs, *, checked: bool) -> tuple[str, tuple[str, ...]]:
    """Put it into the store: the entry, and the blobs it needs. Raises OSError."""
    if not packing.pieces and not checked:
        return blobs.put_small([_head(len(packing.data), [], [], checked=False), packing.data]), ()
    regions = Regions(packing.pieces)
    large: list[str] = []
    places: list[Any] = []
    tail: list[bytes | memoryview] = []
    size = 0
    for region in regions:
        content = view(region.start, region.stop)
        if content.nbytes >= LARGE:
            large.append(blobs.put([content]))
            places.append(large[-1])
        else:
            places.append([size, content.nbytes, _origin(region, packing.pieces)])
            tail += [content, bytes(-content.nbytes % _ALIGNED)]
            size += content.nbytes + -content.nbytes % _ALIGNED
    pieces = [_place(piece, regions) for piece in packing.pieces]
    start = _head(len(packing.data), places, pieces, checked=checked) + packing.data
    padding = bytes(-len(start) % _ALIGNED if tail else 0)
    return blobs.put_small([start, padding, *tail]), tuple(large)


def _head(size: int, regions: list[Any], pieces: list[list[int]], *, checked: bool) -> bytes:
    head = json.dumps([size, regions, pieces, checked]).encode()
    return _MAGIC + len(head).to_bytes(8, "little") + head


class Entry(Struct, frozen=True):
    """An entry that was read."""

    data: memoryview
    regions: tuple[str | list[Any], ...]
    pieces: tuple[list[int], ...]
    checked: bool  # what it gives must be compared with its token
    tail: memoryview

    @property
    def blobs(self) -> tuple[str, ...]:
        """The blobs it needs beside itself."""
        return tuple(region for region in self.regions if isinstance(region, str))

    def values(self, world: World, blobs: Blobs) -> dict[str, Any]:
        """The values, over memory of their own. Raises whatever putting them together raises."""
        opened: dict[int, Piece] = {}
        made: dict[int, Piece] = {}

        def piece(serial: int) -> Piece:
            if serial not in made:
                region, offset, size = self.pieces[serial]
                if region not in opened:
                    opened[region] = self._open(region, blobs)
                whole = opened[region]
                made[serial] = whole.part(offset, size) if size < whole.size else whole
            return made[serial]

        found: dict[str, Any] = Loader(self.data, world, piece).load()
        return found

    def _open(self, region: int, blobs: Blobs) -> Piece:
        if region == _NOWHERE:
            return Piece(memoryview(b""))
        place = self.regions[region]
        if isinstance(place, str):
            return Piece(blobs.open(place))
        offset, size, origin = place
        content = self.tail[offset : offset + size]
        return Piece(content) if origin is None else allocated(content, origin)


def read(name: str, blobs: Blobs) -> Entry:
    """An entry from the store. Raises CorruptEntryError, ValueError."""
    whole = blobs.open(name)
    if bytes(whole[:8]) != _MAGIC:
        raise ValueError("not an entry of this version")
    begin = 16 + int.from_bytes(whole[8:16], "little")
    size, regions, pieces, checked = json.loads(bytes(whole[16:begin]))
    end = begin + size
    tail = whole[end + -end % _ALIGNED :]
    return Entry(whole[begin:end], tuple(regions), tuple(pieces), checked, tail)


def _view(piece: Memory) -> memoryview:
    return view(piece.start, piece.stop) if piece.stop > piece.start else memoryview(b"")


def _place(piece: Memory, regions: Regions) -> list[int]:
    size = piece.stop - piece.start
    if size <= 0:
        return [_NOWHERE, 0, 0]
    number = regions.index(piece.start)
    return [number, piece.start - regions.start(number), size]


def _origin(region: Region, pieces: Sequence[Memory]) -> Origin | None:
    """Who allocated a region: an array rather than the tensor that was made from it."""
    inside = [piece for piece in pieces if region.start <= piece.start < region.stop]
    whole = [piece for piece in inside if (piece.start, piece.stop) == (region.start, region.stop)]
    origins = {piece.origin for piece in whole if piece.origin is not None}
    arrays = [origin for origin in origins if origin[0] == "numpy"]
    if len(arrays) == 1:
        return arrays[0]
    return None if arrays or len(whole) < len(inside) else next(iter(origins), None)
