"""Records that only who knows the key can have written: keyed BLAKE3 before JSON."""

from __future__ import annotations

from collections.abc import Mapping

from blake3 import blake3
from msgspec.json import Decoder

from treadle.store.encoding import decoded, encoded

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
