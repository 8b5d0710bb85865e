"""Strange documents that are legal: they build, and their words come out as they were meant.

Beside each stands what its PDF must say, a line or a part of a line each, in that order.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.command import treadle
from tests.formats import emptied

DOCUMENTS = tuple(sorted((Path(__file__).parent / "documents").glob("*.pmd")))

FILES = Path(__file__).parent / "files"  # beside each of them


def words(text: str) -> str:
    """Blanks and line ends are the page's, not the document's."""
    return " ".join(text.replace("\u21aa", "").split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("strange")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_it_prints_faithfully(document, folder):
    shutil.copytree(FILES, emptied(folder), dirs_exist_ok=True)
    (folder / "report.pmd").write_bytes(document.read_bytes())
    done = treadle("build", "report.pmd", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    command = ["pdftotext", "-layout", "build/report.pdf", "-"]
    text = words(subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout)
    at = 0
    for line in document.with_suffix(".txt").read_text("utf-8").splitlines():
        found = text.find(words(line), at)
        assert found >= 0, f"{line!r} is not in {text[at:]!r}"
        at = found + len(words(line))


def test_there_are_many():
    assert len(DOCUMENTS) >= 20
