"""Writers that are killed, that write at once, and that find no room."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from treadle.engine.store import eviction
from treadle.engine.store.atomic import PART, write_whole
from treadle.engine.store.blobs import Blobs, CorruptEntryError
from treadle.engine.store.digest import digest
from treadle.engine.store.traces import Traces

KEY = bytes(range(32))
UNIT = "ab" * 32

# Puts blobs that all writers have in common, and traces that name them, until it is killed.
WRITER = f"""
import sys
from treadle.engine.store.blobs import Blobs
from treadle.engine.store.traces import Traces
root, rounds = sys.argv[1], int(sys.argv[2])
blobs, traces = Blobs(root), Traces(root, {KEY!r})
print("ready", flush=True)
for n in range(rounds):
    size = (n * 7919) % 200_000
    name = blobs.put([b"%d " % (n % 50), b"x" * size])
    traces.save("{UNIT[:-2]}%02x" % (n % 20), {{"n": n, "blobs": [name]}})
    traces.save_record("last", {{"n": n}})
"""


def writer(root, rounds):
    command = [sys.executable, "-c", WRITER, str(root), str(rounds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finished(root):
    paths = (path for path in root.rglob("*") if path.is_file())
    return [path for path in paths if not path.name.startswith(PART)]


def check_whole(root):
    """Every blob is what its name says, and every trace is sealed and has its blobs."""
    blobs, traces = Blobs(root), Traces(root, KEY)
    for path in finished(root / "blobs"):
        assert digest(path.read_bytes()) == path.name
    found = [record for n in range(20) for record in traces.find(f"{UNIT[:-2]}{n:02x}")]
    for record in found:
        names = record["blobs"]
        assert isinstance(names, list)
        assert all(blobs.has(name) for name in names)
    traces.load_record("last")
    assert traces.damaged == []
    return found


def test_a_killed_writer_leaves_no_half_entry(root):
    for n in range(8):
        process = writer(root, 10**9)
        time.sleep(0.013 * (n + 1))
        process.kill()
        process.wait()
        process.stdout.close()
        assert check_whole(root)


def test_writers_at_once_do_not_harm_each_other(root):
    writers = [writer(root, 120) for _ in range(3)]
    for process in writers:
        process.stdout.close()
        assert process.wait() == 0
    assert len(check_whole(root)) >= 20
    assert Traces(root, KEY).load_record("last") == {"n": 119}
    assert not [path for path in root.rglob(f"{PART}*") if path.is_file()]


def test_a_store_cleaned_under_its_writers_loses_entries_and_nothing_else(root):
    writers = [writer(root, 60) for _ in range(2)]
    while any(process.poll() is None for process in writers):
        eviction.shrink(root, 1_000_000)
        eviction.remove_all(root)
    assert [process.returncode for process in writers] == [0, 0]
    for path in finished(root / "blobs"):
        assert digest(path.read_bytes()) == path.name
    for process in writers:
        process.stdout.close()


def test_a_reader_keeps_what_it_has_when_the_store_goes(root):
    blobs = Blobs(root)
    data = b"x" * 3_000_000
    view = blobs.open(blobs.put([data]))
    eviction.remove_all(root)
    assert view == data
    with pytest.raises(CorruptEntryError, match="is missing"):
        blobs.open(digest(data))


@pytest.fixture
def full_disk(monkeypatch):
    def write(descriptor, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", write)


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(root, full_disk):
    with pytest.raises(OSError, match=r"can't write: No space left on device: '.*blobs") as failure:
        Blobs(root).put([b"data"])
    assert failure.value.errno == 28
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_a_full_disk_leaves_the_document_as_it_was(root, monkeypatch):
    traces = Traces(root, KEY)
    traces.save_record("last", {"n": 1})
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(OSError, match="No space left"):
            traces.save_record("last", {"n": 2})
    assert traces.load_record("last") == {"n": 1}


def test_short_writes_are_continued(root, monkeypatch):
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole(descriptor, data[:3]))
    assert bytes(Blobs(root).open(Blobs(root).put([b"0123456789"]))) == b"0123456789"


def test_a_file_where_a_folder_should_be_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="can't write"):
        write_whole(str(tmp_path / "file" / "deep" / "target"), [b""])


def test_an_interrupt_leaves_no_unfinished_file(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(str(tmp_path / "target"), [b"x"])
    assert list(Path(tmp_path).iterdir()) == []
