"""Documents in folders of any name: what LaTeX says there is understood all the same."""

import os

import pytest
from tests.command import treadle

PART = "In a file of its own\n\nwith \\foo in it.\n"
SHOWS_ITS_FILE = """# A

```python
import warnings
def f():
    return 1
warnings.warn("here")
print(f.__code__.co_filename)
```

```python, source="part.py"
g()
```
```python, error=True
1 / 0
```
"""


@pytest.fixture
def built(tmp_path):
    """Gives a function that builds a document in a folder below a new one."""

    def run(folder, source, *arguments):
        at = tmp_path / folder
        at.mkdir(parents=True, exist_ok=True)
        (at / "report.pmd").write_text(source)
        (at / "part.tex").write_text(PART)
        return treadle("build", "report.pmd", *arguments, folder=at)

    return run


@pytest.mark.parametrize("folder", ["Report (1)/my v1.2-3/Übung #9", "a)b", "a(b"])
def test_an_error_in_a_file_read_from_there(built, folder):
    done = built(folder, "# A\n\n\\input{part}\n")
    assert done.returncode == 1
    assert done.stderr.startswith("part.tex:3: error: LaTeX: undefined command \\foo"), done.stderr


def test_a_folder_whose_name_is_no_utf_8(built):
    done = built(os.fsdecode(b"f\xff"), "# A\n\nAll is well.\n")
    assert done.returncode == 0, done.stderr


def test_a_folder_that_tex_cannot_search(built):
    done = built("a:b", "# A\n\nAll is well.\n")
    assert done.returncode == 2
    assert "`:` in its name: rename" in done.stderr


def test_a_file_of_the_documents_name_in_another_folder(built, tmp_path):
    (tmp_path / "inc").mkdir()
    (tmp_path / "inc/report.tex").write_text(PART)
    done = built(".", "# A\n\n\\input{inc/report}\n")
    assert done.stderr.startswith("inc/report.tex:3: error: LaTeX: undefined command \\foo")


def test_the_warnings_of_weaving_are_told_beside_errors_of_other_files(built):
    done = built(".", "# A\n\n[^7] <b>Text</b>\n\n\\input{part}\n")
    assert "report.pmd:3: warning: footnote `[^7]` is not defined" in done.stderr
    assert "part.tex:3: error" in done.stderr


def test_the_page_does_not_tell_how_the_command_named_the_document(project):
    """Kept or not, what shows its file shows the same: warnings, tracebacks, compiled code."""
    made = project(SHOWS_ITS_FILE)
    made.write("part.py", "def g():\n    warnings.warn('there')\n")
    made.build("--to", "tex")
    tex = made.tex
    assert "report.pmd:7: UserWarning: here" in tex
    assert 'File "report.pmd", line 15' in tex
    assert "part.py:2: UserWarning: there" in tex
    for cache in ((), ("--no-cache",)):
        done = made.treadle("build", str(made.folder / "report.pmd"), "--to", "tex", *cache)
        assert (done.returncode, made.tex) == (0, tex)


SAME = """```python
import os
{}
```
"""
READS = 'print(open("data.txt").read())'
WRITES = 'open("made.txt", "w").close(); print(os.listdir()[:0])'
ASKS = "print(os.path.basename(os.getcwd()))"


@pytest.mark.parametrize(
    ("code", "said"),
    [(READS, ["ours", "theirs"]), (ASKS, ["ours", "theirs"]), (WRITES, ["[]", "[]"])],
    ids=["reads", "asks", "writes"],
)
def test_one_chunk_in_two_folders_that_share_their_results(tmp_path, code, said):
    for folder, text in zip(("ours", "theirs"), said, strict=True):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.txt").write_text(folder)
        (tmp_path / folder / f"{folder}.pmd").write_text(SAME.format(code))
        document = f"{folder}/{folder}.pmd"
        done = treadle("build", document, "-o", "out", "--to", "tex", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert f"\n{text}\n" in (tmp_path / "out" / f"{folder}.tex").read_text()
        assert (tmp_path / folder / "made.txt").exists() == ("made" in code)
    assert "ran 1 of 1 chunks" in done.stdout


def test_what_uses_no_file_is_kept_in_another_folder(tmp_path):
    for folder in ("ours", "theirs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.pmd").write_text(SAME.format("print(sum(range(10)))"))
        document = f"{folder}/{folder}.pmd"
        done = treadle("build", document, "-o", "out", "--to", "tex", folder=tmp_path)
    assert "ran 0 of 1 chunks" in done.stdout
