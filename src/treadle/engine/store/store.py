"""The store: what a build keeps for the next one."""

from __future__ import annotations

import os
import re
from pathlib import Path

from msgspec import Struct

from treadle.engine.store.blobs import Blobs
from treadle.engine.store.files import FileDigests, KnownFiles
from treadle.engine.store.secret_key import secret_key
from treadle.engine.store.traces import Traces

# How large the store may grow.

VARIABLE = "TREADLE_CACHE_LIMIT"
DEFAULT = 5 * 10**9  # bytes
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class LimitError(OSError):
    """The limit that is given is no size; the command reports it as it does other OSErrors."""


def cache_limit() -> int:
    """The limit in bytes: 5 GB, or what the environment variable TREADLE_CACHE_LIMIT says.

    It holds a number and perhaps a unit: `500M`, `2.5G`. Raises LimitError.
    """
    given = os.environ.get(VARIABLE, "").strip()
    return size_of(given) if given else DEFAULT


def size_of(text: str) -> int:
    """The bytes that `500M` or the like means. Raises LimitError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", text.upper())
    if found is None:
        raise LimitError(f"{VARIABLE} is {text!r}; a size like 500M or 5G is expected")
    return int(float(found[1]) * UNITS[found[2]])


def in_words(size: int) -> str:
    """A size for people: `12.3 MB`."""
    number = float(size)
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


# The store: what a build keeps for the next one.


class Store(Struct, frozen=True):
    """The parts of a store, and digests of the user's files for one build."""

    root: Path
    blobs: Blobs
    traces: Traces
    files: FileDigests
    known: KnownFiles  # to be saved at the end of a build
    key: bytes  # nobody else knows it

    @classmethod
    def open(cls, folder: Path) -> Store:
        """The store in `folder`, which need not exist.

        Raises NoKeyError: go on without; LimitError: here, so that no build has run in vain.
        """
        cache_limit()
        return cls.with_key(folder, secret_key())

    @classmethod
    def with_key(cls, folder: Path, key: bytes) -> Store:
        """The store in `folder`, sealed with `key`."""
        known = KnownFiles(folder, key)
        return cls(folder, Blobs(folder), Traces(folder, key), FileDigests(known), known, key)


def store_folder(out_dir: Path) -> Path:
    """Where the store of builds to `out_dir` lies."""
    return out_dir / ".treadle" / "store"
