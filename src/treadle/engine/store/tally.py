"""How many bytes a store holds at most, known without looking at its files.

They are counted once, and each build adds what it has written. A build that was killed, and two at
the same time, leave nothing that can be relied upon; then, and once a day, they are counted anew.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from treadle.engine.store.atomic import remove, write_whole

if TYPE_CHECKING:
    from pathlib import Path

_LASTS: Final = 86400.0  # seconds


class Tally:
    """Of one build."""

    def __init__(self, root: Path | str) -> None:
        """Of the store in `root`; nothing is read as yet."""
        self._path = f"{os.fspath(root)}/stats/size"
        self._mark = b""
        self._bytes: int | None = None
        self._counted = 0.0  # when, in seconds since 1970

    def begin(self) -> None:
        """From now on the store is written to: while this is so, nobody else knows its size."""
        found = self._read().split()
        if len(found) == 2 and all(map(bytes.isdigit, found)):
            self.count(*map(int, found))
        self._mark = f"a build writes: {os.urandom(8).hex()}".encode()
        self._write(self._mark)

    def add(self, size: int) -> None:
        """So many bytes have been written, or fewer."""
        if self._bytes is not None:
            self._bytes += size

    def count(self, size: int, when: float | None = None) -> None:
        """The store has been looked at."""
        self._bytes, self._counted = size, time.time() if when is None else when

    def is_within(self, limit: int) -> bool:
        """Whether the store is known to hold no more than that."""
        is_recent = 0 <= time.time() - self._counted < _LASTS
        return self._bytes is not None and is_recent and self._bytes <= limit

    def end(self) -> None:
        """Leave the size to the next build, unless another one writes as well."""
        if self._bytes is not None and self._mark and self._read() == self._mark:
            self._write(b"%d %d" % (self._bytes, self._counted))
        else:
            remove(self._path)

    def _read(self) -> bytes:
        try:
            with open(self._path, "rb") as file:
                return file.read()
        except OSError:
            return b""

    def _write(self, data: bytes) -> None:
        with suppress(OSError):  # what can't be written is not known
            write_whole(self._path, [data])
