"""Which characters an OpenType or TrueType font has: its `cmap` table, read as it is asked."""

from __future__ import annotations

import struct
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

# Platform and encoding of the tables that are of Unicode, the one with most characters first.
UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
COLLECTION = b"ttcf"


class Coverage(Struct, frozen=True):
    """Ranges of characters, by their last and first ones; and where the table says of a range
    which glyphs it has, as it may lack some: the table, the difference or the offset."""

    ends: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()
    deltas: tuple[int, ...] = ()
    offsets: tuple[int, ...] = ()  # of a range's glyphs in `data`; 0: it has all
    data: bytes = b""

    def __contains__(self, code: int) -> bool:
        at = bisect_left(self.ends, code)
        if at == len(self.ends) or code < self.starts[at]:
            return False
        if not self.offsets:
            return True
        glyph = code
        if self.offsets[at]:
            place = self.offsets[at] + 2 * (code - self.starts[at])
            (glyph,) = struct.unpack_from(">H", self.data, place)
        return glyph != 0 and (glyph + self.deltas[at]) & 0xFFFF != 0


def coverage(path: Path) -> Coverage:
    """What the font of a file has, or the first one of a collection; nothing where it is unread."""
    try:
        return _coverage(path, path.stat().st_mtime_ns)
    except OSError:
        return Coverage()


@lru_cache(maxsize=512)
def _coverage(path: Path, _written: int) -> Coverage:
    try:
        with path.open("rb") as file:
            head = file.read(16)
            start = struct.unpack(">I", head[12:16])[0] if head[:4] == COLLECTION else 0
            file.seek(start)
            (count,) = struct.unpack(">4xH6x", file.read(12))
            tables = struct.iter_unpack(">4s4xII", file.read(16 * count))
            at, size = next((at, size) for tag, at, size in tables if tag == b"cmap")
            file.seek(at)
            return _read(file.read(size))
    except (OSError, struct.error, StopIteration, ValueError):
        return Coverage()


def _read(data: bytes) -> Coverage:
    (count,) = struct.unpack_from(">2xH", data)
    records = struct.iter_unpack(">HHI", data[4 : 4 + 8 * count])
    found = {(platform, encoding): at for platform, encoding, at in records}
    for kind in UNICODE:
        at = found.get(kind)
        if at is not None and (read := _table(data[at:])).ends:
            return read
    return Coverage()


def _table(data: bytes) -> Coverage:
    (form,) = struct.unpack_from(">H", data)
    if form == 12:
        (count,) = struct.unpack_from(">12xI", data)
        groups = [*struct.iter_unpack(">III", data[16 : 16 + 12 * count])]
        return Coverage(tuple(end for _, end, _ in groups), tuple(start for start, *_ in groups))
    if form != 4:
        return Coverage()
    (double,) = struct.unpack_from(">6xH", data)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", data, 14)
    starts = struct.unpack_from(f">{count}H", data, 16 + double)
    deltas = struct.unpack_from(f">{count}H", data, 16 + 2 * double)
    first = 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", data, first)
    places = tuple(first + 2 * at + offset if offset else 0 for at, offset in enumerate(offsets))
    return Coverage(ends, starts, deltas, places, data)
