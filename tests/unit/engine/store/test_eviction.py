import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.engine.store import eviction
from treadle.engine.store.atomic import PART
from treadle.engine.store.blobs import Blobs
from treadle.engine.store.eviction import LimitError, cache_limit, in_words, unlink
from treadle.engine.store.store import Store
from treadle.engine.store.traces import Traces

KEY = bytes(range(32))
DAY = 86400.0


class Shelf:
    """A store of units that were used some days ago, each with blobs of 1000 bytes."""

    def __init__(self, root):
        self.root, self.blobs, self.traces = root, Blobs(root), Traces(root, KEY)

    def blob(self, name, days=0.0):
        digest = self.blobs.put([name.ljust(1000).encode()])
        self.age(self.root / "blobs" / digest[:2] / digest, days)
        return digest

    def unit(self, name, days, blobs):
        digests = [self.blob(blob, days) for blob in blobs]
        self.traces.save(name, {"blobs": digests})
        self.age(self.traces.find(name)[0].path, days)

    def age(self, path, days):
        then = time.time() - days * DAY
        os.utime(path, (then, then))

    def units(self):
        traces = Traces(self.root, KEY)
        return {name for name in "abcdefgh" if traces.find(name)}

    def held(self):
        found = (path for path in (self.root / "blobs").rglob("*") if path.is_file())
        return {path.read_text().strip() for path in found}


@pytest.fixture
def shelf(root):
    made = Shelf(root)
    made.unit("a", 30, ["one", "both"])
    made.unit("b", 20, ["two", "both"])
    made.unit("c", 10, ["three"])
    return made


def test_the_size_is_that_of_all_files(shelf, root):
    traces = sum(path.stat().st_size for path in (root / "traces").rglob("*") if path.is_file())
    assert eviction.size(root) == 4000 + traces


def test_nothing_is_removed_below_the_limit(shelf, root):
    assert eviction.shrink(root, eviction.size(root)).entries == 0
    assert shelf.units() == {"a", "b", "c"}


def test_what_was_used_longest_ago_goes_first(shelf, root):
    removed = eviction.shrink(root, eviction.size(root) - 1)
    assert shelf.units() == {"b", "c"}
    assert shelf.held() == {"two", "both", "three"}
    assert removed.entries == 2


def test_what_is_used_stays(shelf, root):
    shelf.traces.touch(shelf.traces.find("a")[0])
    eviction.shrink(root, eviction.size(root) - 1)
    assert shelf.units() == {"a", "c"}
    assert shelf.held() == {"one", "both", "three"}


def test_a_limit_of_nothing_leaves_nothing(shelf, root):
    eviction.shrink(root, 0)
    assert eviction.size(root) == 0


@given(
    units=st.lists(
        st.tuples(st.integers(1, 90), st.sets(st.sampled_from("uvwxyz"))), min_size=1, max_size=8
    ),
    limit=st.integers(0, 9000),
)
def test_what_remains_is_whole_fits_and_was_used_last(tmp_path_factory, units, limit):
    shelf = Shelf(tmp_path_factory.mktemp("store"))
    for name, (days, blobs) in zip("abcdefgh", units, strict=False):
        shelf.unit(name, days, sorted(blobs))
    eviction.shrink(shelf.root, limit)
    assert eviction.size(shelf.root) <= limit
    days = dict(zip("abcdefgh", (days for days, _ in units), strict=False))
    left = shelf.units()
    gone = days.keys() - left
    assert not left or not gone or max(days[n] for n in left) <= min(days[n] for n in gone)
    needed = {
        blob
        for name, (_, blobs) in zip("abcdefgh", units, strict=False)
        if name in left
        for blob in blobs
    }
    assert shelf.held() == needed


def test_only_what_is_older_goes(shelf, root):
    removed = eviction.remove_older(root, 15 * DAY)
    assert shelf.units() == {"c"}
    assert shelf.held() == {"three"}
    assert removed.entries == 5
    assert removed.size > 3000


def test_a_blob_that_no_trace_names_yet_is_left_to_its_build(shelf, root):
    shelf.blob("new")
    shelf.blob("old", days=1)
    eviction.remove_older(root, 99 * DAY)
    assert shelf.held() == {"one", "two", "both", "three", "new"}


def test_a_blob_put_again_meanwhile_stays(shelf, root, monkeypatch):
    def slow(trace):
        shelf.blob("one")
        return unlink(trace)

    monkeypatch.setattr(eviction, "unlink", slow)
    eviction.remove_older(root, 25 * DAY)
    assert shelf.held() == {"one", "two", "both", "three"}


def test_unfinished_files_of_killed_builds_go(shelf, root):
    old, new = (root / "blobs" / f"{PART}{name}" for name in ("old", "new"))
    for path in (old, new):
        path.write_text("half")
    shelf.age(old, 1)
    eviction.shrink(root, 10**9)
    assert new.exists()
    assert not old.exists()


def test_traces_and_documents_of_other_keys_grow_old_too(shelf, root):
    theirs = Traces(root, bytes(32))
    theirs.save("a", {"blobs": []})
    theirs.save_record("last", {})
    for path in root.rglob("*"):
        shelf.age(path, 50)
    eviction.remove_older(root, 40 * DAY)
    assert eviction.size(root) == 0


def test_a_damaged_trace_names_nothing(shelf, root):
    for n, record in enumerate(shelf.traces.find(name)[0] for name in "abc"):
        with open(record.path, "r+b") as file:  # noqa: PTH123
            file.truncate(20 * n)
    eviction.remove_older(root, 40 * DAY)
    assert shelf.held() == set()


def test_all_is_all_and_nothing_else(shelf, root):
    (root / "mine.txt").write_text("mine")
    eviction.remove_all(root)
    assert [path.name for path in root.rglob("*")] == ["mine.txt"]


def test_all_removes_the_folder(shelf, root):
    assert eviction.remove_all(root).entries == 7
    assert not root.exists()


def test_no_store_is_an_empty_one(root):
    assert eviction.size(root) == 0
    assert eviction.shrink(root, 0) == eviction.remove_older(root, 0) == eviction.remove_all(root)


def test_names_that_hold_their_bytes_are_no_entries_of_their_own(root):
    shelf = Shelf(root)
    shelf.unit("a", 30, ["one"])
    name = shelf.blobs.put_small([b"small"])
    shelf.traces.save("b", {"blobs": [name], "entry": name})
    assert eviction.remove_older(root, 10 * DAY).entries == 2
    assert shelf.units() == {"b"}
    assert shelf.held() == set()
    assert bytes(shelf.blobs.open(name)) == b"small"
    assert eviction.shrink(root, 0).entries == 1


@pytest.mark.parametrize(
    ("text", "size"),
    [("500M", 500_000_000), ("2.5g", 2_500_000_000), ("1 TB", 10**12), ("12", 12), ("0", 0)],
)
def test_a_limit_may_be_given(text, size, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", text)
    assert cache_limit() == size


@pytest.mark.parametrize("text", ["", " "])
def test_else_it_is_five_gigabytes(text, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", text)
    assert cache_limit() == 5_000_000_000


@pytest.mark.parametrize("text", ["much", "5X", "-1", "1e9", "5 5"])
def test_anything_else_is_a_clear_error(text, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", text)
    with pytest.raises(LimitError, match=r"TREADLE_CACHE_LIMIT is .*a size like 500M"):
        cache_limit()


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (12_345, "12.3 kB"), (5 * 10**9, "5.0 GB")],
)
def test_sizes_for_people(size, words):
    assert in_words(size) == words


def test_it_is_looked_at_before_the_build(tmp_path, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", "much")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(LimitError):
        Store.open(tmp_path / "store")
