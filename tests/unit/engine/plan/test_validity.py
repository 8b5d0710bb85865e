"""What was observed, compared with what is there now: the first difference, in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from treadle.engine.plan.validity import (
    changed_distributions,
    changed_environment,
    changed_files,
    changed_listings,
    changed_stats,
    shown,
)
from treadle.engine.store.digest import variable
from treadle.engine.store.distributions import installed
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.path_answers import standing


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv"
    path.write_text("1")

    def changed(digest: str) -> str | None:
        return changed_files([(str(path), digest)], FileDigests().of, str(tmp_path))

    old = FileDigests().of(str(path))
    assert changed(old) is None
    assert changed("") == "file `digits.csv` is new"
    os.utime(path, (0, 0))
    assert changed(old) is None
    path.write_text("2")
    assert changed(old) == "file `digits.csv` changed"
    path.unlink()
    assert changed(old) == "file `digits.csv` is gone"
    assert changed("") is None


def test_the_first_difference_is_told(tmp_path: Path) -> None:
    reads = [("/a", "1"), ("/b", "2"), ("/c", "3")]
    now = {"/a": "1", "/b": "0", "/c": ""}
    assert changed_files(reads, now.__getitem__, str(tmp_path)) == "file `/b` changed"


def test_listings(tmp_path: Path) -> None:
    data = tmp_path / "data"

    def changed(digest: str) -> str | None:
        return changed_listings([(str(data), digest)], FileDigests().listing, str(tmp_path))

    assert changed("") is None
    data.mkdir()
    assert changed("") == "folder `data/` is new"
    old = FileDigests().listing(str(data))
    assert changed(old) is None
    (data / "a").write_text("a")
    assert changed(old) == "a file was added to or removed from `data/`"
    (data / "a").unlink()
    data.rmdir()
    assert changed(old) == "folder `data/` is gone"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("kind", None),
        ("size", "the size of `x` changed"),
        ("all", "size, mode or time of `x` changed"),
        ("link", None),
        ("access 4", None),
    ],
)
def test_a_longer_file_with_another_time(tmp_path: Path, how: str, words: str | None) -> None:
    path = str(tmp_path / "x")
    Path(path).write_text("x")
    said = standing(path, how)
    assert changed_stats([(path, how, said)], standing, str(tmp_path)) is None
    Path(path).write_text("longer")
    os.utime(path, (0, 0))
    assert changed_stats([(path, how, said)], standing, str(tmp_path)) == words


def test_another_kind(tmp_path: Path) -> None:
    path = str(tmp_path / "x")

    def changed(how: str, said: str) -> str | None:
        return changed_stats([(path, how, said)], standing, str(tmp_path))

    assert changed("kind", "file") == "`x` is gone"
    Path(path).mkdir()
    assert changed("kind", "file") == "`x` is of another kind"
    assert changed("kind", "") == "`x` is new"
    Path(path).rmdir()
    Path(path).symlink_to(tmp_path)
    assert changed("kind", "folder") is None
    assert changed("link", "folder") == "`x` is of another kind, or a link to elsewhere"
    assert changed("link", f"link to {tmp_path}") is None
    assert changed("access 4", "no") == "who may use `x` changed"


def test_environment() -> None:
    environment = {"A": "1", "EMPTY": ""}
    held = [("A", variable(environment, "A")), ("EMPTY", variable(environment, "EMPTY")), ("B", "")]
    assert changed_environment(held, environment) is None
    assert changed_environment(held, {"A": "2"}) == "environment variable `A` changed"
    assert changed_environment(held, {"A": "1"}) == "environment variable `EMPTY` is no longer set"
    assert (
        changed_environment(held, environment | {"B": ""}) == "environment variable `B` is set now"
    )
    whole = [("*", variable(environment, "*"))]
    assert changed_environment(whole, dict(reversed(environment.items()))) is None
    words = "environment variable `{}` changed, and it reads all of them"
    assert changed_environment(whole, {"A": "1"}) == words.format("EMPTY")
    assert changed_environment(whole, environment | {"A": "2"}) == words.format("A")
    assert changed_environment(whole, environment | {"NEW": "x"}) == words.format("NEW")
    assert changed_environment(whole, environment | {"OLDPWD": "/tmp"}) is None


def test_distributions(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (
        first / "numpy-2.0.dist-info",
        second / "NumPy-1.26.dist-info",
        second / "scikit_learn-1.5.dist-info",
        second / "old_style-1.0-py3.11.egg-info",
        second / "numpy",
    ):
        folder.mkdir(parents=True)
    present = installed([str(first), str(second), str(tmp_path / "missing")])
    assert present == {
        "numpy-2.0.dist-info",
        "scikit_learn-1.5.dist-info",
        "old_style-1.0-py3.11.egg-info",
    }
    assert changed_distributions(present, lambda: present) is None
    assert changed_distributions((), lambda: present) is None
    words = changed_distributions(["numpy-1.26.dist-info"], lambda: present)
    assert words == "numpy changed from 1.26 to 2.0"
    words = changed_distributions(["torch-2.0.dist-info"], lambda: present)
    assert words == "torch is no longer installed"


def test_paths_are_shown_from_the_documents_folder() -> None:
    assert shown("/doc/data/x", "/doc") == "data/x"
    assert shown("/document/x", "/doc") == "/document/x"
    assert shown("/doc", "/doc") == "."
