"""Strange documents that are legal: they build, and their words come out as they were meant.

Beside each stands what its PDF must say, a line or a part of a line each, in that order.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.command import treadle
from tests.formats import emptied
from tests.together import grouped, joined, names

DOCUMENTS = tuple(sorted((Path(__file__).parent / "documents").glob("*.pmd")))
BY_NAME = {path.stem: path for path in DOCUMENTS}
TOGETHER = Path(__file__).with_name("together.txt")

FILES = Path(__file__).parent / "files"  # beside each of them


def words(text: str) -> str:
    """Blanks and line ends are the page's, not the document's."""
    return " ".join(text.replace("\u21aa", "").split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("strange")


@pytest.mark.parametrize("documents", grouped(BY_NAME, TOGETHER), ids=names)
def test_it_prints_faithfully(documents, folder):
    shutil.copytree(FILES, emptied(folder), dirs_exist_ok=True)
    (folder / "report.pmd").write_bytes(joined(documents)[0])
    done = treadle("build", "report.pmd", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    command = ["pdftotext", "-layout", "build/report.pdf", "-"]
    text = words(subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout)
    at = 0
    for document in documents:
        for line in document.with_suffix(".txt").read_text("utf-8").splitlines():
            found = text.find(words(line), at)
            assert found >= 0, f"{line!r} of {document.stem} is not in {text[at:]!r}"
            at = found + len(words(line))


def test_there_are_many():
    assert len(DOCUMENTS) >= 20
