import os
import time

import pytest

from treadle.engine.store import known_files
from treadle.engine.store.digest import digest
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.file_stamps import stamp_of
from treadle.engine.store.known_files import LARGE, KnownFiles
from treadle.engine.store.path_answers import standing

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


KEY = bytes(range(32))


class TestKnownFiles:
    @pytest.fixture(autouse=True)
    def honest(self, tmp_path, monkeypatch):
        """Whatever file system the tests run on."""
        device = tmp_path.stat().st_dev
        monkeypatch.setattr(known_files, "_local_devices", lambda: frozenset({device}))

    @pytest.fixture
    def big(self, path):
        path.write_bytes(HUGE)
        return path

    def built(self, root, path):
        """The digest of the file in a new build, and whether the file was read for it."""
        known = KnownFiles(root, KEY)
        found = known.digest_of(str(path), stamp_of(path.stat()))
        value = FileDigests(known).of(str(path))
        known.save()
        return value, not found

    def test_a_large_file_is_not_read_again(self, root, big, later):
        later(100)
        assert self.built(root, big) == (digest(HUGE), True)
        assert self.built(root, big) == (digest(HUGE), False)

    def test_a_file_changed_just_now_is_read_again(self, root, big, later):
        later(10)
        assert self.built(root, big) == self.built(root, big) == (digest(HUGE), True)

    def test_a_small_file_is_always_read(self, root, path, later):
        later(100)
        assert self.built(root, path) == self.built(root, path) == (digest(b"1,2"), True)

    def test_other_contents_of_the_same_size_and_time_are_noticed(self, root, big, later):
        os.utime(big, ns=(LONG_AGO, LONG_AGO))
        later(100)
        self.built(root, big)
        other = HUGE.replace(b"0", b"1")
        big.write_bytes(other)
        os.utime(big, ns=(LONG_AGO, LONG_AGO))
        assert self.built(root, big) == (digest(other), True)

    def test_another_file_of_the_same_size_and_time_in_its_place(self, root, big, later):
        os.utime(big, ns=(LONG_AGO, LONG_AGO))
        later(100)
        self.built(root, big)
        other = big.with_name("other")
        other.write_bytes(HUGE.replace(b"0", b"1"))
        os.utime(other, ns=(LONG_AGO, LONG_AGO))
        other.replace(big)
        assert self.built(root, big)[1]

    def test_a_file_system_without_an_honest_ctime(self, root, big, later, monkeypatch):
        monkeypatch.setattr(known_files, "_local_devices", lambda: frozenset())
        later(100)
        assert self.built(root, big) == self.built(root, big) == (digest(HUGE), True)

    def test_a_damaged_record_is_no_record(self, root, big, later):
        later(100)
        self.built(root, big)
        record = root / "stats" / "files"
        data = record.read_bytes()
        for place in range(0, len(data), 7):
            altered = bytearray(data)
            altered[place] ^= 1
            for damaged in (bytes(altered), data[:place]):
                record.write_bytes(damaged)
                assert KnownFiles(root, KEY).digest_of(str(big), stamp_of(big.stat())) == ""

    def test_what_somebody_else_wrote_is_not_believed(self, root, big, later):
        later(100)
        KnownFiles(root, bytes(32)).save()
        planted = KnownFiles(root, bytes(32))
        planted.add(str(big), stamp_of(big.stat()), digest(b"other"))
        planted.save()
        assert self.built(root, big) == (digest(HUGE), True)

    def test_two_builds_at_once_keep_what_both_found(self, root, big, later):
        other = big.with_name("other")
        other.write_bytes(HUGE)
        later(100)
        first, second = KnownFiles(root, KEY), KnownFiles(root, KEY)
        for known, path in ((first, big), (second, other)):
            known.digest_of(str(path), stamp_of(path.stat()))
            FileDigests(known).of(str(path))
        first.save()
        second.save()
        assert not self.built(root, big)[1]
        assert not self.built(root, other)[1]


def test_the_devices_of_local_file_systems_are_found():
    with open("/proc/self/mountinfo") as mounts:  # noqa: PTH123
        local = any(f" - {name} " in line for line in mounts for name in known_files.LOCAL)
    assert bool(known_files._local_devices()) == local


def test_what_is_said_of_a_path(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("12")
    link.symlink_to("file")
    assert standing(str(file), "kind") == standing(str(link), "kind") == "file"
    assert standing(str(file), "size") == "file of 2"
    assert standing(str(tmp_path), "kind") == "folder"
    assert standing(str(link), "link") == "link to file"
    assert standing(str(tmp_path / "missing"), "all") == ""
    assert standing(str(file), "access 4") == "yes"
    assert standing(str(tmp_path / "missing"), "access 4") == "no"
    assert standing("a\0b", "kind") == ""


def test_all_of_a_status(tmp_path):
    file = tmp_path / "file"
    file.write_text("12")
    said = standing(str(file), "all")
    assert said == standing(str(file), "all")
    file.chmod(0o600 if file.stat().st_mode & 0o77 else 0o644)
    assert said != standing(str(file), "all")
