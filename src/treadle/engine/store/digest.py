"""The digest all of the cache uses: BLAKE3, at memory speed."""

from __future__ import annotations

from collections.abc import Iterable

from blake3 import blake3

PARALLEL = 1 << 20  # bytes from which on more than one thread pays


def digest(data: bytes | bytearray | memoryview) -> str:
    """The digest of `data`: 64 hexadecimal digits."""
    threads = blake3.AUTO if len(data) >= PARALLEL else 1
    return blake3(data, max_threads=threads).hexdigest()


def combined(parts: Iterable[str]) -> str:
    """The digest of several texts; their borders count."""
    hasher = blake3()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        hasher.update(len(data).to_bytes(8, "little"))
        hasher.update(data)
    return hasher.hexdigest()
