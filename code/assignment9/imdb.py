# Extracted by treadle from assignment9.pmd: edit that, not this file. [e1a33087379fe3a6]

# %% assignment9.pmd:285-369 imdb
"""The Large Movie Review Dataset, from an archive or a directory that is at hand."""

from __future__ import annotations

import hashlib
import os
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from assignment9.cache import DataError, cache_dir, expect, write_atomically

URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
SHA256 = "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe"
ARCHIVE = "aclImdb_v1.tar.gz"
LABELS = {"neg": 0, "pos": 1}

Reviews = dict[str, list[tuple[str, int]]]


def find_imdb() -> Path | None:
    """What `$TREADLE_IMDB` names, else what the cache holds, else None."""
    named = os.environ.get("TREADLE_IMDB")
    if named:
        if not Path(named).exists():
            raise DataError(f"TREADLE_IMDB names {named}, which does not exist")
        return Path(named)
    kept = (cache_dir() / "aclImdb", cache_dir() / ARCHIVE)
    return next((path for path in kept if path.exists()), None)


def fetch_imdb() -> Path:
    """Download the original archive (84 MB) into the cache, unless it is there."""
    path = cache_dir() / ARCHIVE
    if not path.is_file():
        try:
            with urllib.request.urlopen(URL, timeout=60) as response:
                contents = response.read()
        except OSError as error:
            raise DataError(
                f"{URL} cannot be read ({error}); put the archive at {path}, or let the "
                "environment variable TREADLE_IMDB name it"
            ) from error
        write_atomically(path, expect(contents, SHA256, URL))
    return path


def read_imdb(source: Path) -> tuple[Reviews, str]:
    """{"train": [(review, 0 or 1)], "test": ...} in the order of names, and a SHA-256.

    The digest is of names and contents, so it is the same for an archive and a directory.
    """
    files = sorted(directory_files(source) if source.is_dir() else archive_files(source))
    reviews: Reviews = {"train": [], "test": []}
    sha = hashlib.sha256()
    for (split, label, name), contents in files:
        sha.update(f"{split}/{label}/{name}\0{len(contents)}\0".encode() + contents)
        reviews[split].append((contents.decode("utf-8"), LABELS[label]))
    if not (reviews["train"] and reviews["test"]):
        raise DataError(f"{source} holds no reviews at train/pos, train/neg, test/pos, test/neg")
    return reviews, sha.hexdigest()


Place = tuple[str, str, str]  # split, label, file name


def directory_files(root: Path) -> Iterator[tuple[Place, bytes]]:
    """The labelled reviews under a directory: `aclImdb`, or one that holds it."""
    root = root / "aclImdb" if (root / "aclImdb").is_dir() else root
    for split in ("train", "test"):
        for label in LABELS:
            for path in (root / split / label).glob("*.txt"):
                yield (split, label, path.name), path.read_bytes()


def archive_files(path: Path) -> Iterator[tuple[Place, bytes]]:
    """The labelled reviews in a tar archive, however it is compressed."""
    with tarfile.open(path, "r:*") as tar:
        for member in tar:
            split, label, name = ("///" + member.name).rsplit("/", 3)[-3:]
            if split in ("train", "test") and label in LABELS and name.endswith(".txt"):
                file = tar.extractfile(member)
                if file is not None:
                    yield (split, label, name), file.read()
