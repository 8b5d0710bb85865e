"""Traces: what a unit gave when it ran, under the unit's key, and single documents."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from blake3 import blake3
from msgspec import DecodeError, convert, to_builtins
from msgspec.json import Decoder, Encoder

from treadle.engine.store.atomic import OURS, PART, remove, write_whole
from treadle.engine.store.digest import digest

if TYPE_CHECKING:
    from pathlib import Path


# Structs, and what they are made of, as JSON.

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


# Records that only who knows the key can have written: keyed BLAKE3 before JSON.

SIZE = 32  # bytes of the keyed digest
FORMAT = "treadle 1"  # of what a store holds; another one does not see the entries of this one

_RECORD: Decoder[dict[str, object]] = Decoder(dict[str, object])


def sealed(record: Mapping[str, object], purpose: str, key: bytes) -> bytes:
    """The record as bytes that are good for this `purpose` alone. Raises TypeError."""
    data = encoded(record)
    return _seal(data, purpose, key) + data


def unsealed(data: bytes, purpose: str, key: bytes) -> dict[str, object] | None:
    """The record; None if it is not as it was written, or was written for another purpose."""
    body = data[SIZE:]
    if data[:SIZE] != _seal(body, purpose, key):
        return None
    return decoded(body, _RECORD)


def key_name(key: bytes) -> str:
    """A name for the key and the format that tells nothing about the key."""
    return blake3(FORMAT.encode(), key=key).hexdigest()[:16]


def _seal(data: bytes, purpose: str, key: bytes) -> bytes:
    hasher = blake3(f"{FORMAT}\0{purpose}\0".encode("utf-8", "surrogatepass"), key=key)
    return hasher.update(data).digest()


# Traces: what a unit gave when it ran, under the unit's key, and single documents.

# No pathlib: a build looks up thousands; it would take longer than the file system.


RECENT = 600 * 10**9  # nanoseconds: what was used since then need not be noted again
KEPT = 8  # traces a unit's key: the files it reads may go back and forth between states


class Record(dict[str, object]):
    """A trace that was found, and where, and when it was last used: for `Traces.touch`."""

    path = ""
    used = 0  # nanoseconds since 1970


class Traces:
    """The traces and documents of a store; any number of processes may use it at once.

    Those sealed with another key are neither seen nor touched, and those that another process
    saves are seen by the next build. `damaged` collects the files that were not as they had been
    written: they are removed, and as good as never written.
    """

    def __init__(self, root: Path | str, key: bytes) -> None:
        """Traces under `root`, the store's folder; `key`: 32 bytes that nobody else knows."""
        self._traces = f"{os.fspath(root)}/traces/{key_name(key)}"
        self._documents = f"{os.fspath(root)}/documents/{key_name(key)}"
        self._key = key
        self._index: dict[str, set[str]] | None = None
        self.damaged: list[str] = []

    def save(self, unit_key: str, record: Mapping[str, object]) -> None:
        """Keep structs and what JSON can hold; "blobs" are the blobs it needs. Raises OSError."""
        data = sealed(record, f"trace {unit_key}", self._key)
        path = f"{self._traces}/{unit_key}-{data[:SIZE].hex()}"
        write_whole(path, [data])
        paths = self._paths().setdefault(unit_key, set())
        paths.add(path)
        if len(paths) > 1:
            _touch(path)
        for old in _newest_first(paths)[KEPT:] if len(paths) > KEPT else ():
            remove(old)
            paths.discard(old)

    def has(self, unit_key: str) -> bool:
        """Whether there are traces under this key."""
        return unit_key in self._paths()

    def find(self, unit_key: str) -> list[Record]:
        """The traces under this key, those last used or saved first."""
        paths = _newest_first(self._paths().get(unit_key, ()))
        records = (self._load(path, f"trace {unit_key}") for path in paths)
        return [record for record in records if record is not None]

    def touch(self, record: Record) -> None:
        """Note that a trace that was found is used: what is used last goes last."""
        if time.time_ns() - record.used > RECENT:
            _touch(record.path)

    def save_document(self, name: str, record: Mapping[str, object]) -> None:
        """Keep one record under a name of any kind, in place of the last. Raises OSError."""
        data = sealed(record, f"document {name}", self._key)
        write_whole(self._document(name), [data])

    def load_document(self, name: str) -> Record | None:
        """The record last saved under the name, if any."""
        return self._load(self._document(name), f"document {name}")

    def _paths(self) -> dict[str, set[str]]:
        """The paths of the traces by unit's key: one look at one folder serves a build.

        A folder a unit would double the time of saving: making one takes longer than a file.
        """
        if self._index is None:
            self._index = {}
            for name in _names(self._traces):
                unit_key = name.rpartition("-")[0]
                self._index.setdefault(unit_key, set()).add(f"{self._traces}/{name}")
        return self._index

    def _document(self, name: str) -> str:
        return f"{self._documents}/{digest(name.encode('utf-8', 'surrogatepass'))}"

    def _load(self, path: str, purpose: str) -> Record | None:
        try:
            contents, used = _contents(path)
            record = unsealed(contents, purpose, self._key)
        except FileNotFoundError:
            return None
        except OSError as failure:
            if failure.errno in OURS:
                return None
            record = None
        if record is None:
            self.damaged.append(path)
            remove(path)
            return None
        found = Record(record)
        found.path, found.used = path, used
        return found


def _names(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not name.startswith(PART)]
    except OSError:
        return []


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
