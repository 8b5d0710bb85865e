"""Traces: what a cell gave when it ran, under the cell's key; and single records by name."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from msgspec import DecodeError, convert, to_builtins
from msgspec.json import Decoder, Encoder

from treadle.engine.store.atomic import OURS, PART, remove, write_whole
from treadle.engine.store.digest import SEAL, digest, key_name, sealed, unsealed

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

_ENCODER = Encoder()


def encoded(value: object) -> bytes:
    """One line of JSON, without its end. Raises TypeError for what JSON can't hold."""
    try:
        return _ENCODER.encode(value)
    except (UnicodeEncodeError, OverflowError):  # half a surrogate pair, from a file's name, say
        return json.dumps(to_builtins(value)).encode("ascii")


def decoded(data: bytes, decoder: Decoder[T]) -> T:
    """What `encoded` was given. Raises ValueError."""
    try:
        return decoder.decode(data)
    except DecodeError:  # half a surrogate pair, perhaps: it takes a reader that lets it pass
        return convert(json.loads(data), decoder.type)


_RECORD: Decoder[dict[str, object]] = Decoder(dict[str, object])
RECENT = 600 * 10**9  # nanoseconds: what was used since then need not be noted again
_FOLDER = 2  # characters of a cell's key that name its folder: a build looks into few of 256
KEPT = 8  # traces a cell's key: the files it reads may go back and forth between states


class Record(dict[str, object]):
    """A trace that was found, and where, and when it was last used: for `Traces.touch`."""

    path = ""
    used = 0  # nanoseconds since 1970


class Traces:
    """The traces and records of a store; any number of processes may use it at once.

    Those sealed with another key are neither seen nor touched, and those that another process
    saves are seen by the next build. `damaged` collects the files that were not as they had been
    written: they are removed, and as good as never written.
    """

    def __init__(self, root: Path | str, key: bytes) -> None:
        """Traces under `root`, the store's folder; `key`: 32 bytes that nobody else knows."""
        self._traces = f"{os.fspath(root)}/traces/{key_name(key)}"
        self._records = f"{os.fspath(root)}/records/{key_name(key)}"
        self._key = key
        self._index: dict[str, set[str]] = {}  # paths by cell's key, of the folders looked into
        self._folders: set[str] = set()
        self.written = 0  # bytes
        self.damaged: list[str] = []

    def save(self, cell_key: str, record: Mapping[str, object]) -> None:
        """Keep structs and what JSON can hold; "blobs" are the blobs it needs. Raises OSError."""
        data = sealed(encoded(record), f"trace {cell_key}", self._key)
        paths = self._paths(cell_key)
        path = f"{self._folder(cell_key)}/{cell_key}-{data[:SEAL].hex()}"
        self._write(path, data)
        paths.add(path)
        if len(paths) > 1:
            _touch(path)
        for old in _newest_first(paths)[KEPT:] if len(paths) > KEPT else ():
            remove(old)
            paths.discard(old)

    def find(self, cell_key: str) -> list[Record]:
        """The traces under this key, those last used or saved first."""
        paths = _newest_first(self._paths(cell_key))
        records = (self._load(path, f"trace {cell_key}") for path in paths)
        return [record for record in records if record is not None]

    def touch(self, record: Record) -> None:
        """Note that a trace that was found is used: what is used last goes last."""
        if time.time_ns() - record.used > RECENT:
            _touch(record.path)

    def save_record(self, name: str, record: Mapping[str, object]) -> None:
        """Keep one record under a name of any kind, in place of the last. Raises OSError."""
        data = sealed(encoded(record), f"record {name}", self._key)
        self._write(self._path(name), data)

    def load_record(self, name: str) -> Record | None:
        """The record last saved under the name, if any."""
        return self._load(self._path(name), f"record {name}")

    def _path(self, name: str) -> str:
        return f"{self._records}/{digest(name.encode('utf-8', 'surrogatepass'))}"

    def _folder(self, cell_key: str) -> str:
        return f"{self._traces}/{cell_key[:_FOLDER]}"

    def _paths(self, cell_key: str) -> set[str]:
        """The paths of the traces under a cell's key: one look at its folder serves a build.

        A folder a cell would double the time of saving: making one takes longer than a file.
        """
        folder = self._folder(cell_key)
        if folder not in self._folders:
            self._folders.add(folder)
            with suppress(OSError):
                for name in os.listdir(folder):
                    key = name.rpartition("-")[0]
                    if not name.startswith(PART):
                        self._index.setdefault(key, set()).add(f"{folder}/{name}")
        return self._index.setdefault(cell_key, set())

    def _write(self, path: str, data: bytes) -> None:
        write_whole(path, [data])
        self.written += len(data)

    def _load(self, path: str, purpose: str) -> Record | None:
        try:
            contents, used = _contents(path)
        except FileNotFoundError:
            return None
        except OSError as failure:
            if failure.errno in OURS:
                return None
            contents, used = b"", 0
        data = unsealed(contents, purpose, self._key)
        if data is None:
            self.damaged.append(path)
            remove(path)
            return None
        record = decoded(data, _RECORD)
        found = Record(record)
        found.path, found.used = path, used
        return found


def _newest_first(paths: Collection[str]) -> list[str]:
    return sorted(paths, key=_used, reverse=True) if len(paths) > 1 else list(paths)


def _contents(path: str) -> tuple[bytes, int]:
    """What the file holds, and when it was last used."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        return os.read(descriptor, status.st_size + 1), status.st_mtime_ns
    finally:
        os.close(descriptor)


def _used(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _touch(path: str) -> None:
    now = time.time_ns()  # finer than the file system's own clock, which may stand for 10 ms
    with suppress(OSError):  # removed meanwhile
        os.utime(path, ns=(now, now))
