"""What is said of a path."""

from treadle.engine.store.path_answers import standing


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
