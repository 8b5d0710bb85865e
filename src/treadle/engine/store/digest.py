"""The digest all of the cache uses, BLAKE3 at memory speed: plain, and keyed as a seal."""

from __future__ import annotations

from collections.abc import Iterable

from blake3 import blake3

PARALLEL = 1 << 20  # bytes from which on more than one thread pays
SEAL = 32  # bytes of a keyed digest
FORMAT = "treadle 2"  # of what a store holds; another one does not see the entries of this one


def digest(*parts: bytes | bytearray | memoryview) -> str:
    """The digest of the concatenation of bytes: 64 hexadecimal digits."""
    hasher = blake3(max_threads=blake3.AUTO if sum(map(len, parts)) >= PARALLEL else 1)
    for part in parts:
        hasher.update(part)
    return hasher.hexdigest()


def combined(parts: Iterable[str]) -> str:
    """The digest of several texts; their borders count."""
    hasher = blake3()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        hasher.update(len(data).to_bytes(8, "little"))
        hasher.update(data)
    return hasher.hexdigest()


def sealed(data: bytes, purpose: str, key: bytes) -> bytes:
    """The data after a seal, a keyed digest that is good for this `purpose` alone.

    Only who knows the key can have written it.
    """
    return _seal(data, purpose, key) + data


def unsealed(data: bytes, purpose: str, key: bytes) -> bytes | None:
    """The data; None if it is not as it was sealed, or was sealed for another purpose."""
    body = data[SEAL:]
    return body if data[:SEAL] == _seal(body, purpose, key) else None


def key_name(key: bytes) -> str:
    """A name for the key and the format that tells nothing about the key."""
    return blake3(FORMAT.encode(), key=key).hexdigest()[:16]


def _seal(data: bytes, purpose: str, key: bytes) -> bytes:
    hasher = blake3(f"{FORMAT}\0{purpose}\0".encode("utf-8", "surrogatepass"), key=key)
    return hasher.update(data).digest()
