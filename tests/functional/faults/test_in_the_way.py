"""Something of another kind lies where a build is to put a file: it stays, and the error names it.

What can be known is told before any chunk runs, as a misuse of the command (2).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .place import EDITED, SOURCE, Clean, Make, Place, assert_clear

FILES = {  # where a folder should be: what the error names, the exit status
    "build": ("-o build", 2),
    "build/report": ("build/report is a file", 2),
    "build/report/images": ("build/report/images is a file", 1),
    "build/.treadle": ("build/.treadle", 1),
    "build/.treadle/report": ("build/.treadle/report", 1),
    "build/.treadle/report/tex": ("build/.treadle/report/tex", 1),
    "build/.treadle/report/figures": ("build/.treadle/report/figures", 1),
    "build/.treadle/store/blobs": ("build/.treadle/store/blobs", 1),
    "build/.treadle/store/traces": ("build/.treadle/store/traces", 1),
    "build/.treadle/store/records": ("build/.treadle/store/records", 1),
    "code": ("code/report/tools.py: Not a directory", 1),
    "code/report": ("code/report/tools.py: Not a directory", 1),
}
FOLDERS = {  # where a file should be
    "build/report.tex": ("build/report.tex is a folder", 2),
    "build/report.pdf": ("build/report.pdf is a folder", 2),
    "build/report/refs.bib": ("build/report/refs.bib is a folder", 1),
    "build/.treadle/report/lock": ("build/.treadle/report/lock", 1),
    "build/.treadle/report/manifest.json": ("build/.treadle/report/manifest.json", 1),
    "code/report/tools.py": ("can't read code/report/tools.py: not a file", 1),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_where_a_folder_should_be(place: Make, clean: Clean, name: str) -> None:
    made = place()
    obstacle = made.folder / name
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    obstacle.write_text("mine")
    words, status = FILES[name]
    assert_clear(made.build("--to", "tex"), words, "of the way" * (name != "build"), status=status)
    assert obstacle.read_text() == "mine"
    obstacle.unlink()
    assert_mended(made, clean)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_where_a_file_should_be(place: Make, clean: Clean, name: str) -> None:
    made = place()
    obstacle = made.folder / name
    obstacle.mkdir(parents=True)
    (obstacle / "mine.txt").write_text("mine")
    words, status = FOLDERS[name]
    assert_clear(made.build("--to", "tex"), words, "of the way", status=status)
    assert (obstacle / "mine.txt").read_text() == "mine"
    (obstacle / "mine.txt").unlink()
    obstacle.rmdir()
    assert_mended(made, clean)


def test_a_folder_in_the_way_of_the_pdf_keeps_the_tex(typeset: Make) -> None:
    made = typeset()
    assert made.build("--to", "tex").returncode == 0
    before = made.outputs() | made.files()
    (made.folder / "build" / "report.pdf").mkdir()
    (made.folder / "report.pmd").write_text(EDITED)
    assert_clear(made.build(), "build/report.pdf is a folder", status=2)
    after = made.outputs() | made.files()
    assert after == {**before, "report.pmd": EDITED.encode()}


def assert_mended(made: Place, clean: Clean) -> None:
    """The next build is as good as the first in an empty folder, and leaves nothing over."""
    done = made.build("--to", "tex")
    assert (done.returncode, done.stderr) == (0, "")
    assert made.results() == clean(SOURCE, "--to", "tex", programs=made.programs)
    assert not list(Path(made.folder, "build").glob(".*.part"))
