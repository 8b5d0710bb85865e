import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.engine.store import eviction as evict
from treadle.engine.store.atomic import PART
from treadle.engine.store.blobs import Blobs
from treadle.engine.store.eviction import unlink
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
    assert evict.size(root) == 4000 + traces


def test_nothing_is_removed_below_the_limit(shelf, root):
    assert evict.shrink(root, evict.size(root)).entries == 0
    assert shelf.units() == {"a", "b", "c"}


def test_what_was_used_longest_ago_goes_first(shelf, root):
    removed = evict.shrink(root, evict.size(root) - 1)
    assert shelf.units() == {"b", "c"}
    assert shelf.held() == {"two", "both", "three"}
    assert removed.entries == 2


def test_what_is_used_stays(shelf, root):
    shelf.traces.touch(shelf.traces.find("a")[0])
    evict.shrink(root, evict.size(root) - 1)
    assert shelf.units() == {"a", "c"}
    assert shelf.held() == {"one", "both", "three"}


def test_a_limit_of_nothing_leaves_nothing(shelf, root):
    evict.shrink(root, 0)
    assert evict.size(root) == 0


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
    evict.shrink(shelf.root, limit)
    assert evict.size(shelf.root) <= limit
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
    removed = evict.remove_older(root, 15 * DAY)
    assert shelf.units() == {"c"}
    assert shelf.held() == {"three"}
    assert removed.entries == 5
    assert removed.size > 3000


def test_a_blob_that_no_trace_names_yet_is_left_to_its_build(shelf, root):
    shelf.blob("new")
    shelf.blob("old", days=1)
    evict.remove_older(root, 99 * DAY)
    assert shelf.held() == {"one", "two", "both", "three", "new"}


def test_a_blob_put_again_meanwhile_stays(shelf, root, monkeypatch):
    def slow(trace):
        shelf.blob("one")
        return unlink(trace)

    monkeypatch.setattr(evict, "unlink", slow)
    evict.remove_older(root, 25 * DAY)
    assert shelf.held() == {"one", "two", "both", "three"}


def test_unfinished_files_of_killed_builds_go(shelf, root):
    old, new = (root / "blobs" / f"{PART}{name}" for name in ("old", "new"))
    for path in (old, new):
        path.write_text("half")
    shelf.age(old, 1)
    evict.shrink(root, 10**9)
    assert new.exists()
    assert not old.exists()


def test_traces_and_documents_of_other_keys_grow_old_too(shelf, root):
    theirs = Traces(root, bytes(32))
    theirs.save("a", {"blobs": []})
    theirs.save_document("last", {})
    for path in root.rglob("*"):
        shelf.age(path, 50)
    evict.remove_older(root, 40 * DAY)
    assert evict.size(root) == 0


def test_a_damaged_trace_names_nothing(shelf, root):
    for n, record in enumerate(shelf.traces.find(name)[0] for name in "abc"):
        with open(record.path, "r+b") as file:  # noqa: PTH123
            file.truncate(20 * n)
    evict.remove_older(root, 40 * DAY)
    assert shelf.held() == set()


def test_all_is_all_and_nothing_else(shelf, root):
    (root / "mine.txt").write_text("mine")
    evict.remove_all(root)
    assert [path.name for path in root.rglob("*")] == ["mine.txt"]


def test_all_removes_the_folder(shelf, root):
    assert evict.remove_all(root).entries == 7
    assert not root.exists()


def test_no_store_is_an_empty_one(root):
    assert evict.size(root) == 0
    assert evict.shrink(root, 0) == evict.remove_older(root, 0) == evict.remove_all(root)


def test_names_that_hold_their_bytes_are_no_entries_of_their_own(root):
    shelf = Shelf(root)
    shelf.unit("a", 30, ["one"])
    name = shelf.blobs.put_small([b"small"])
    shelf.traces.save("b", {"blobs": [name], "entry": name})
    assert evict.remove_older(root, 10 * DAY).entries == 2
    assert shelf.units() == {"b"}
    assert shelf.held() == set()
    assert shelf.blobs.read(name) == b"small"
    assert evict.shrink(root, 0).entries == 1
