import os
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.engine.store.blobs import (
    INLINE_BYTES,
    MAPPED,
    MAPPED_FILES,
    Blobs,
    CorruptEntryError,
    is_inline,
)
from treadle.engine.store.digest import digest

LARGE = bytes(range(256)) * (MAPPED // 256 + 1)


def path_of(root, name):
    return root / "blobs" / name[:2] / name


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 5000, LARGE])
def test_what_is_put_comes_back(blobs, data):
    name = blobs.put([data])
    assert name == digest(data)
    assert blobs.open(name) == data
    assert blobs.has(name)


@given(parts=st.lists(st.binary(max_size=50), max_size=5))
def test_the_parts_are_kept_as_one(tmp_path_factory, parts):
    blobs = Blobs(tmp_path_factory.mktemp("store"))
    assert blobs.open(blobs.put(parts)) == b"".join(parts)


def test_parts_may_be_arrays_of_any_items_and_shape(blobs):
    numbers = memoryview(b"\1\0\0\0\2\0\0\0").cast("i")
    grid = memoryview(b"abcdef").cast("B", (2, 3))
    assert blobs.open(blobs.put([numbers, grid])) == b"\1\0\0\0\2\0\0\0abcdef"


@pytest.mark.parametrize("data", [b"y" * 100, LARGE])
def test_memory_can_be_written_to_and_the_file_never_changes(blobs, data):
    name = blobs.put([data])
    view = blobs.open(name)
    view[3] ^= 1
    assert blobs.open(name) == data
    assert view[3] == data[3] ^ 1


def test_putting_again_writes_nothing_and_notes_the_use(blobs, root):
    path = path_of(root, blobs.put([b"data"]))
    os.utime(path, (1, 1))
    inode = path.stat().st_ino
    blobs.put([b"da", b"ta"])
    assert path.stat().st_ino == inode
    assert path.stat().st_mtime > 1


def test_a_blob_of_the_wrong_size_is_put_again(blobs, root):
    path = path_of(root, blobs.put([b"data"]))
    path.write_bytes(b"dat")
    assert blobs.open(blobs.put([b"data"])) == b"data"


def test_a_truncation_at_any_length_is_noticed(blobs, root):
    data = b"what a chunk computed"
    for length in range(len(data)):
        path = path_of(root, blobs.put([data]))
        path.write_bytes(data[:length])
        with pytest.raises(CorruptEntryError, match=digest(data)):
            blobs.open(path.name)
        assert not path.exists()


def test_a_flipped_bit_anywhere_is_noticed(blobs, root):
    data = b"what a chunk computed"
    for place in range(len(data)):
        path = path_of(root, blobs.put([data]))
        altered = bytearray(data)
        altered[place] ^= 1 << place % 8
        path.write_bytes(altered)
        with pytest.raises(CorruptEntryError, match="truncated or altered"):
            blobs.open(path.name)
        assert not path.exists()


@pytest.mark.parametrize("change", [lambda data: data[:-4096], lambda data: data[:-1] + b"?"])
def test_damage_of_a_large_blob_is_noticed(blobs, root, change):
    name = blobs.put([LARGE])
    path_of(root, name).write_bytes(change(LARGE))
    with pytest.raises(CorruptEntryError, match="truncated or altered"):
        blobs.open(name)


def test_a_blob_that_is_missing_is_named(blobs):
    name = digest(b"never put")
    assert not blobs.has(name)
    with pytest.raises(CorruptEntryError, match=f"{name} is missing"):
        blobs.open(name)


@pytest.mark.parametrize("name", ["", "../../key", "a" * 63 + "/"])
def test_nothing_outside_is_opened(blobs, name):
    with pytest.raises(CorruptEntryError, match="no proper name"):
        blobs.open(name)


def test_a_folder_in_the_place_of_a_blob_is_a_corrupt_entry(blobs, root):
    path_of(root, digest(b"x")).mkdir(parents=True)
    with pytest.raises(CorruptEntryError, match="can't be read"):
        blobs.open(digest(b"x"))


def test_they_come_back_as_files(blobs, tmp_path):
    name = blobs.put([b"figure"])
    blobs.copy_to(name, tmp_path / "deep" / "er" / "copy.pdf")
    assert (tmp_path / "deep" / "er" / "copy.pdf").read_bytes() == b"figure"


def test_a_copy_replaces_and_is_no_link(blobs, tmp_path):
    name = blobs.put([b"figure"])
    target = tmp_path / "copy"
    target.write_bytes(b"older and longer")
    blobs.copy_to(name, str(target))
    with target.open("ab") as file:
        file.write(b"mine")
    assert blobs.open(name) == b"figure"


def test_more_large_blobs_can_be_open_than_files(blobs):
    name = blobs.put([LARGE])
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAPPED_FILES + 40, limit[1]))
    try:
        views = [blobs.open(name) for _ in range(MAPPED_FILES + 80)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    views[0][0] ^= 1
    assert views[-1][0] == LARGE[0]


@given(data=st.binary(max_size=INLINE_BYTES))
def test_what_is_small_is_kept_in_its_name(tmp_path_factory, data):
    root = tmp_path_factory.mktemp("store")
    blobs = Blobs(root)
    name = blobs.put_small([data[:7], data[7:]])
    assert is_inline(name)
    assert name == blobs.put_small([data])
    assert blobs.has(name)
    assert blobs.open(name) == data
    assert not list(root.iterdir())
    blobs.copy_to(name, root / "copy")
    assert (root / "copy").read_bytes() == data


def test_what_is_larger_than_small_is_a_file(blobs):
    data = b"x" * (INLINE_BYTES + 1)
    assert blobs.put_small([data]) == blobs.put([data])


def test_memory_of_what_is_small_can_be_written_to_and_is_nobody_elses(blobs):
    name = blobs.put_small([b"small"])
    view = blobs.open(name)
    view[0] ^= 1
    assert blobs.open(name) == b"small"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda name: name[:1],
        lambda name: name[:-1],
        lambda name: name[:-4],
        lambda name: name + "AAAA",
        lambda name: name[:20] + ("B" if name[20] == "A" else "A") + name[21:],
        lambda name: "=" + ("1" if name[1] == "0" else "0") + name[2:],
        lambda name: name[:20] + "\n" + name[20:],
        lambda name: name[:20] + "\u00e9" + name[21:],
    ],
)
def test_a_name_that_holds_bytes_gives_nothing_if_it_is_spoilt(blobs, spoil):
    name = blobs.put_small([b"small data"])
    with pytest.raises(CorruptEntryError, match="truncated or altered"):
        blobs.open(spoil(name))
