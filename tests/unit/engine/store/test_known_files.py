"""Digests of large files that are remembered from build to build."""

import os
import time

import pytest

from treadle.engine.store import known_files
from treadle.engine.store.digest import digest
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.file_stamps import stamp_of
from treadle.engine.store.known_files import LARGE, KnownFiles

LONG_AGO = 10**18  # nanoseconds since 1970: some day in 2001
HUGE = b"0123456789" * (LARGE // 10)
KEY = bytes(range(32))


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
