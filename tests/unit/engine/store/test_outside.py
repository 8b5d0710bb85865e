"""Paths and variables as texts to compare."""

from __future__ import annotations

from pathlib import Path

from treadle.engine.store.outside import standing, unseen, variable


def test_what_is_said_of_a_path(tmp_path: Path) -> None:
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


def test_all_of_a_status(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("12")
    said = standing(str(file), "all")
    assert said == standing(str(file), "all")
    file.chmod(0o600 if file.stat().st_mode & 0o77 else 0o644)
    assert said != standing(str(file), "all")


def test_variables() -> None:
    assert variable({}, "A") == ""
    assert variable({"A": ""}, "A") not in ("", variable({"A": "1"}, "A"))
    assert variable({"A": "1", "B": "2"}, "*") == variable({"B": "2", "A": "1"}, "*")
    assert variable({"A": "1"}, "*") != variable({"A": "2"}, "*")


def test_what_libraries_read_unseen() -> None:
    assert unseen({"SHLVL": "1"}) == unseen({})
    for name in ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "LC_ALL", "TZ", "PYTHONPATH"):
        assert unseen({name: "1"}) not in (unseen({}), unseen({name: "2"}))
