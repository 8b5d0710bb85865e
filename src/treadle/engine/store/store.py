"""The store: what a build keeps for the next one, sealed with a key that only its user has."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from treadle.engine.store.blobs import Blobs
from treadle.engine.store.eviction import cache_limit
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.known_files import KnownFiles
from treadle.engine.store.secret_key import secret_key
from treadle.engine.store.tally import Tally
from treadle.engine.store.traces import Traces


class Store(Struct, frozen=True):
    """The parts of a store, and digests of the user's files for one build."""

    root: Path
    blobs: Blobs
    traces: Traces
    files: FileDigests
    known: KnownFiles  # to be saved at the end of a build
    tally: Tally
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
        known = KnownFiles(folder, key)
        parts = (Blobs(folder), Traces(folder, key), FileDigests(known), known, Tally(folder))
        return cls(folder, *parts, key)


def store_folder(out_dir: Path) -> Path:
    """Where the store of builds to `out_dir` lies."""
    return out_dir / ".treadle" / "store"
