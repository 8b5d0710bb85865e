import os
from pathlib import Path

import pytest

from treadle.press.document.reader import read_document
from treadle.press.tangle.extract import extract
from treadle.press.tangle.hidden_modules import hidden_modules
from treadle.press.tangle.write import Change, Tangled, apply, tangle, writes_for
from treadle.problem import Problem

ONE = "```python module='one'\nx = 1\n```\n"
TWO = "```python module='two'\ny = 1\n```\n"


def run(code: Path, text: str, name: str = "doc.pmd") -> Tangled:
    return tangle(read_document(Path(name), text)[0], code)


def names(paths: tuple[Path, ...]) -> list[str]:
    return [path.name for path in paths]


def test_files_are_created_and_left_alone_when_nothing_changed(tmp_path: Path) -> None:
    first = run(tmp_path, ONE + TWO)
    assert (names(first.written), first.removed, first.problems) == (
        ["one.py", "two.py"],
        (),
        (),
    )
    path = tmp_path / "doc" / "one.py"
    os.utime(path, (1, 1))
    second = run(tmp_path, ONE + TWO)
    assert (names(second.files), second.written) == (["one.py", "two.py"], ())
    assert path.stat().st_mtime == 1
    assert sorted(names(tuple((tmp_path / "doc").iterdir()))) == ["one.py", "two.py"]


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    run(tmp_path, ONE + TWO)
    changed = run(tmp_path, ONE + TWO.replace("y = 1", "y = 2"))
    assert names(changed.written) == ["two.py"]
    assert "y = 2" in (tmp_path / "doc" / "two.py").read_text()


def test_line_endings_of_a_checkout_are_no_edit(tmp_path: Path) -> None:
    run(tmp_path, ONE)
    path = tmp_path / "doc" / "one.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run(tmp_path, ONE) == Tangled(files=(path,))


def test_bytecode_of_the_old_text_goes(tmp_path: Path) -> None:
    """Same size, same second: Python would take the old module's bytecode for the new's."""
    run(tmp_path, ONE)
    cache = tmp_path / "doc" / "__pycache__"
    cache.mkdir()
    (cache / "one.cpython-311.pyc").touch()
    (cache / "other.cpython-311.pyc").touch()
    run(tmp_path, ONE.replace("x = 1", "x = 2"))
    assert names(tuple(cache.iterdir())) == ["other.cpython-311.pyc"]


def test_an_edit_by_hand_is_never_overwritten(tmp_path: Path) -> None:
    run(tmp_path, TWO + ONE)
    path = tmp_path / "doc" / "one.py"
    edited = path.read_text() + "z = 3\n"
    path.write_text(edited)
    result = run(tmp_path, TWO.replace("y = 1", "y = 2") + ONE)
    (problem,) = result.problems
    assert str(problem).startswith(f"doc.pmd:4: error: {path} has been edited by hand")
    assert "move the edit (line 5) to doc.pmd:" in str(problem)
    assert path.read_text() == edited
    # All or nothing: the other file is not written either.
    assert result.written == ()
    assert "y = 1" in (tmp_path / "doc" / "two.py").read_text()
    path.unlink()
    assert names(run(tmp_path, TWO + ONE).written) == ["one.py"]


def test_the_place_of_an_edit_is_named(tmp_path: Path) -> None:
    text = "\n\n```python module='one'\nx = 1\ny = 2\n```\n"
    run(tmp_path, text)
    path = tmp_path / "doc" / "one.py"
    path.write_text(path.read_text().replace("y = 2", "y = 3"))
    (problem,) = run(tmp_path, text).problems
    assert problem.hint == f"move the edit (line 5) to doc.pmd:5, then delete {path}"


@pytest.mark.parametrize("contents", [b"mine = 1\n", b"", b"\xff\xfe"])
def test_a_file_that_is_not_ours_is_never_overwritten(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "doc" / "one.py"
    path.parent.mkdir()
    path.write_bytes(contents)
    (problem,) = run(tmp_path, ONE).problems
    assert str(problem).startswith(f"doc.pmd:1: error: {path} was not written by treadle")
    assert path.read_bytes() == contents


def test_a_file_of_another_document_is_never_overwritten(tmp_path: Path) -> None:
    run(tmp_path, ONE, "a-b.pmd")
    (problem,) = run(tmp_path, ONE, "a_b.pmd").problems
    assert "was extracted from a-b.pmd" in problem.message
    assert run(tmp_path, TWO, "a_b.pmd").removed == ()


def test_a_file_nothing_goes_to_any_more_is_removed(tmp_path: Path) -> None:
    run(tmp_path, ONE + TWO)
    assert names(run(tmp_path, ONE).removed) == ["two.py"]
    assert names(run(tmp_path, "No code.\n").removed) == ["one.py"]
    assert list((tmp_path / "doc").glob("*.py")) == []


def test_an_edited_file_nothing_goes_to_any_more_stays_with_a_warning(tmp_path: Path) -> None:
    run(tmp_path, ONE + TWO)
    path = tmp_path / "doc" / "two.py"
    path.write_text(path.read_text() + "z = 3\n")
    foreign = tmp_path / "doc" / "mine.py"
    foreign.write_text("mine = 1\n")
    result = run(tmp_path, ONE)
    (problem,) = result.problems
    assert str(problem).startswith(f"doc.pmd:1: warning: {path} was extracted from here")
    assert (result.removed, path.exists(), foreign.exists()) == ((), True, True)


def test_a_package_that_python_would_not_find_is_an_error(tmp_path: Path) -> None:
    (problem,) = run(tmp_path, ONE, "random.pmd").problems
    assert problem.message.startswith("modules can't be extracted to `random`")
    assert list(tmp_path.iterdir()) == []
    assert run(tmp_path, "No code.\n", "random.pmd").problems == ()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "doc").write_text("a file where the folder should be")
    (problem,) = run(tmp_path, ONE).problems
    assert problem.message == f"can't read {tmp_path / 'doc' / 'one.py'}: Not a directory"


def test_a_folder_where_the_file_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "doc" / "one.py").mkdir(parents=True)
    (problem,) = run(tmp_path, ONE).problems
    assert problem.message == f"can't read {tmp_path / 'doc' / 'one.py'}: not a file"
    assert problem.hint == "move what lies there out of the way"


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, ONE)
    path = tmp_path / "doc" / "one.py"
    before = path.read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (problem,) = run(tmp_path, ONE.replace("x = 1", "x = 2")).problems
    assert problem.message == f"can't write {path}: No space left on device"
    assert path.read_text() == before
    assert names(tuple(path.parent.iterdir())) == ["one.py"]


def test_changes_alone(tmp_path: Path) -> None:
    files = extract(read_document(Path("doc.pmd"), ONE)[0])
    changes = [item for item in writes_for(files, tmp_path) if isinstance(item, Change)]
    assert apply(changes) == ()
    assert (tmp_path / "doc" / "one.py").read_text() == files[0].text
    (tmp_path / "doc" / "one.py").write_text("mine\n")
    [refused] = writes_for(files, tmp_path)
    assert isinstance(refused, Problem)


def test_a_document_whose_name_hides_its_modules_is_an_error_before_anything_runs(
    tmp_path: Path,
) -> None:
    (tmp_path / "beside.py").write_text("")
    (tmp_path / "folder").mkdir()
    said = {}
    for name in ("statistics", "jinja2", "pytest", "beside", "folder", "doc"):
        document, _ = read_document(tmp_path / f"{name}.pmd", f"a\n\n{ONE}")
        said[name] = [(problem.span.line, problem.hint) for problem in hidden_modules(document)]
    error = [(3, "give the document's file another name")]
    assert {name for name in said if said[name] == error} == {
        *("statistics", "jinja2", "pytest", "beside"),
    }
    assert said["doc"] == said["folder"] == []


def test_a_name_hides_nothing_where_nothing_is_extracted() -> None:
    document, _ = read_document(Path("jinja2.pmd"), "```python\nx = 1\n```\n")
    assert list(hidden_modules(document)) == []
