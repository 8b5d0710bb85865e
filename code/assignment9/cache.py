# Extracted by treadle from assignment9.pmd: edit that, not this file. [8b199357de6b52ce]

# %% assignment9.pmd:51-99 cache
"""Where the data are kept, and how they are known to be the right ones."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class DataError(RuntimeError):
    """The data cannot be had; the message says what to do."""


def cache_dir() -> Path:
    """`$TREADLE_DATA`, else `treadle` in the user's cache directory; created if missing."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = Path(os.environ.get("TREADLE_DATA") or base / "treadle")
    path.mkdir(parents=True, exist_ok=True)
    return path


def digest(path: Path, algorithm: str = "sha256") -> str:
    """The hexadecimal digest of a file's contents."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def expect(contents: bytes, sha256: str, name: str) -> bytes:
    """`contents`, if their SHA-256 is the one given; DataError otherwise."""
    found = hashlib.sha256(contents).hexdigest()
    if found != sha256:
        raise DataError(f"{name}: its SHA-256 is {found}, not {sha256}; delete it and try again")
    return contents


def write_atomically(path: Path, contents: bytes) -> None:
    """Write a file whole or not at all, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        scratch = Path(file.name)
        try:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
