# Extracted by treadle from assignment9.pmd: edit that, not this file. [20047cf85022b203]

# %% assignment9.pmd:846-950 data-tests
"""The data: what is refused, what is rebuilt, how texts are split."""

import hashlib
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from assignment9.cache import DataError, expect, write_atomically
from assignment9.imdb import read_imdb
from assignment9.mnist import ArrayUnpickler, grey, idx
from assignment9.reviews import letters, split_imdb, split_sentences, without_duplicates


def test_wrong_digest_is_refused() -> None:
    """Contents pass if their digest is the one given, and only then."""
    sha256 = hashlib.sha256(b"right").hexdigest()
    assert expect(b"right", sha256, "file") == b"right"
    with pytest.raises(DataError, match="file: its SHA-256"):
        expect(b"wrong", sha256, "file")


def test_write_leaves_no_scratch_file(tmp_path: Path) -> None:
    """An atomic write replaces the file and leaves nothing beside it."""
    for contents in (b"one", b"two"):
        write_atomically(tmp_path / "folder" / "file", contents)
    assert (tmp_path / "folder" / "file").read_bytes() == b"two"
    assert len(list((tmp_path / "folder").iterdir())) == 1


def test_unpickler_builds_arrays_only() -> None:
    """An array of the wheel's kind is read; a pickle that calls anything else is refused."""
    array = np.arange(6, dtype="<f4").reshape(2, 3)
    packed = (  # as Python 2 wrote the wheel's: nothing newer would
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01K\x02K\x03\x86cnumpy\ndtype\nU\x02f4K\x00K\x01\x87R"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x18%btb."
    )
    found = ArrayUnpickler(io.BytesIO(packed % array.tobytes()), encoding="latin1").load()
    assert (found == array).all()
    with pytest.raises(pickle.UnpicklingError, match="no place in an array"):
        ArrayUnpickler(io.BytesIO(pickle.dumps(print))).load()


def test_grey_values_are_restored() -> None:
    """Every byte survives the wheel's division by 256 in single precision."""
    values = np.arange(256, dtype=np.uint8)
    assert (grey(values.astype(np.float32) / 256) == values).all()


def test_idx_header() -> None:
    """Magic number (type 8: bytes; 3 dimensions), sizes big-endian, then the values."""
    contents = idx(np.full((2, 28, 28), 7, dtype=np.uint8))
    assert contents[:16].hex() == "00000803" + "00000002" + "0000001c" * 2
    assert contents[16:] == b"\x07" * (2 * 28 * 28)


def test_near_duplicates_are_dropped() -> None:
    """Case and punctuation do not make a new text; the first one stays."""
    texts = [("Good, good film!", 1), ("good good film", 0), ("Bad film", 0), ("Café", 1)]
    assert without_duplicates(texts) == [texts[0], texts[2], texts[3]]
    assert without_duplicates(texts, seen=["BAD: film?"]) == [texts[0], texts[3]]


def test_sentences_split() -> None:
    """A sorted file: the parts are disjoint, whole, mixed, and the same for the same seed."""
    examples = [(f"sentence {i}", int(i < 500)) for i in range(1000)]
    data = split_sentences(examples, seed=1)
    assert (len(data.train), len(data.validation), len(data.test)) == (800, 100, 100)
    assert sorted(data.train + data.validation + data.test) == sorted(examples)
    for part in (data.train, data.validation, data.test):
        assert 0.3 < sum(label for _, label in part) / len(part) < 0.7
    assert split_sentences(examples, seed=1) == data
    assert split_sentences(examples, seed=2).test != data.test


def test_imdb_keeps_its_test_set() -> None:
    """The published test set stays whole; what it shares with training leaves training."""
    train = [(f"review {i}", i % 2) for i in range(100)]
    test = [("Review 3!", 1), ("other", 0)]
    data = split_imdb(train, test, "", seed=1)
    assert data.test == test
    assert (len(data.validation), len(data.train), data.dropped) == (19, 80, 1)
    assert "review3" not in {letters(text) for text, _ in data.train + data.validation}


@pytest.mark.parametrize("compression", ["gz", "xz"])
def test_imdb_archive_equals_directory(tmp_path: Path, compression: str) -> None:
    """The same reviews and the same digest from a directory and from an archive of it."""
    for split in ("train", "test"):
        for label in ("pos", "neg", "unsup"):
            folder = tmp_path / "aclImdb" / split / label
            folder.mkdir(parents=True)
            for i in range(3):
                (folder / f"{i}_9.txt").write_text(f"{split} {label} {i}", encoding="utf-8")
    archive = tmp_path / "reviews.tar"
    with tarfile.open(archive, f"w:{compression}") as tar:
        tar.add(tmp_path / "aclImdb", "aclImdb")
    reviews, sha256 = read_imdb(archive)
    assert (reviews, sha256) == read_imdb(tmp_path) == read_imdb(tmp_path / "aclImdb")
    assert reviews["test"][-1] == ("test pos 2", 1)
    assert [len(part) for part in reviews.values()] == [6, 6]
