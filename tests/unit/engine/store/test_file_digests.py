import os
import time

import pytest

from treadle.engine.store.digest import digest
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.file_stamps import stamp_of
from treadle.engine.store.known_files import LARGE

LONG_AGO = 10**18  # nanoseconds since 1970: some day in 2001
HUGE = b"0123456789" * (LARGE // 10)


@pytest.fixture
def files():
    return FileDigests()


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "data.csv"
    made.write_bytes(b"1,2")
    return made


@pytest.fixture
def later(monkeypatch):
    """Make the clock say a later time."""
    now = time.time_ns()
    return lambda seconds: monkeypatch.setattr(time, "time_ns", lambda: now + seconds * 10**9)


@pytest.mark.parametrize("data", [b"", b"1,2", HUGE, HUGE * 10])
def test_a_file_is_what_it_holds(files, path, data):
    path.write_bytes(data)
    assert files.of(str(path)) == digest(data)


def test_what_is_no_file_to_be_read_has_a_word(files, path, tmp_path):
    assert files.of(str(tmp_path / "absent")) == ""
    assert files.of(str(path / "below")) == ""
    assert files.of(str(tmp_path)) == "folder"
    assert files.of("/dev/null") == "null"


def test_a_dangling_link_is_nothing(files, tmp_path):
    (tmp_path / "link").symlink_to("absent")
    assert files.of(str(tmp_path / "link")) == ""


def test_what_may_not_be_read_is_not_as_if_it_were_absent(files, path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert files.of(str(path)) == "unreadable"


def test_a_pipe_is_never_the_same_and_never_waited_for(files, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert files.of(str(tmp_path / "pipe")) != files.of(str(tmp_path / "pipe"))


def test_a_file_that_tells_no_size_is_read(files):
    assert files.of("/proc/self/cmdline") != digest(b"")


def test_other_contents_of_the_same_size_and_time_are_noticed(files, path, later):
    later(10)
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    before = files.of(str(path))
    path.write_bytes(b"1,3")
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    assert files.of(str(path)) == digest(b"1,3") != before


def test_a_file_written_twice_within_a_tick_is_noticed(files, path, monkeypatch):
    """Not even ctime tells: the clock of a file system may stand for some milliseconds."""
    frozen = (1, 2, 3, time.time_ns(), time.time_ns())
    monkeypatch.setattr("treadle.engine.store.file_digests.stamp_of", lambda found: frozen)
    files.of(str(path))
    path.write_bytes(b"1,3")
    assert files.of(str(path)) == digest(b"1,3")


def test_a_settled_file_is_read_once(files, path, later, monkeypatch):
    later(10)
    before = files.of(str(path))
    monkeypatch.setattr(os, "open", None)
    assert files.of(str(path)) == before


@pytest.mark.parametrize("forget", [lambda f, p: f.forget(str(p)), lambda f, p: f.forget_all()])
def test_what_is_forgotten_is_read_again(files, path, later, monkeypatch, forget):
    later(10)
    files.of(str(path))
    frozen = stamp_of(path.stat())
    monkeypatch.setattr("treadle.engine.store.file_digests.stamp_of", lambda found: frozen)
    path.write_bytes(b"1,3")
    assert files.of(str(path)) == digest(b"1,2")
    forget(files, path)
    assert files.of(str(path)) == digest(b"1,3")


def test_a_link_is_the_file_it_leads_to(files, path, later, tmp_path):
    later(10)
    (tmp_path / "link").symlink_to(path)
    files.of(str(tmp_path / "link"))
    path.write_bytes(b"1,3")
    assert files.of(str(tmp_path / "link")) == digest(b"1,3")


def test_a_listing_says_names_and_kinds(files, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    seen = [files.listing(str(folder))]
    for change in (
        (folder / "a").touch,
        (folder / "b").mkdir,
        (folder / "b").rmdir,
        lambda: (folder / "b").symlink_to("a"),
        (folder / "b").unlink,
    ):
        change()
        seen.append(files.listing(str(folder)))
    assert seen[1] == seen[3] == seen[5]
    assert len(set(seen)) == 4
    assert "" not in seen


def test_a_listing_is_not_of_what_the_files_hold(files, path):
    before = files.listing(str(path.parent))
    path.write_bytes(b"other")
    assert files.listing(str(path.parent)) == before


def test_names_with_line_ends_are_no_other_names(files, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "one" / "a\nfile b").touch()
    (tmp_path / "two" / "a").touch()
    (tmp_path / "two" / "b").touch()
    assert files.listing(str(tmp_path / "one")) != files.listing(str(tmp_path / "two"))


def test_no_folder_no_listing(files, path, tmp_path):
    assert files.listing(str(tmp_path / "absent")) == ""
    assert files.listing(str(path)) == "file"
