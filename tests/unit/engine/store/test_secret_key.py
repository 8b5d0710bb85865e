import os
import subprocess
import sys

import pytest

from treadle.engine.store.secret_key import NoKeyError, secret_key, state_folder

ASK = "from treadle.engine.store.secret_key import secret_key; print(secret_key().hex())"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "treadle"


def mode(path):
    return path.stat().st_mode & 0o777


def test_the_key_is_made_once(folder):
    key = secret_key()
    assert len(key) == 32
    assert secret_key() == key == (folder / "key").read_bytes()


def test_nobody_else_can_read_it(folder):
    before = os.umask(0)
    try:
        secret_key()
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert mode(folder / "key") == 0o600
    assert mode(folder.parent) == 0o700


def test_a_folder_open_to_others_is_closed(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    secret_key()
    assert mode(folder) == 0o700


@pytest.mark.parametrize("shown", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_could_read_or_write_is_replaced(folder, shown):
    key = secret_key()
    (folder / "key").chmod(shown)
    assert secret_key() != key
    assert mode(folder / "key") == 0o600


@pytest.mark.parametrize("held", [b"", b"short", b"x" * 33])
def test_a_key_of_the_wrong_size_is_replaced(folder, held):
    secret_key()
    (folder / "key").write_bytes(held)
    assert len(secret_key()) == 32


def test_a_link_in_its_place_is_not_followed(folder, tmp_path):
    secret_key()
    (tmp_path / "elsewhere").write_bytes(b"x" * 32)
    (tmp_path / "elsewhere").chmod(0o600)
    (folder / "key").unlink()
    (folder / "key").symlink_to(tmp_path / "elsewhere")
    assert secret_key() != b"x" * 32
    assert (tmp_path / "elsewhere").read_bytes() == b"x" * 32


def test_what_a_killed_process_left_does_not_matter(folder):
    folder.mkdir(parents=True)
    (folder / "key.part").write_bytes(b"half")
    assert len(secret_key()) == 32


def test_processes_at_once_agree(folder):
    command = [sys.executable, "-c", ASK]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    keys = {process.communicate()[0] for process in processes}
    assert keys == {secret_key().hex() + "\n"}


def test_a_home_that_cannot_be_written_turns_the_cache_off(folder):
    folder.parent.write_text("a file where the folder should be")
    with pytest.raises(NoKeyError, match=r"the cache is off: its key can't be kept in .*treadle"):
        secret_key()


def test_another_users_folder_is_not_used(folder, monkeypatch):
    secret_key()
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(NoKeyError, match="belongs to another user"):
        secret_key()


@pytest.mark.parametrize("given", ["", "not/absolute"])
def test_without_a_proper_folder_for_state_it_is_in_the_home(given, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", given)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".local" / "state" / "treadle"
